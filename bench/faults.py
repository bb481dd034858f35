"""Injects faults into a shop that is being queried: `make faults TRIES=12` writes `bench/faults.md`."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CalledProcessError
from tempfile import TemporaryDirectory
from typing import TypeVar

from tests.support.fault_harness import FaultHarness, Outcome
from tests.support.faults import (
    FAULTS,
    FAULTS_ON_SMALL_DISK,
    SERVER_FAULTS,
    SERVER_FAULTS_ON_SMALL_DISK,
    small_disk,
)

Fault = TypeVar("Fault")
RESULTS = Path(__file__).with_suffix(".md")
HEADER = """# Faults that a shop was put through

`make faults TRIES={tries}`: a shop of 3,000 events that has just landed another file has a fault while
its server is asked ten times a second, and then built once more. The table counts the answers, and what was
not as it must be.

- Lost: an event that does not count in the end, though it was landed, or answered with 202.
- Wrong: an answer that is none, or of no version.
- Inconsistent: an answer that is partly of one version and partly of another.
- Leftovers: files that nobody removes, or a build that neither succeeds nor says what a person must do.

| fault | tries | answers | lost | wrong | inconsistent | leftovers |
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
                harness = FaultHarness(folder)
                lines += rows(FAULTS_ON_SMALL_DISK, harness.try_out, tries)
                lines += rows(SERVER_FAULTS_ON_SMALL_DISK, harness.try_out_tracking, tries)
        except CalledProcessError as error:
            print(f"Full disks are not tried: {error.stderr.decode()}", file=sys.stderr)
        harness = FaultHarness(folder / "shop")
        lines += rows(SERVER_FAULTS, harness.try_out_tracking, tries)
        lines += rows(FAULTS, harness.try_out, tries)
    RESULTS.write_text(HEADER.format(tries=tries) + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    sys.exit(any(not line.endswith("| 0 | 0 | 0 | 0 |") for line in lines))


def rows(faults: dict[str, Fault], try_out: Callable[[Fault, int], Outcome], tries: int) -> list[str]:
    lines = []
    for kind, fault in faults.items():
        outcomes = []
        for seed in range(tries):
            outcome = try_out(fault, seed)
            outcomes.append(outcome)
            if outcome != Outcome(outcome.answers):
                print(f"{kind}, seed {seed}: {outcome}", file=sys.stderr)
        counts = [
            sum(each.answers for each in outcomes),
            *(
                sum(len(getattr(each, what)) for each in outcomes)
                for what in ("lost", "wrong", "inconsistent", "leftovers")
            ),
        ]
        lines.append(f"| {kind} | {tries} | {' | '.join(map(str, counts))} |")
        print(lines[-1], flush=True)
    return lines


if __name__ == "__main__":
    main()
