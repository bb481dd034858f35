"""Where events have their fields, and their names in other systems, from the files that dbt reads too."""

import csv
from typing import Any

import yaml  # type: ignore[import-untyped]

from pipeline.paths import ROOT

VARIABLES: dict[str, Any] = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
FIELD_NAMES: dict[str, list[str]] = VARIABLES["field_names"]
ITEM_NAMES: dict[str, list[str]] = VARIABLES["item_names"]
NO_EVENT_TYPES: list[str] = VARIABLES["no_event_types"]
KNOWN = {
    place.split(".")[0].lower(): place.split(".")[0] for places in FIELD_NAMES.values() for place in places
}


def read_event_names() -> dict[str, str]:
    with (ROOT / "seeds" / "event_names.csv").open(encoding="utf-8") as file:
        return {row["event_name"]: row["event_type"] for row in csv.DictReader(file)}


def read_refund_types() -> set[str]:
    with (ROOT / "seeds" / "event_types.csv").open(encoding="utf-8") as file:
        return {row["event_type"] for row in csv.DictReader(file) if row["order_role"] == "refund"}


EVENT_NAMES = read_event_names()
REFUND_TYPES = read_refund_types()


def with_known_names(event: dict[str, Any]) -> dict[str, Any]:
    """The event with its fields under the names that are known, whatever their case and the spaces around."""
    named = {KNOWN.get(name.strip().lower(), name): value for name, value in event.items()}
    return named | {name: value for name, value in event.items() if name in named}


def first_of(places: list[str], row: dict[str, Any]) -> Any:
    """What stands at the first of some places in a row that has anything; None where none has."""
    return next((value for place in places if (value := value_at(place, row)) is not None), None)


def value_at(place: str, row: Any) -> Any:
    for name in place.split("."):
        if isinstance(row, list) and name.isdecimal() and int(name) < len(row):
            row = row[int(name)]
        else:
            row = row.get(name) if isinstance(row, dict) else None
    return row
