"""What OpenAPI cannot say to schemathesis: which days make a range, and that none begins after today."""

from datetime import date, timedelta
from typing import Any

import schemathesis

from tests.support.shop import NOW

LONGEST = timedelta(days=365)


def day(query: dict[str, Any], name: str) -> date | None:
    try:
        return date.fromisoformat(query[name])
    except (KeyError, TypeError, ValueError):
        return None


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Where the days can be read, order them, end today at the latest, and be 366 days at most."""
    today = NOW.date()
    start, end = day(case.query, "start"), day(case.query, "end")
    if start:
        first, last = sorted(min(each, today) for each in (start, end or today))
        case.query["start"] = str(max(first, last - LONGEST))
        if end:
            case.query["end"] = str(last)
