"""What all models of the JSON share: types, descriptions in two languages, errors."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, overload

from pydantic import BaseModel, Field

from pipeline.paths import ROOT

DEFINITIONS: dict[str, str] = dict(
    re.findall(
        r"{% docs (\w+) %}(.*?){% enddocs %}",
        (ROOT / "models" / "definitions.md").read_text(encoding="utf-8"),
    )
)
SPANISH = "x-description-es"  # OpenAPI knows one description; further ones are extensions.

Count = Annotated[int, Field(ge=0)]
Percentage = Annotated[float, Field(ge=0, description="In %, to 1 decimal; 0 where nothing can be divided.")]


def definition(term: str) -> str:
    """The definition of a term, for columns of marts and for fields, from `models/definitions.md`."""
    return DEFINITIONS[term]


def localized_field(english: str, spanish: str) -> Any:
    """A field with its description in both languages of the page."""
    return Field(description=english, json_schema_extra={SPANISH: spanish})


def field_on_request(description: str) -> Any:
    """A field that the JSON has only where the query asks for it."""
    return Field(None, description=description, exclude_if=lambda value: value is None)


@overload
def in_utc(instant: datetime) -> datetime: ...


@overload
def in_utc(instant: datetime | None) -> datetime | None: ...


def in_utc(instant: datetime | None) -> datetime | None:
    """An instant of the marts, which have no zone, as an instant with a zone, which JSON needs."""
    return instant and instant.replace(tzinfo=UTC)


class Problem(BaseModel):
    """What every error answers."""

    detail: str
