"""Tells crawlers and headless browsers from people, by the user agents that crawler-user-agents lists."""

import os
import re
from functools import cache, lru_cache

import duckdb
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from pipeline.quoting import quoted

LIBRARY = "http-library"  # Shops send events from their servers, with one of these.
TOGETHER = 25  # Patterns in one expression; all of them in one take much longer.
REMEMBERED = 100_000


def are_counted() -> bool:
    """Whether COUNT_ROBOTS is on."""
    return os.environ.get("COUNT_ROBOTS") == "on"


@lru_cache(REMEMBERED)
def is_robot(user_agent: str) -> bool:
    return any(pattern.search(user_agent) for pattern in compiled())


@cache
def compiled() -> list[re.Pattern[str]]:
    return [re.compile(each) for each in patterns()]


@cache
def patterns() -> list[str]:
    patterns = [each["pattern"] for each in CRAWLER_USER_AGENTS_DATA if LIBRARY not in each["tags"]]
    return ["|".join(patterns[first : first + TOGETHER]) for first in range(0, len(patterns), TOGETHER)]


def define_is_robot(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `landed.is_robot(text)`, which says the same in SQL, and nothing where robots are counted."""
    is_found = " or ".join(f"regexp_matches(value, {quoted(each)})" for each in patterns())
    connection.execute("attach if not exists ':memory:' as landed")
    connection.execute(
        f"create or replace macro landed.is_robot(value) as ({'false' if are_counted() else is_found})"
    )
