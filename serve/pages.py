"""What a browser opens: the dashboard and the API's documentation. Neither needs another host."""

from hashlib import sha256
from http import HTTPStatus
from importlib.resources import files
from mimetypes import guess_type
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from serve.response import CachedResponse

PAGE = Path(__file__).parent / "page"
SWAGGER = Path(str(files("fastapi_offline"))) / "static"
FIRST_MODULES = ("first.js", "api.js", "filters.js", "state.js")
PAGES = {"/": "index.html", "/docs": "docs.html"}

HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self';"
    " style-src 'self'; img-src 'self' data:;"
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


class Assets:
    """The files of a folder, in memory, below a path beside the pages that changes when one of them does."""

    def __init__(self, folder: Path) -> None:
        paths = sorted(path for path in folder.rglob("*.*") if path.is_file())
        contents = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
        version = sha256(b"".join(contents.values())).hexdigest()[:16]
        headers = {**ASSET_HEADERS, "ETag": f'"{version}"'}
        self.path = f"assets/{version}"
        self.files = {name: CachedResponse(content, headers) for name, content in contents.items()}

    async def get_file(self, name: str, request: Request) -> Response:
        if name not in self.files:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return self.files[name].sent_to(request, guess_type(name)[0])


def add_pages(app: FastAPI, currency: str, root_path: str) -> None:
    """Serve each of PAGES.

    currency: in which the dashboard writes money, ISO 4217.
    root_path: path below which a proxy serves all this; without a slash at its end it leads to the dashboard.
    """
    page, swagger = Assets(PAGE), Assets(SWAGGER)
    for assets in (page, swagger):
        route = app.api_route(
            f"/{assets.path}/{{name:path}}", methods=["GET", "HEAD"], include_in_schema=False
        )
        route(assets.get_file)
    texts = {"{page}": page.path, "{swagger}": swagger.path, "{modules}": preloads(page.path)}
    texts["{currency}"] = currency
    app.state.pages = {path: page_html(name, texts) for path, name in PAGES.items()}
    for path in PAGES:
        app.api_route(path, methods=["GET", "HEAD"], include_in_schema=False)(get_page)
    if root_path:
        app.get(root_path, include_in_schema=False)(lambda: RedirectResponse(f"{root_path}/"))


def page_html(name: str, texts: dict[str, str]) -> str:
    """A page's text, with what stands for each placeholder."""
    html = (PAGE / name).read_text(encoding="utf-8")
    for placeholder, text in texts.items():
        html = html.replace(placeholder, text)
    return html


def preloads(path: str) -> str:
    """Links by which a browser asks for all modules at once, and not for each when another one names it.

    Those that ask the API come first, so that its answers are on their way while the others load.
    """
    names = [file.relative_to(PAGE).as_posix() for file in sorted(PAGE.rglob("*.js*"))]
    later = [name for name in names if name not in (*FIRST_MODULES, "docs.js")]
    links = [f'<link rel="modulepreload" href="{path}/{name}">' for name in FIRST_MODULES]
    for name in later:
        kind = ' as="json"' if name.endswith(".json") else ""
        links.append(f'<link rel="modulepreload"{kind} fetchpriority="low" href="{path}/{name}">')
    return "\n  ".join(links)


async def get_page(request: Request) -> Response:
    pages: dict[str, str] = request.app.state.pages
    return HTMLResponse(pages[request.scope["route"].path], headers=HEADERS)
