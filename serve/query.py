"""The parameters of a request, from the query string."""

import re
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, ValidationError, WithJsonSchema
from starlette.datastructures import QueryParams

from serve.errors import BadQuery

REMEMBERED = 128
LONGEST_CHAIN_DAYS = 30  # `int_funnel_starts` looks no further.


def calendar_day(text: str) -> date | None:
    """The day that `YYYY-MM-DD` names; null for empty text. Raises ValueError."""
    if not text:
        return None
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("a day is written YYYY-MM-DD")
    return date.fromisoformat(text)


def text_or_none(text: str) -> str | None:
    return text.strip() or None


Day = Annotated[
    date | None,
    BeforeValidator(calendar_day),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "date", "pattern": "^(19[7-9]|[2-9][0-9])[0-9]"},
                {"type": "string", "maxLength": 0},
            ]
        }
    ),
]


class Mode(StrEnum):
    """What a count counts: events, or distinct sessions with at least one such event."""

    TOTAL = "total"
    UNIQUE = "unique"


class Compare(StrEnum):
    """What an answer may be compared with."""

    PREVIOUS = "previous"


class StatsInclude(StrEnum):
    """What the dashboard's answer may have beside its fields."""

    TREND = "trend"
    NAMES = "names"


class StepOrder(StrEnum):
    """How the steps of a funnel follow each other."""

    STRICT = "strict"


class AttributionModel(StrEnum):
    """How the visits that led to an order share it."""

    FIRST = "first"
    LAST = "last"
    LAST_NON_DIRECT = "last_non_direct"
    LINEAR = "linear"
    POSITION = "position"
    TIME_DECAY = "time_decay"


class Channel(StrEnum):
    """What visits are told apart by."""

    SOURCE = "source"
    MEDIUM = "medium"
    CAMPAIGN = "campaign"


class AttributionInclude(StrEnum):
    """What the answer about attribution may have beside its fields."""

    PATHS = "paths"
    CAMPAIGNS = "campaigns"


def listed(choices: type[StrEnum]) -> tuple[BeforeValidator, WithJsonSchema]:
    """How a parameter is read and documented that is a list of some of these, such as `trend,names`."""
    return (
        BeforeValidator(lambda text: text.split(",")),
        WithJsonSchema({"enum": [*choices, ",".join(choices)], "type": "string"}),
    )


class Query(BaseModel, frozen=True):
    """The days of the store that a window begins and ends with."""

    start: Day = None
    end: Day = None


class StatsQuery(Query, frozen=True):
    """The same with a mode, what to compare with and what to add."""

    mode: Mode = Mode.TOTAL
    compare: Annotated[Compare | None, WithJsonSchema({"enum": list(Compare), "type": "string"})] = None
    include: Annotated[frozenset[StatsInclude], *listed(StatsInclude)] = frozenset()


class FunnelQuery(Query, frozen=True):
    """The same with the source that events must have, and how steps follow each other.

    source: where it is empty, events of any source count.
    within_days: a person takes all steps within so many times 24 hours; of no meaning without `order`.
    """

    source: Annotated[str | None, Field(max_length=256), BeforeValidator(text_or_none)] = None
    order: Annotated[StepOrder | None, WithJsonSchema({"enum": list(StepOrder), "type": "string"})] = None
    within_days: Annotated[int, Field(ge=1, le=LONGEST_CHAIN_DAYS)] = 7


class AttributionQuery(Query, frozen=True):
    """The same with how orders are shared, what to tell them apart by and what to add."""

    model: AttributionModel = AttributionModel.LAST_NON_DIRECT
    by: Channel = Channel.SOURCE
    include: Annotated[frozenset[AttributionInclude], *listed(AttributionInclude)] = frozenset()


class AlertsQuery(Query, frozen=True):
    """The same with the language of the messages: `en`, or else Spanish."""

    lang: Annotated[str, Field(max_length=16)] = "es"


@lru_cache(REMEMBERED)
def read_query(model: type[Query], query_string: bytes) -> Query:
    """The query of a request; parameters unknown to the model are ignored. Raises BadQuery."""
    given = QueryParams(query_string)
    for name in model.model_fields:
        if len(given.getlist(name)) > 1:
            raise BadQuery(f"{name}: give it once only")
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        problems = [f"{problem['loc'][-1]}: {problem['msg']}" for problem in error.errors()]
        raise BadQuery("; ".join(problems)) from None


def openapi_parameters(model: type[Query]) -> list[dict[str, Any]]:
    """The query's parameters, as OpenAPI describes them."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return [{"name": name, "in": "query", "schema": each} for name, each in schema["properties"].items()]
