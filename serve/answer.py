"""One answer as it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from pydantic import BaseModel

from serve.version import Version
from serve.warehouse import Row


@dataclass(frozen=True)
class Answer:
    """The JSON of one answer, with what is about it and not of it.

    body: `ComparedStats` or `MoneyAtRisk` as UTF-8 JSON.
    headers: the version it was read from, what could not be read of its sales, and the ETag of the body.
    """

    body: bytes
    headers: dict[str, str]

    def is_known(self, if_none_match: str) -> bool:
        """Whether who sent this `If-None-Match` header has the body already."""
        known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
        return bool(known & {"*", self.headers["ETag"]})


def answer(
    model: BaseModel, version: Version, newest_event_at: datetime | None, unreadable: Sequence[Row]
) -> Answer:
    """The answer that a model is.

    unreadable: the defects of sales on the window's days and how many have each, from `unreadable_sales`.
    """
    body = model.model_dump_json(exclude_none=True).encode()
    headers = {
        "Cache-Control": "private, no-cache",
        "ETag": f'"{sha256(body).hexdigest()[:32]}"',
        "X-Data-Version": version.name,
        "X-Data-Built-At": f"{version.built_at.isoformat()}Z",
    }
    if newest_event_at:
        headers["X-Data-Newest-Event-At"] = f"{newest_event_at.isoformat()}Z"
    if unreadable:
        headers["X-Data-Unreadable-Sales"] = ", ".join(
            f"{row['defect']}={row['events']}" for row in unreadable
        )
    return Answer(body, headers)
