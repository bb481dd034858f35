"""What is being served, for monitoring and for the headers of an answer."""

from datetime import datetime

from serve.errors import NothingPublished
from serve.schema import Health
from serve.warehouse import Session, Warehouse


def build_info(session: Session, now: datetime) -> Health:
    """The version that a session reads, as known at the UTC instant `now`."""
    return Health(**session.rows("build", {"now": now})[0])


def health(warehouse: Warehouse, now: datetime) -> Health:
    """The version being served; all null before the first."""
    try:
        with warehouse.session() as session:
            return build_info(session, now)
    except NothingPublished:
        return Health(version=None, built_at=None, newest_event_at=None)
