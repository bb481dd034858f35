"""Models use only SQL that both engines have: checked without Spark."""

import re
from collections.abc import Iterator

from pipeline.paths import ROOT

# Staging is DuckDB's on both engines: on Spark, each task asks its query in a DuckDB of its own.
OF_DUCKDB = ("landed_names.sql", "raw_values.sql")
NO_FUNCTIONS = {
    "and",
    "as",
    "exists",
    "filter",
    "from",
    "in",
    "join",
    "map",
    "not",
    "on",
    "or",
    "over",
    "return",
    "then",
}
ON_BOTH = {
    *(
        "cast",
        "coalesce",
        "contains",
        "count",
        "date_trunc",
        "decimal",
        "dense_rank",
        "extract",
        "first_value",
        "greatest",
        "lag",
        "last_day",
    ),
    *(
        "lead",
        "least",
        "left",
        "max",
        "md5",
        "max_by",
        "median",
        "min",
        "min_by",
        "nullif",
        "pow",
        "range",
        "round",
        "row_number",
        "sum",
    ),
}
# They compile to what the engine knows.
OF_DBT = {"config", "doc", "env_var", "get_quoted_csv", "is_incremental", "log", "ref", "source", "var"}


def functions_called() -> Iterator[tuple[str, str]]:
    """Each function with the name of the file that calls it."""
    queries = [path for path in (ROOT / "models").rglob("*.sql") if "staging" not in path.parts]
    macros = [
        path
        for path in (ROOT / "macros").rglob("*.sql")
        if "engines" not in path.parts and path.name not in OF_DUCKDB
    ]
    for path in [*queries, *macros]:
        text = re.sub(r"--.*|\{#.*?#\}|'[^']*'", "", path.read_text(encoding="utf-8"))
        for name in re.findall(r"(?<![\w.])([a-z_]+) ?\(", text):
            yield name, path.name


def test_models_call_only_functions_of_both_engines() -> None:
    """Put others into `macros/engines`; add one that Spark has too to ON_BOTH once Spark's tests pass."""
    macros = {
        name
        for path in (ROOT / "macros").rglob("*.sql")
        for name in re.findall(r"macro (\w+)", path.read_text(encoding="utf-8"))
    }
    known = macros | NO_FUNCTIONS | ON_BOTH | OF_DBT
    assert {(name, file) for name, file in functions_called() if name not in known} == set()
