"""The time a dashboard covers: checked, in UTC instants and in the store's days."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from serve.errors import BadQuery
from serve.warehouse import Session

EARLIEST = date(1970, 1, 1)
LONGEST_DAYS = 366


@dataclass(frozen=True)
class Window:
    """A window, both ends included.

    now, starts_at, ends_at, retention_starts_at: UTC instants without a zone.
    today, first_date, last_date: days of the store's zone.
    """

    now: datetime
    starts_at: datetime
    ends_at: datetime
    retention_starts_at: datetime
    today: date
    first_date: date
    last_date: date

    def days(self) -> list[date]:
        """Every calendar day the window touches, ascending."""
        count = (self.last_date - self.first_date).days + 1
        return [self.first_date + timedelta(days=number) for number in range(count)]

    def parameters(self) -> dict[str, Any]:
        return asdict(self)


def resolve(session: Session, now: datetime, start: date | None, end: date | None) -> Window:
    """The window that a query for `start` to `end` means at the UTC instant `now`.

    Raises BadQuery for a range that is reversed, starts after now, spans more than 366 days or
    lies before 1970.
    """
    if any(day and day < EARLIEST for day in (start, end)):
        raise BadQuery(f"start and end must not lie before {EARLIEST}.")
    if start and end and start > end:
        raise BadQuery("start must not lie after end.")
    parameters = {"now": now, "start_date": start, "end_date": end}
    window = Window(**session.rows("window", parameters)[0])
    if window.starts_at > now:
        raise BadQuery("start must not lie in the future.")
    if start and ((end or window.today) - start).days >= LONGEST_DAYS:
        raise BadQuery(f"start and end must not span more than {LONGEST_DAYS} days.")
    return window
