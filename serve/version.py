"""A published version, and what is known of it while it is open."""

from dataclasses import dataclass, field
from datetime import date, datetime

Days = tuple[date, date, date]  # The first and last of a window, and the first of its retention.


@dataclass(eq=False)
class RefCounted:
    """Tables that several requests read; dropped when retired, once no snapshot reads them.

    schema: where queries find them.
    drop: the statement that drops them.
    """

    schema: str
    drop: str
    readers: int = field(default=0, init=False)
    is_retired: bool = field(default=False, init=False)


@dataclass(eq=False)
class Version(RefCounted):
    """One published version.

    name: its file's, without the suffix.
    built_at, newest_event_at: UTC instants without a zone; the latter is null where there are no events,
    and may lie in the future.
    newest_events: from when until when which event is the newest, where the newest of all is in the future.
    day_beginnings: the instants at which days of the store begin, as far as they were looked up.
    window_tables: what windows that touch the same days have in common, the latest last.
    """

    name: str
    built_at: datetime = field(default=datetime.min, init=False)
    newest_event_at: datetime | None = field(default=None, init=False)
    newest_events: tuple[datetime, datetime, datetime | None] = field(
        default=(datetime.max, datetime.max, None), init=False
    )
    day_beginnings: dict[date, datetime] = field(default_factory=dict, init=False)
    window_tables: dict[Days, RefCounted] = field(default_factory=dict, init=False)

    def knows_newest_event(self, now: datetime) -> bool:
        """Whether `newest_event` is known for this instant."""
        since, until, _ = self.newest_events
        return self.newest_event_at is None or self.newest_event_at <= now or since <= now < until

    def newest_event(self, now: datetime) -> datetime | None:
        """When the newest event happened whose time has come; null where there is none."""
        if self.newest_event_at is None or self.newest_event_at <= now:
            return self.newest_event_at
        return self.newest_events[2]
