"""The window of a request, in UTC instants and in the store's days."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from serve.errors import BadQuery
from serve.snapshot import ReadSnapshot, SqlQuery

EARLIEST = date(1970, 1, 1)
LONGEST_DAYS = 366
DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
WEEK = timedelta(days=7)
RETENTION_DAYS = 90
RETENTION = timedelta(hours=RETENTION_DAYS * 24)
MOST_SOURCES = 200  # In one answer; the last is the sum of the rest.


@dataclass(frozen=True)
class Window:
    """A window, both ends included.

    now, starts_at, ends_at, retention_starts_at: UTC instants without a zone.
    first_date, last_date, retention_first_date: the days of the store's zone that they lie on.
    first_day_begins_at, …: the instants at which the first days begin, and at which their next days do.
    """

    now: datetime
    starts_at: datetime
    ends_at: datetime
    retention_starts_at: datetime
    first_date: date
    last_date: date
    retention_first_date: date
    first_day_begins_at: datetime
    first_day_ends_at: datetime
    retention_first_day_begins_at: datetime
    retention_first_day_ends_at: datetime

    def days(self) -> list[date]:
        """Every calendar day the window touches, ascending."""
        count = (self.last_date - self.first_date).days + 1
        return [self.first_date + number * DAY for number in range(count)]

    def parameters(self) -> dict[str, Any]:
        return {**asdict(self), "most_sources": MOST_SOURCES}


class DayBegins(NamedTuple):
    begins_at: datetime


DAY_BEGINS = SqlQuery("day_begins", DayBegins)


class Calendar:
    """The days of a version's store. The instant at which a day begins is looked up once."""

    def __init__(self, snapshot: ReadSnapshot) -> None:
        self.snapshot = snapshot

    def begins_at(self, day: date) -> datetime:
        """The UTC instant, without a zone, at which a day begins."""
        known = self.snapshot.version.day_beginnings
        if day not in known:
            (row,) = self.snapshot.rows(DAY_BEGINS, {"day": day})
            known[day] = row.begins_at
        return known[day]

    def day_of(self, instant: datetime) -> date:
        """The day on which a UTC instant lies."""
        day = instant.date() + DAY
        while self.begins_at(day) > instant:
            day -= DAY
        return day


def resolve(
    snapshot: ReadSnapshot, now: datetime, start: date | None, end: date | None, length: timedelta = WEEK
) -> Window:
    """The window that a query for `start` to `end` means at the UTC instant `now`.

    length: how long before its end it begins without `start`.

    Raises BadQuery for a range that is reversed, starts after now, spans more than 366 days or
    lies before 1970.
    """
    calendar = Calendar(snapshot)
    today = calendar.day_of(now)
    if any(day and day < EARLIEST for day in (start, end)):
        raise BadQuery(f"start and end must not lie before {EARLIEST}.")
    if start and end and start > end:
        raise BadQuery("start must not lie after end.")
    if start and start > today:
        raise BadQuery("start must not lie in the future.")
    if start and ((end or today) - start).days >= LONGEST_DAYS:
        raise BadQuery(f"start and end must not span more than {LONGEST_DAYS} days.")
    if end and end < today:
        end_instant = calendar.begins_at(end + DAY)
        last_instant = end_instant - MICROSECOND
    else:
        end_instant = last_instant = now
    starts_at = calendar.begins_at(start) if start else end_instant - length
    return window(calendar, now, starts_at, end_instant, last_instant)


def window_before(snapshot: ReadSnapshot, after: Window) -> Window:
    """The window of equal length that ends where another begins, which is no part of it."""
    length = after.retention_starts_at + RETENTION - after.starts_at
    end_instant = after.starts_at
    return window(Calendar(snapshot), after.now, end_instant - length, end_instant, end_instant - MICROSECOND)


def window(
    calendar: Calendar, now: datetime, starts_at: datetime, end_instant: datetime, last_instant: datetime
) -> Window:
    """The window up to an instant; last_instant is the last one that is part of it."""
    retention_starts_at = end_instant - RETENTION
    first_date = calendar.day_of(starts_at)
    retention_first_date = calendar.day_of(retention_starts_at)
    return Window(
        now=now,
        starts_at=starts_at,
        ends_at=last_instant,
        retention_starts_at=retention_starts_at,
        first_date=first_date,
        last_date=max(first_date, calendar.day_of(last_instant)),
        retention_first_date=retention_first_date,
        first_day_begins_at=calendar.begins_at(first_date),
        first_day_ends_at=calendar.begins_at(first_date + DAY),
        retention_first_day_begins_at=calendar.begins_at(retention_first_date),
        retention_first_day_ends_at=calendar.begins_at(retention_first_date + DAY),
    )
