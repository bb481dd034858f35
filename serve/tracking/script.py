"""The tracker, which a shop's own pages take from here."""

from hashlib import sha256
from pathlib import Path

from fastapi import FastAPI, Request, Response

from serve.response import CachedResponse

SCRIPT_BYTES = (Path(__file__).parent / "storefront.js").read_bytes()
SCRIPT_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "public, max-age=3600",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "ETag": f'"{sha256(SCRIPT_BYTES).hexdigest()[:16]}"',
    "X-Content-Type-Options": "nosniff",
}
SCRIPT = CachedResponse(SCRIPT_BYTES, SCRIPT_HEADERS)


async def get_script(request: Request) -> Response:
    return SCRIPT.sent_to(request, "text/javascript")


def add_script(app: FastAPI) -> None:
    app.api_route("/storefront.js", methods=["GET", "HEAD"], include_in_schema=False)(get_script)
