"""The golden cases, where they lie and what they hold."""

import gzip
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from pipeline.paths import ROOT

# The licence of the real shop keeps its events out of the repository; without them its cases are left out.
OUTSIDE = ROOT.parent / "shared" / "golden" / "real"


FOLDERS = {path.name: path for path in (*ROOT.glob("tests/golden/*"), OUTSIDE) if path.exists()}


def cases() -> list[Any]:
    return [
        pytest.param(name, case, id=f"{name}-{number}")
        for name, folder in sorted(FOLDERS.items())
        for number, case in enumerate(json.loads((folder / "cases.json").read_text(encoding="utf-8")))
    ]


def contents(file: Path) -> bytes:
    return gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()


def landed(name: str) -> Iterator[dict[str, Any]]:
    """The golden rows that are JSON objects."""
    for file in (FOLDERS[name] / "events").iterdir():
        for line in contents(file).decode(errors="replace").split("\n"):
            with suppress(ValueError):
                if isinstance(row := json.loads(line), dict):
                    yield row


STORES = sorted({(each.values[0], each.values[1]["store_timezone"]) for each in cases()})


def computed_fields(expected: Any, given: Any) -> Any:
    """Of an answer, what the golden case has computed: of endpoints other than the dashboard's not all."""
    if isinstance(expected, dict) and isinstance(given, dict):
        return {name: computed_fields(each, given[name]) for name, each in expected.items() if name in given}
    if isinstance(expected, list) and isinstance(given, list) and len(expected) == len(given):
        return [computed_fields(*pair) for pair in zip(expected, given, strict=True)]
    return given
