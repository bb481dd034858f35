"""`python -m bench.builds --against REVISION`: what builds take, now and at a revision, by turns."""

import argparse
import io
import shutil
import subprocess
import tarfile
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.shop import MORE_EVENTS, ROOT, Shop


class Figures:
    """What the builds of one revision took: seconds, and gigabytes of memory."""

    def __init__(self) -> None:
        self.full: list[float] = []
        self.peak: list[float] = []
        self.more: list[float] = []
        self.in_models: list[float] = []

    def add_full_build(self, shop: Shop) -> None:
        self.full.append(shop.build_seconds)
        self.peak.append(shop.build_peak_bytes / 1e9)

    def add_build_of_more(self, shop: Shop) -> None:
        shop.lands_more()
        self.more.append(shop.build()[0])
        self.in_models.append(shop.seconds_in_models())

    def medians(self) -> tuple[float, float, float, float]:
        return median(self.full), median(self.peak), median(self.more), median(self.in_models)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.builds", description=__doc__)
    parser.add_argument("--against", required=True, help="a git revision")
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--builds", type=int, default=3, help="how many full builds of each")
    parser.add_argument("--more", type=int, default=1, help=f"builds of {MORE_EVENTS:,} more after each")
    arguments = parser.parse_args()
    if min(arguments.builds, arguments.more) < 1:
        parser.error("--builds and --more must be 1 or more.")
    then, now = Figures(), Figures()
    with TemporaryDirectory(prefix="bench-") as folder:
        before = Path(folder, "before")
        archive = ["git", "archive", "--format=tar", arguments.against]
        packed = subprocess.run(archive, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
        with tarfile.open(fileobj=io.BytesIO(packed)) as files:
            files.extractall(before, filter="data")
        for number in range(arguments.builds):
            shops = {
                figures: Shop(Path(folder, f"{root.name}-{number}"), arguments.events, root)
                for figures, root in ((then, before), (now, ROOT))
            }
            for figures, shop in shops.items():
                figures.add_full_build(shop)
            for _ in range(arguments.more):
                for figures, shop in shops.items():
                    figures.add_build_of_more(shop)
            for shop in shops.values():
                shutil.rmtree(shop.folder)
    full, memory, more, in_models = zip(then.medians(), now.medians(), strict=True)
    print(f"{arguments.events:,} events, {arguments.against} and now, medians:")
    for name, unit, (old, new) in (
        ("full build", "s", full),
        ("its peak memory", "GB", memory),
        (f"{MORE_EVENTS:,} more", "s", more),
        ("the same without dbt's start-up", "s", in_models),
    ):
        print(f"{name}: {old:.1f} and {new:.1f} {unit}, ratio {new / old:.2f}")


if __name__ == "__main__":
    main()
