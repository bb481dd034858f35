"""HTTP security: tokens, methods, origins, and requests that are too long, too slow or malformed."""

import base64
import hmac
import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

from pipeline.paths import ROOT
from serve.pages import SWAGGER
from tests.support.shop import DASHBOARD, MONEY_AT_RISK, SECRET, TRACK, Shop, authorized, event

PROTECTED = (DASHBOARD, MONEY_AT_RISK)
PUBLIC = ("/", "/docs", "/healthz", "/openapi.json")
GET_HEALTH = b"GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n"
AHEAD = 4_102_444_800
CLAIMS = {"user_id": 1, "email": "admin@example.com", "is_admin": True, "exp": AHEAD}
METHODS = ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND")
FOREIGN = {
    **dict.fromkeys(("null", "*", "https://evil.example", "https://shop.example.evil.example")),
    **dict.fromkeys(("http://shop.example", "https://shop.example:8443", "https://evil-shop.example")),
    **dict.fromkeys(("https://shop.example@evil.example", "https://SHOP.example", "https://shop.example, *")),
    **dict.fromkeys(("http://[", "x://shop")),
}


def encoded(content: Any) -> str:
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def signed(
    header: Any = None, claims: Any = None, key: str = SECRET, hashed: str = "sha256", **changed: Any
) -> str:
    """A token of these parts; `changed` claims replace an admin's, and those that are `...` are left out."""
    claims = claims if claims is not None else {k: v for k, v in (CLAIMS | changed).items() if v is not ...}
    signing = f"{encoded(header or {'alg': 'HS256', 'typ': 'JWT'})}.{encoded(claims)}"
    return f"{signing}.{encoded(hmac.digest(key.encode(), signing.encode(), hashed))}"


def unsigned(algorithm: Any) -> str:
    return signed({"alg": algorithm}).rpartition(".")[0] + "."


