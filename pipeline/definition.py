"""Hashes of the code and the settings that tables are made with."""

import os
from collections.abc import Iterable
from functools import cache
from hashlib import md5

import duckdb

from pipeline.build_file import KnownFile
from pipeline.paths import ROOT

# The code that decides what a row of a file means.
PARSER = (
    "dbt_project.yml",
    "macros/landed_names.sql",
    "macros/raw_values.sql",
    "models/staging/landing/stg_landing__rows.sql",
    "pipeline/addresses.py",
    "pipeline/landing/formats.py",
    "pipeline/landing/json_rows.py",
    "pipeline/landing/parquet.py",
    "pipeline/landing/path_properties.py",
    "pipeline/landing/rows.py",
    "pipeline/robots.py",
    "requirements.lock",
    "seeds/event_names.csv",
    "seeds/event_types.csv",
)
# The code that decides what is in a table.
CODE = (
    "dbt_project.yml",
    "macros/**/*.sql",
    "models/**/*.sql",
    "pipeline/addresses.py",
    "pipeline/landing/*.py",
    "pipeline/robots.py",
    "seeds/*.csv",
)


def parser_version() -> str:
    """A hash of the parser and its settings, stored with each file that it has read."""
    return md5("\0".join([*parser_settings(), hash_of_files(PARSER)]).encode()).hexdigest()


def definition(store_timezone: str) -> str:
    """A hash of the code, the zone and the settings; tables of another one need a full refresh."""
    settings = [store_timezone, *parser_settings(), duckdb.__version__]
    return md5("\0".join([*settings, hash_of_files(CODE)]).encode()).hexdigest()


def hash_of_inputs(files: Iterable[KnownFile], store_timezone: str) -> str:
    """A hash of the definition and of the files, by name and version; the same one gives the same tables."""
    versions = [(file.name, file.version) for file in files]
    return md5(f"{definition(store_timezone)} {versions}".encode()).hexdigest()


def parser_settings() -> list[str]:
    return [os.environ.get("DECIMAL_SEPARATOR") or ".", os.environ.get("COUNT_ROBOTS") or "off"]


@cache
def hash_of_files(patterns: tuple[str, ...]) -> str:
    """The hash of the project's files as this process found them first."""
    paths = sorted({path for pattern in patterns for path in ROOT.glob(pattern)})
    return md5(b"\0".join(path.read_bytes() for path in paths)).hexdigest()
