"""The API: authentication, parameters, headers and errors."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.claims import only_the_boolean_true_makes_an_admin, without_a_token_the_answer_is_401
from tests.support.shop import DASHBOARD, SECRET, Server, Shop
from tests.support.tokens import token


def test_admin_gets_the_response(server: Server) -> None:
    assert server.get(token=token()).status_code == 200


@pytest.mark.parametrize("header", [None, "", "Basic YWRtaW46YWRtaW4=", "Bearer", "Bearer x.y.z"])
def test_without_a_token_the_response_is_401(server: Server, header: str | None) -> None:
    without_a_token_the_answer_is_401(server, header)


def test_token_of_the_previous_secret_is_valid_until_that_is_removed(small_shop: Shop) -> None:
    before, other = SECRET[::-1], SECRET.upper()
    with small_shop.serving(jwt_secret_previous=before) as server:
        assert server.get(token=token()).status_code == 200
        assert server.get(token=token(key=before)).status_code == 200
        assert server.get(token=token(key=before, exp=None)).status_code == 401
        assert server.get(token=token(key=before, is_admin=False)).status_code == 403
        assert server.get(token=token(key=other)).status_code == 401
    with small_shop.serving() as server:
        assert server.get(token=token(key=before)).status_code == 401


@pytest.mark.parametrize(
    ("claim", "seconds", "status"),
    [("iat", 20, 200), ("nbf", 20, 200), ("iat", 60, 401), ("nbf", 60, 401), ("exp", -1, 401)],
)
def test_token_clock_may_be_30_seconds_ahead_but_expiry_is_exact(
    server: Server, claim: str, seconds: int, status: int
) -> None:
    instant = datetime.now(UTC) + timedelta(seconds=seconds)
    claims: dict[str, Any] = {claim: instant}
    assert server.get(token=token(**claims)).status_code == status


@pytest.mark.parametrize("claim", ["true", 1, [0], {"is_admin": True}, False, None])
def test_is_admin_must_be_the_boolean_true(server: Server, claim: Any) -> None:
    only_the_boolean_true_makes_an_admin(server, claim)


def test_large_response_is_compressed_for_clients_that_accept_gzip(server: Server) -> None:
    packed, plain = (
        server.client.get(
            DASHBOARD, headers={"Authorization": f"Bearer {token()}", "Accept-Encoding": encoding}
        )
        for encoding in ("gzip", "identity")
    )
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 2
    assert (packed.json(), packed.headers["ETag"]) == (plain.json(), plain.headers["ETag"])
    assert "Content-Encoding" not in server.client.get("/healthz").headers


def test_invalid_query_without_a_token_gives_401_only(server: Server) -> None:
    assert server.client.get(DASHBOARD, params={"mode": "?", "start": "?"}).status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        {"mode": "both"},
        {"mode": ""},
        {"compare": "next"},
        {"compare": ""},
        {"include": "everything"},
        {"include": ""},
        {"include": "trend,everything"},
        {"start": "yesterday"},
        {"start": "2026-02-30"},
        {"start": "20260301"},
        {"start": "2026-03-01T00:00:00"},
        {"start": "1772323200"},
        {"end": "2026-3-1"},
        {"start": "2026-03-02", "end": "2026-03-01"},
        {"start": "2026-03-09"},
        {"start": "2025-03-07"},
        {"start": "2025-01-01", "end": "2026-01-02"},
        {"end": "0001-01-01"},
    ],
)
def test_invalid_query_gives_422_with_a_reason(server: Server, query: dict[str, str]) -> None:
    response = server.get(**query)
    assert response.status_code == 422
    assert isinstance(response.json()["detail"], str)


@pytest.mark.parametrize(
    "query",
    [
        {"start": "2025-03-08"},
        {"start": "2025-01-01", "end": "2026-01-01"},
        {"start": "2026-03-08", "end": "2026-03-08"},
        {"start": "2026-03-08", "end": "2026-12-31"},
        {"end": "9999-12-31"},
        {"end": "1970-01-01"},
    ],
)
def test_range_may_have_1_to_366_days(server: Server, query: dict[str, str]) -> None:
    assert server.get(**query).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "mode=total&mode=unique",
        "start=2026-03-01&start=2026-03-01",
        "end=&end=2026-03-01",
        "mode=total&mode=total",
        "compare=previous&compare=previous",
    ],
)
def test_parameter_given_twice_gives_422(server: Server, query: str) -> None:
    response = server.get(f"{DASHBOARD}?{query}")
    assert response.status_code == 422
    assert "once" in response.json()["detail"]


def test_empty_dates_and_unknown_parameters_are_ignored(server: Server) -> None:
    assert server.get(start="", end="").content == server.get().content
    assert server.get(start="", end="2026-03-07").content == server.get(end="2026-03-07").content
    assert server.get(f"{DASHBOARD}?page=1&page=2").content == server.get().content


@pytest.mark.parametrize("path", [DASHBOARD, DASHBOARD.rstrip("/"), "/healthz"])
def test_head_answers_as_get_does_without_the_body(server: Server, path: str) -> None:
    get, head = server.get(path), server.head(path)
    assert (head.status_code, head.content) == (200, b"")
    own = {"date": "", "x-request-id": ""}
    assert {**head.headers, **own} == {**get.headers, **own}
    assert server.head(path, "not a token").status_code == (200 if path == "/healthz" else 401)


def test_the_trailing_slash_is_optional_and_never_redirects(server: Server) -> None:
    without, with_slash = server.get(DASHBOARD.rstrip("/")), server.get(DASHBOARD)
    assert without.status_code == with_slash.status_code == 200
    assert without.json() == with_slash.json()


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nothing", 404), ("POST", DASHBOARD, 405)])
def test_every_error_is_json_with_a_detail(server: Server, method: str, path: str, status: int) -> None:
    response = server.client.request(method, path)
    assert response.status_code == status
    assert list(response.json()) == ["detail"]


def test_headers_give_version_and_watermark(server: Server) -> None:
    headers, health = server.get().headers, server.client.get("/healthz").json()
    assert headers["X-Data-Version"] == health["version"]
    assert headers["X-Data-Built-At"] == health["built_at"]
    assert headers["X-Data-Newest-Event-At"] == health["newest_event_at"] == "2026-03-08T15:04:05Z"
    assert health["built_at"].endswith("Z")
    assert headers["Cache-Control"] == "private, no-cache"


def test_only_configured_origins_may_call_from_a_browser(server: Server) -> None:
    def allowed(origin: str) -> str | None:
        headers = server.client.get("/healthz", headers={"Origin": origin}).headers
        origins: str | None = headers.get("Access-Control-Allow-Origin")
        return origins

    assert allowed("https://shop.example") == "https://shop.example"
    assert allowed("https://shop.example.evil.example") is None


def test_without_a_version_there_are_503_and_health(shop: Shop) -> None:
    with shop.serving() as server:
        assert server.get().status_code == 503
        assert "published" in server.get().json()["detail"]
        health = server.client.get("/healthz")
        assert (health.status_code, health.json()["version"]) == (200, None)
        readiness = server.client.get("/readyz")
        assert (readiness.status_code, readiness.json()) == (503, server.get().json())


def test_readiness_ends_when_data_is_stale(server: Server) -> None:
    health = server.client.get("/healthz").json()
    assert server.client.get("/readyz").json() == health
    assert health["is_stale"] is False
    before, checked_at = server.now, datetime.fromisoformat(health["checked_at"])
    server.now = checked_at + timedelta(hours=26, seconds=1)
    try:
        readiness, health = server.client.get("/readyz"), server.client.get("/healthz")
    finally:
        server.now = before
    assert (readiness.status_code, health.status_code) == (503, 200)
    assert "since" in readiness.json()["detail"]
    assert health.json()["is_stale"] is True


def test_the_documentation_describes_every_field(server: Server) -> None:
    schemas = server.client.get("/openapi.json").json()["components"]["schemas"]
    fields = schemas["DashboardStats"]["properties"]
    assert list(fields) == list(server.stats())
    assert all("description" in field for name, field in fields.items() if name != "mode")