GOOD = signed()
HEAD, PAYLOAD, SIGNATURE = GOOD.split(".")
BAD_TOKENS = {
    "unsigned, as none": unsigned("none"),
    "unsigned, as None": unsigned("None"),
    "unsigned, as NONE": unsigned("NONE"),
    "unsigned, as HS256": unsigned("HS256"),
    "of no algorithm": signed({"typ": "JWT"}),
    "of a list of algorithms": signed({"alg": ["HS256"]}),
    "of a number": signed({"alg": 256}),
    "of hs256": signed({"alg": "hs256"}),
    "HS384": signed({"alg": "HS384"}, hashed="sha384"),
    "HS512": signed({"alg": "HS512"}, hashed="sha512"),
    "HS256 that says RS256": signed({"alg": "RS256"}),
    "HS256 that says ES256": signed({"alg": "ES256"}),
    "HS512 that says HS256": signed(hashed="sha512"),
    "of an empty key": signed(key=""),
    "of a key that it brings": signed({"alg": "HS256", "jwk": {"kty": "oct", "k": encoded(b"k")}}, key="k"),
    "of a key at an address": signed({"alg": "HS256", "jku": "https://evil.example/jwks"}, key="k"),
    "of a key at a path": signed({"alg": "HS256", "kid": "/dev/null"}, key=""),
    "of a key from a table": signed({"alg": "HS256", "kid": "x' union select 'k"}, key="k"),
    "of critical extensions": signed(
        {"alg": "HS256", "crit": ["http://evil.example"], "http://evil.example": 1}
    ),
    "of a payload that is not encoded": signed({"alg": "HS256", "b64": False, "crit": ["b64"]}),
    "changed": f"{HEAD}.{encoded(CLAIMS | {'user_id': 2})}.{SIGNATURE}",
    "a bit flipped": f"{HEAD}.{PAYLOAD}.{'B' if SIGNATURE[0] == 'A' else 'A'}{SIGNATURE[1:]}",
    "cut": GOOD[:-4],
    "without its signature": f"{HEAD}.{PAYLOAD}",
    "without its payload": f"{HEAD}..{SIGNATURE}",
    "of five parts": f"{GOOD}.{PAYLOAD}.{SIGNATURE}",
    "dots": "..",
    "of spaces": " ".join(GOOD),
    "noise": "\u00e9\u00ff".encode("latin-1").decode("latin-1"),
    "of a list": signed(claims=[CLAIMS]),
    "of a text": signed(claims="admin"),
    "of null": signed(claims=b"null"),
    "of no JSON": signed(claims=b"{"),
    "of no UTF-8": signed(claims=b"\xff"),
    "expired": signed(exp=int(time.time()) - 1),
    "of no expiry": signed(exp=...),
    "of an expiry of null": signed(exp=None),
    "of an expiry in words": signed(exp="tomorrow"),
    "of an expiry that is no number": signed(claims=json.dumps(CLAIMS).replace(str(AHEAD), "NaN").encode()),
    "of an expiry without end": signed(claims=json.dumps(CLAIMS).replace(str(AHEAD), "1e999").encode()),
    "of an expiry before all": signed(exp=-1),
    "of a list of expiries": signed(exp=[AHEAD]),
    "not yet valid": signed(nbf=AHEAD - 1),
    "issued in the future": signed(iat=AHEAD - 1),
    "within a token": signed(claims=GOOD.encode()),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = Shop(tmp_path_factory.mktemp("shop"))
    shop.land("a.ndjson", [event("purchase", "2026-03-07T10:00:00Z", user_id="ana@example.com")])
    shop.environment["CORS_ORIGINS"] = "https://shop.example"
    return shop.built()


@pytest.fixture(scope="module")
def client(shop: Shop) -> Iterator[httpx.Client]:
    """A server whose answers and log tell nobody what is not meant for them."""
    bodies: list[str] = []
    with shop.tracking() as (_, client):
        client.event_hooks["response"].append(lambda response: bodies.append(response.read().decode()))
        yield client
    log = (shop.folder / "serve.log").read_text(encoding="utf-8")
    assert log.count(" 401 ") > 100
    for text in (log, *(body for body in bodies if "<html" not in body)):
        assert not re.search(r"Traceback|\bselect\b|\.py\b|duckdb|ana@|admin@", text, re.IGNORECASE), text
        assert str(ROOT) not in text and str(shop.folder) not in text
        assert SIGNATURE not in text and SECRET not in text


@pytest.mark.parametrize("token", BAD_TOKENS.values(), ids=BAD_TOKENS)
def test_invalid_token_gets_401_and_does_not_affect_public_routes(client: httpx.Client, token: str) -> None:
    headers = {b"Authorization": b"Bearer " + token.encode("latin-1")}
    for path in PROTECTED:
        response = client.get(path, headers=headers)
        assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")
    for path in PUBLIC:
        assert client.get(path, headers=headers).status_code == 200
    sent = {"event_type": "page_view", "session_id": "s"}
    assert client.post(TRACK, json=sent, headers=headers).status_code == 202


def test_valid_token_works_only_as_a_bearer_token(client: httpx.Client) -> None:
    for path in PROTECTED:
        assert client.get(path, headers={"Authorization": f"Bearer {GOOD}"}).status_code == 200
        assert client.get(path, headers={"Authorization": f"Token {GOOD}"}).status_code == 401
        assert client.get(path, headers={"Cookie": f"token={GOOD}"}).status_code == 401
        for name in ("token", "access_token", "jwt"):
            assert client.get(path, params={name: GOOD}).status_code == 401


@pytest.mark.parametrize("path", [*PROTECTED, *PUBLIC, TRACK])
def test_unsupported_methods_are_refused(client: httpx.Client, path: str) -> None:
    offered = {"POST"} if path == TRACK else {"GET", "HEAD"}
    for method in {*METHODS, "GET", "HEAD"} - offered:
        response = client.request(method, path, headers=authorized())
        assert response.status_code == 405, method
        assert set(response.headers["Allow"].split(", ")) <= offered


@pytest.mark.parametrize("origin", FOREIGN)
def test_other_origins_may_neither_read_nor_send(client: httpx.Client, origin: str) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    for path in (*PROTECTED, *PUBLIC):
        assert "Access-Control-Allow-Origin" not in client.get(path, headers={"Origin": origin}).headers
        response = client.options(path, headers=asked)
        assert response.status_code == 400
        assert "Access-Control-Allow-Origin" not in response.headers
    sent = {"event_type": "page_view", "session_id": "s"}
    assert client.post(TRACK, json=sent, headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize("path", [*PROTECTED, *PUBLIC, TRACK])
def test_an_address_or_headers_that_are_too_long_are_refused(client: httpx.Client, path: str) -> None:
    long = {"a": "x" * 20_000}
    for response in (client.get(path, params=long), client.get(path, headers=long)):
        assert response.status_code == 431
        assert "at most 16,384 bytes" in response.json()["detail"]
    assert client.get("/healthz", params={"a": "x" * 10_000}, headers={"b": "x" * 5_000}).status_code == 200


def test_malformed_requests_are_refused_within_ten_seconds(client: httpx.Client) -> None:
    post = f"POST {TRACK} HTTP/1.1\r\nHost: shop\r\nContent-Length: 100\r\n\r\n".encode()
    begun = {
        "a header that never ends": (b"GET / HTTP/1.1\r\na: " + b"x" * 20_000, b"HTTP/1.1 431 "),
        "no HTTP": (b"\x16\x03\x01 let me in\r\n\r\n", b"HTTP/1.1 400 "),
        "a length twice": (post.replace(b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\n"), b"HTTP/1.1 400 "),
        "a length and chunks": (
            post.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n"),
            b"HTTP/1.1 400 ",
        ),
        "half a head": (b"GET / HTTP/1.1\r\nHost: shop\r\n", b"HTTP/1.1 408 "),
        "half a body": (post + b'{"event_type":', b"HTTP/1.1 408 "),
        "nothing": (b"", b""),
        "an empty line after a response": (GET_HEALTH, b"HTTP/1.1 200 "),
    }
    address = (client.base_url.host, client.base_url.port or 80)
    sockets = {name: socket.create_connection(address, timeout=15) for name in begun}
    unread = socket.socket()
    unread.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    unread.connect(address)
    # More of them than the system keeps for who does not read.
    (largest,) = re.findall('src="(.+swagger-ui-bundle.js)"', client.get("/docs").text)
    unread.sendall(GET_HEALTH.replace(b"/healthz", f"/{largest}".encode()) * 16)
    for name, (sent, _) in begun.items():
        sockets[name].sendall(sent)
    answered = sockets["an empty line after a response"]
    assert answered.recv(1, socket.MSG_PEEK)
    answered.sendall(b"\r\n")
    started_at = time.monotonic()
    assert client.get("/healthz").status_code == 200
    for name, (_, expected) in begun.items():
        with sockets[name] as waiting, waiting.makefile("rb") as response:
            assert response.read().startswith(expected), name
    assert time.monotonic() - started_at < 12
    with unread:
        # Who reads none of a response is hung up on: what comes is what was under way, and no end of it.
        unread.settimeout(15)
        time.sleep(max(0, started_at + 12 - time.monotonic()))
        received = 0
        with suppress(ConnectionResetError):
            while part := unread.recv(1_000_000):
                received += len(part)
        assert received < 16 * (SWAGGER / "swagger-ui-bundle.js").stat().st_size
    assert client.get("/healthz").status_code == 200
