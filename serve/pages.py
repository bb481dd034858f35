"""What a browser opens: the dashboard and the API's documentation. Neither needs another host."""

import gzip
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from plotly.offline import get_plotlyjs  # type: ignore[import-untyped]
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

PAGE = Path(__file__).parent / "page"
SWAGGER = Path(str(files("fastapi_offline"))) / "static"
PAGES = {"/": "index.html", "/docs": "docs.html"}

CHARTS = f"/assets/plotly-{version('plotly')}.js"

# Plotly makes two style elements: an empty one, whose rules it adds by script, and that of its maps.
PLOTLY_STYLES = (
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    " 'sha256-ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o='"
)
HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self';"
    f" style-src 'self' {PLOTLY_STYLES}; img-src 'self' data: blob:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
ASSET_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
}


class Assets(StaticFiles):
    """The files of a folder, below a path that changes when one of them does."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder)
        contents = b"".join(path.read_bytes() for path in sorted(folder.rglob("*.*")))
        self.path = f"/assets/{sha256(contents).hexdigest()[:16]}"

    def file_response(self, *arguments: Any, **options: Any) -> Response:
        response = super().file_response(*arguments, **options)
        response.headers.update(ASSET_HEADERS)
        return response


def add_pages(app: FastAPI) -> None:
    """Serve each of PAGES; `{page}`, `{swagger}` and `{charts}` in its text are where their files lie."""
    folders = {"{page}": Assets(PAGE), "{swagger}": Assets(SWAGGER)}
    for assets in folders.values():
        app.mount(assets.path, assets)
    paths = {"{charts}": CHARTS, **{placeholder: assets.path for placeholder, assets in folders.items()}}
    app.state.pages = {path: page_html(name, paths) for path, name in PAGES.items()}
    for path in PAGES:
        app.api_route(path, methods=["GET", "HEAD"], include_in_schema=False)(get_page)
    app.api_route(CHARTS, methods=["GET", "HEAD"], include_in_schema=False)(get_charts)


def page_html(name: str, paths: dict[str, str]) -> str:
    """A page's text, with the path of its files for each placeholder."""
    html = (PAGE / name).read_text(encoding="utf-8")
    for placeholder, path in paths.items():
        html = html.replace(placeholder, path)
    return html


async def get_page(request: Request) -> Response:
    pages: dict[str, str] = request.app.state.pages
    return HTMLResponse(pages[request.scope["route"].path], headers=HEADERS)


def get_charts() -> Response:
    headers = {**ASSET_HEADERS, "Content-Encoding": "gzip"}
    return Response(packed_plotly(), headers=headers, media_type="text/javascript")


@cache
def packed_plotly() -> bytes:
    return gzip.compress(get_plotlyjs().encode())
