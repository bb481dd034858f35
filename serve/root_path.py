"""Serving below a path of another site, such as `https://shop.example/metrics/`."""

from starlette.types import ASGIApp, Receive, Scope, Send


class RootPathMiddleware:
    """Takes the path of ROOT_PATH off a request, where the proxy has not done so."""

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self.app = app
        self.root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(f"{self.root_path}/"):
            raw_path = scope["raw_path"].removeprefix(self.root_path.encode())
            scope = {**scope, "path": scope["path"].removeprefix(self.root_path), "raw_path": raw_path}
        await self.app(scope, receive, send)
