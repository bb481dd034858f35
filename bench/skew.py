"""`python -m bench.skew`: how much of a shuffle one task of a build on Spark gets, by model.

Once of even events, once of those where one session has a tenth of all, and one product half of all views.
"""

import argparse
import json
import re
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import events
from bench.__main__ import log, write_results
from bench.spark import built_on_spark

RESULTS = Path(__file__).with_suffix(".md")
PARTITIONS = 16
SETTINGS = {
    "spark.sql.shuffle.partitions": PARTITIONS,
    "spark.sql.adaptive.coalescePartitions.enabled": "false",
}
WRITTEN = re.compile(r"`storefront`\.`(\w+)`, ErrorIfExists")
SMALL = 0.01


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.skew", description=__doc__)
    parser.add_argument("--events", type=int, default=200_000, help="how many the shop has in its 90 days")
    arguments = parser.parse_args()
    with TemporaryDirectory(prefix="bench-") as folder:
        fullest = []
        for name, write in {"even": events.write, "skewed": events.write_skewed}.items():
            log(f"Building {arguments.events:,} events, {name}")
            _, event_log = built_on_spark(Path(folder, name), arguments.events, write, **SETTINGS)
            fullest.append(fullest_tasks(event_log))
    even, skewed = fullest
    write_results(
        [
            f"| {model} | {rows:,} rows; fullest of {PARTITIONS} tasks {even[model][0] / even[model][1]:.0%},"
            f" skewed {largest / rows:.0%} |"
            for model, (largest, rows) in sorted(skewed.items())
            if rows > SMALL * arguments.events
        ],
        RESULTS,
    )


def fullest_tasks(log: Path) -> dict[str, tuple[int, int]]:
    """Rows that the fullest task of a shuffle reads and those that all its tasks do, by the model it is for.

    Of a model's shuffles, the one whose fullest task reads most.
    """
    models: dict[int, str] = {}
    stages: dict[int, str] = {}
    tasks: dict[int, list[int]] = defaultdict(list)
    with log.open(encoding="utf-8") as lines:
        for event in map(json.loads, lines):
            kind = event["Event"].rsplit(".")[-1]
            if kind == "SparkListenerSQLExecutionStart":
                # What reads for a table that is written is a part of the execution that writes it.
                written = WRITTEN.search(event["physicalPlanDescription"])
                model = written[1] if written else models.get(event["rootExecutionId"])
                if model:
                    models[event["executionId"]] = model
            elif kind == "SparkListenerJobStart":
                model = models.get(int(event["Properties"].get("spark.sql.execution.id", -1)))
                if model:
                    stages |= dict.fromkeys(event["Stage IDs"], model)
            elif kind == "SparkListenerTaskEnd" and event["Stage ID"] in stages:
                read = event["Task Metrics"]["Shuffle Read Metrics"]["Total Records Read"]
                tasks[event["Stage ID"]].append(read)
    fullest: dict[str, tuple[int, int]] = {}
    for stage, read in tasks.items():
        if len(read) == PARTITIONS:
            fullest[stages[stage]] = max(fullest.get(stages[stage], (0, 1)), (max(read), sum(read)))
    return fullest


if __name__ == "__main__":
    main()
