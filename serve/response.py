"""A response as it is held in memory and sent."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from fastapi import Request, Response

from serve.endpoint import EndpointResponse
from serve.version import Version


@dataclass(frozen=True)
class CachedResponse:
    """The body and the headers of a response, among them its ETag."""

    body: bytes
    headers: dict[str, str]

    def matches(self, if_none_match: str) -> bool:
        """Whether the sender of this `If-None-Match` header has the body already."""
        known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
        return bool(known & {"*", self.headers["ETag"]})

    def sent_to(self, request: Request, media_type: str | None = "application/json") -> Response:
        """The response to a request: 304 where its sender has the body already."""
        if self.matches(",".join(request.headers.getlist("If-None-Match"))):
            return Response(status_code=304, headers=self.headers)
        return Response(self.body, headers=self.headers, media_type=media_type)


def to_response(
    response: EndpointResponse, version: Version, newest_event_at: datetime | None
) -> CachedResponse:
    body = response.body.model_dump_json().encode()
    headers = {
        "Cache-Control": "private, no-cache",
        "ETag": f'"{sha256(body).hexdigest()[:32]}"',
        "X-Data-Version": version.name,
        "X-Data-Built-At": f"{version.built_at.isoformat()}Z",
    }
    if newest_event_at:
        headers["X-Data-Newest-Event-At"] = f"{newest_event_at.isoformat()}Z"
    return CachedResponse(body, headers | response.headers)
