"""`python -m bench.builds --against REVISION`: the duration of a full build, now and at a revision."""

import argparse
import io
import shutil
import subprocess
import tarfile
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.shop import ROOT, Shop


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.builds", description=__doc__)
    parser.add_argument("--against", required=True, help="a git revision")
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--builds", type=int, default=3, help="how many of each, in turn")
    arguments = parser.parse_args()
    with TemporaryDirectory(prefix="bench-") as folder:
        before = Path(folder, "before")
        archive = ["git", "archive", "--format=tar", arguments.against]
        packed = subprocess.run(archive, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
        with tarfile.open(fileobj=io.BytesIO(packed)) as files:
            files.extractall(before, filter="data")
        seconds: list[list[float]] = [[], []]
        for number in range(arguments.builds):
            for root, taken in zip((before, ROOT), seconds, strict=True):
                shop = Shop(Path(folder, f"{root.name}-{number}"), arguments.events, root)
                taken.append(shop.build_seconds)
                shutil.rmtree(shop.folder)
        then, now = map(median, seconds)
        print(
            f"{arguments.events:,} events, median of {arguments.builds} full builds:"
            f" {then:.1f} s at {arguments.against}, {now:.1f} s now: ratio {now / then:.2f}"
        )


if __name__ == "__main__":
    main()
