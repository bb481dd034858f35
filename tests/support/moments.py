"""Instants of events in a random log."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from tests.support.shop import NOW


def moments(
    random: Random, count: int, days: int, browsers: str, longest: int, pauses: list[timedelta]
) -> Iterator[tuple[str, list[str]]]:
    """At least `count` instants, each with the two browsers of the person who does something then.

    They come in runs of fewer than `longest`, which begin in the `days` before NOW and may go on after it.
    """
    made = 0
    while made < count:
        at = NOW - timedelta(
            days=random.randrange(days), seconds=random.choice([0, random.randrange(80_000)])
        )
        theirs = random.sample(browsers, 2)
        for _ in range(random.randrange(1, longest)):
            at += random.choice(pauses)
            made += 1
            yield at.isoformat(), theirs
