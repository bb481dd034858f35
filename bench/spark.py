"""`python -m bench.spark`: what a full build costs on Spark, by stage, beside DuckDB in the same run."""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import events
from bench.__main__ import log, megabytes, write_results
from bench.shop import Shop
from pipeline.paths import ROOT, SPARK_PYTHONPATH

RESULTS = Path(__file__).with_suffix(".md")
STAGES = {"stg_": "staging", "fct_": "facts", "mart_": "marts", "api_": "what only the API reads"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.spark", description=__doc__)
    parser.add_argument("--events", type=int, default=200_000, help="how many the shop has in its 90 days")
    arguments = parser.parse_args()
    with TemporaryDirectory(prefix="bench-") as folder:
        log(f"Building {arguments.events:,} events on DuckDB")
        on_duckdb = Shop(Path(folder, "duckdb"), arguments.events)
        log("Building them on Spark")
        on_spark, event_log = built_on_spark(Path(folder, "spark"), arguments.events)
        ratio = on_spark.build_seconds / on_duckdb.build_seconds
        work = {shop: seconds_by_stage(shop) for shop in (on_spark, on_duckdb)}
        tasks = metrics(event_log)
        left = size(on_spark.warehouse / "spark")
        write_results(
            [
                f"| full build, {arguments.events:,} events: Spark, against DuckDB |"
                f" {on_spark.build_seconds:.1f} s, {on_duckdb.build_seconds:.1f} s: ratio {ratio:.1f} |",
                *(
                    f"| {stage} | {work[on_spark][stage]:.1f} s of work, {seconds:.1f} s |"
                    for stage, seconds in work[on_duckdb].items()
                ),
                f"| tasks | {tasks['tasks']:,}, {tasks['milliseconds'] / 1000:.1f} s of work |",
                f"| written to shuffles | {megabytes(tasks['shuffled'])} |",
                f"| Parquet files of the build, published file | {megabytes(left)},"
                f" {megabytes(on_spark.link.stat().st_size)} |",
            ],
            RESULTS,
        )


def built_on_spark(
    folder: Path, count: int, write: Callable[[Path, int], None] = events.write, **settings: object
) -> tuple[Shop, Path]:
    """A shop built on all cores here, with more settings of Spark, and the log of all that Spark did."""
    logs = folder / "log"
    logs.mkdir(parents=True)
    settings = {
        "spark.master": f"local[{len(os.sched_getaffinity(0))}]",
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": logs.as_uri(),
        "spark.eventLog.rolling.enabled": "false",
        "spark.eventLog.compress": "false",
        **settings,
    }
    lines = [f"{name} {value}\n" for name, value in settings.items()]
    (folder / "spark-defaults.conf").write_text("".join(lines), encoding="utf-8")
    environment = {
        "DBT_TARGET": "spark",
        "SPARK_CONF_DIR": str(folder),
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": SPARK_PYTHONPATH,
    }
    return Shop(folder, count, ROOT, write, **environment), ended(logs)


def seconds_by_stage(shop: Shop) -> Counter[str]:
    """Seconds that models and tests took, which on Spark go on side by side."""
    seconds: Counter[str] = Counter()
    for result in shop.results()["results"]:
        kind, _, name = result["unique_id"].split(".")[:3]
        stage = next((stage for prefix, stage in STAGES.items() if name.startswith(prefix)), "publishing")
        seconds["tests" if kind == "test" else stage] += result["execution_time"]
    return seconds


def ended(logs: Path) -> Path:
    """The one event log, once Spark has ended, which it does some time after dbt."""
    while (log := next(logs.iterdir())).suffix == ".inprogress":
        time.sleep(0.1)
    return log


def metrics(log: Path) -> Counter[str]:
    """Sums over all tasks of a Spark event log: number, milliseconds, bytes written to shuffles."""
    sums: Counter[str] = Counter()
    with log.open(encoding="utf-8") as lines:
        for event in map(json.loads, lines):
            if event["Event"] == "SparkListenerTaskEnd":
                task = event["Task Metrics"]
                sums["tasks"] += 1
                sums["milliseconds"] += task["Executor Run Time"]
                sums["shuffled"] += task["Shuffle Write Metrics"]["Shuffle Bytes Written"]
    return sums


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
