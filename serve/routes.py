"""The routes that answer from the marts, and those that tell the health of the server."""

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from serve.endpoint import Endpoint
from serve.endpoints import ENDPOINTS
from serve.health import Health, HealthChecks
from serve.query import openapi_parameters, read_query
from serve.schema import Problem
from serve.tokens import TokenVerifier
from serve.version_watcher import VersionWatcher

BY_PATH: dict[str, Endpoint] = {endpoint.path: endpoint for endpoint in ENDPOINTS}
RESPONSES: dict[int | str, dict[str, Any]] = {
    304: {"description": "The answer is still the one whose ETag `If-None-Match` names."},
    **{status: {"model": Problem} for status in (401, 403, 422, 503)},
}

Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


class Services:
    """What handlers use; in `app.state.services`."""

    def __init__(self, watcher: VersionWatcher, tokens: TokenVerifier, checks: HealthChecks) -> None:
        self.watcher = watcher
        self.tokens = tokens
        self.checks = checks


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def get_answer(request: Request, credentials: Bearer) -> Response:
    """The response of the endpoint whose path was asked for."""
    services = services_of(request)
    services.tokens.require_admin(credentials.credentials if credentials else None)
    endpoint = BY_PATH[request.scope["route"].path.removesuffix("/")]
    # FastAPI would take as long to read the query as all the rest of a cached response takes.
    query = read_query(endpoint.query, request.scope["query_string"])
    watcher = services.watcher
    response, request.state.is_cached = await watcher.use_version(
        lambda version: watcher.cache.get(version, endpoint, query)
    )
    return response.sent_to(request)


async def get_health(request: Request) -> Health:
    """That the server is alive, and what it serves."""
    return await services_of(request).checks.health()


async def get_readiness(request: Request) -> Health:
    """The same, refused with 503 where nothing is served, or what is served is stale."""
    return await services_of(request).checks.readiness()


def add_routes(app: FastAPI, services: Services) -> None:
    app.state.services = services
    for endpoint in ENDPOINTS:
        app.get(
            f"{endpoint.path}/",
            name=endpoint.name,
            description=endpoint.description(),
            response_model=endpoint.response,
            responses=RESPONSES,
            openapi_extra={"parameters": openapi_parameters(endpoint.query)},
        )(get_answer)
        app.head(f"{endpoint.path}/", include_in_schema=False)(get_answer)
        app.api_route(endpoint.path, methods=["GET", "HEAD"], include_in_schema=False)(get_answer)
    app.get("/healthz")(get_health)
    app.get("/readyz", responses={503: {"model": Problem}})(get_readiness)
    for path, handler in (("/healthz", get_health), ("/readyz", get_readiness)):
        app.head(path, include_in_schema=False)(handler)
