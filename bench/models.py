"""`python -m bench.models MODEL…`: how much longer models make a build of 10,000 more events.

A build runs with and without the models by turns. Models that read them find the tables of the build before.
Data tests are left out, so nothing is published. dbt's start-up is left out of the figures.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.shop import MORE_EVENTS, ROOT, Shop
from pipeline.build import COMMAND, WITHOUT_SEEDS, WITHOUT_VIEWS


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.models", description=__doc__)
    parser.add_argument("models", nargs="+", metavar="MODEL")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--builds", type=int, default=7, help="how many of each, in turn")
    arguments = parser.parse_args()
    with TemporaryDirectory(prefix="bench-") as folder:
        shop = Shop(Path(folder, "shop"), arguments.events)
        built = {result["unique_id"].split(".")[2] for result in shop.results()["results"]}
        if unknown := set(arguments.models) - built:
            parser.error(f"there is no model {min(unknown)}.")
        shop.lands_more()
        build_file = shutil.copy(shop.warehouse / "build.duckdb", folder)
        pairs = []
        for _ in range(arguments.builds):
            pair = []
            for left_out in ((), arguments.models):
                shutil.copy(build_file, shop.warehouse)
                pair.append(seconds_without(shop, left_out))
            pairs.append(pair)
    with_them, without = (median(seconds) for seconds in zip(*pairs, strict=True))
    more = median(a - b for a, b in pairs)
    print(
        f"{MORE_EVENTS:,} more on {arguments.events:,}, median of {arguments.builds} builds by turns:"
        f" {with_them:.2f} s, without these models {without:.2f} s, median difference {more:.2f} s"
    )


def seconds_without(shop: Shop, models: Sequence[str]) -> float:
    """The seconds that dbt takes for all tables but these models, without its start-up."""
    dbt = str(Path(sys.executable).with_name("dbt"))
    options = [*WITHOUT_SEEDS, *WITHOUT_VIEWS, "--exclude-resource-type", "test"]
    command = [dbt, "--quiet", *COMMAND, *options, *(f"--exclude={model}" for model in models)]
    os.sync()
    subprocess.run(command, cwd=ROOT, env=shop.environment, stdout=sys.stderr, check=True)
    return shop.seconds_in_models()


if __name__ == "__main__":
    main()
