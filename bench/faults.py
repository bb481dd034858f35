"""Puts a shop through faults while it is asked: `make faults TRIES=12`, written to `bench/faults.md`."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CalledProcessError
from tempfile import TemporaryDirectory
from typing import TypeVar

from tests.support.fault_harness import Grounds, Outcome
from tests.support.faults import (
    HARMS,
    HARMS_OF_SERVER,
    HARMS_OF_SERVER_ON_SMALL_DISK,
    HARMS_ON_SMALL_DISK,
    small_disk,
)

Harm = TypeVar("Harm")
RESULTS = Path(__file__).with_suffix(".md")
HEADER = """# What was tried to harm a shop

`make faults TRIES={tries}`: a shop of 3,000 events that has just landed another file is harmed while
its server is asked ten times a second, and then built once more. The table counts the answers, and what was
not as it must be.

- Lost: an event that does not count in the end, though it was landed, or answered with 202.
- Wrong: an answer that is none, or of no version.
- Torn: an answer that is partly of one version and partly of another.
- Open: something left lying about, or a build that neither succeeds nor says what a person must do.

| fault | tries | answers | lost | wrong | torn | open |
|---|---|---|---|---|---|---|
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=12, help="of each kind of fault")
    tries = parser.parse_args().tries
    lines = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        try:
            with small_disk(folder):
                grounds = Grounds(folder)
                lines += rows(HARMS_ON_SMALL_DISK, grounds.try_out, tries)
                lines += rows(HARMS_OF_SERVER_ON_SMALL_DISK, grounds.try_out_tracking, tries)
        except CalledProcessError as error:
            print(f"Full disks are not tried: {error.stderr.decode()}", file=sys.stderr)
        grounds = Grounds(folder / "shop")
        lines += rows(HARMS_OF_SERVER, grounds.try_out_tracking, tries)
        lines += rows(HARMS, grounds.try_out, tries)
    RESULTS.write_text(HEADER.format(tries=tries) + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    sys.exit(any(not line.endswith("| 0 | 0 | 0 | 0 |") for line in lines))


def rows(harms: dict[str, Harm], try_out: Callable[[Harm, int], Outcome], tries: int) -> list[str]:
    lines = []
    for kind, harm in harms.items():
        outcomes = []
        for seed in range(tries):
            outcome = try_out(harm, seed)
            outcomes.append(outcome)
            if outcome != Outcome(outcome.answers):
                print(f"{kind}, seed {seed}: {outcome}", file=sys.stderr)
        counts = [
            sum(each.answers for each in outcomes),
            *(
                sum(len(getattr(each, what)) for each in outcomes)
                for what in ("lost", "wrong", "torn", "left")
            ),
        ]
        lines.append(f"| {kind} | {tries} | {' | '.join(map(str, counts))} |")
        print(lines[-1], flush=True)
    return lines


if __name__ == "__main__":
    main()
