"""The tracker, which a shop's own pages take from here."""

from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI, Request, Response

SCRIPT = (Path(__file__).parent / "storefront.js").read_bytes()
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "public, max-age=3600",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "ETag": f'"{sha256(SCRIPT).hexdigest()[:16]}"',
    "X-Content-Type-Options": "nosniff",
}


def get_script(request: Request) -> Response:
    if request.headers.get("If-None-Match") == HEADERS["ETag"]:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=HEADERS)
    return Response(SCRIPT, headers=HEADERS, media_type="text/javascript")


def add_script(app: FastAPI) -> None:
    app.api_route("/storefront.js", methods=["GET", "HEAD"], include_in_schema=False)(get_script)
