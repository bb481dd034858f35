"""Claims of the threat model, checked with their protection and, in `test_security.py`, without it."""

from typing import Any

from tests.support.shop import DASHBOARD, TRACK, Server, Shop
from tests.support.tokens import token

GOOD = {"event_type": "purchase", "session_id": "s"}


def without_a_token_the_answer_is_401(server: Server, header: str | None) -> None:
    response = server.client.get(DASHBOARD, headers={} if header is None else {"Authorization": header})
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert response.json()["detail"]


def only_the_boolean_true_makes_an_admin(server: Server, claim: Any) -> None:
    assert server.get(token=token(is_admin=claim)).status_code == 403


def tracking_is_bounded(shop: Shop, tracked: dict[str, Any]) -> None:
    with shop.serving(**tracked) as server:
        post = server.client.post
        away = shop.landing.rename(shop.folder / "away")
        refused = post(TRACK, json=GOOD)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        away.rename(shop.landing)
        assert post(TRACK, content=b" " * 1_000_001).status_code == 413
        assert post(TRACK, json=[GOOD] * 1_001).status_code == 413
        large = {**GOOD, "note": "x" * 32_000}
        for body in (large, [GOOD, large]):
            refused = post(TRACK, json=body)
            assert refused.status_code == 413 and "at most 32,000 characters" in refused.json()["detail"]
        for name in ("session_id", "event_type"):
            refused = post(TRACK, json={**GOOD, name: "x" * 257})
            assert refused.json() == {"detail": f"{name} of more than 256 characters."}
        cut = post(TRACK, json={**GOOD, "price": 1, "source": "x" * 257}).json()["warnings"]
        assert cut == ["Event 1 of 1: a text is longer than 256 characters, and is cut."]
        for origin in ("http://[", "x://" + server.client.base_url.netloc.decode()):
            assert post(TRACK, json=GOOD, headers={"Origin": origin}).status_code == 403
        assert post(TRACK, json=GOOD, headers={"Origin": "https://other.example"}).status_code == 403
        assert post(TRACK, json=GOOD, headers={"Origin": "https://shop.example"}).status_code == 202
        assert post(TRACK, json=GOOD, headers={"Origin": str(server.client.base_url)}).status_code == 202
        answers = [post(TRACK, json=[GOOD] * 1_000) for _ in range(11)]
        assert answers[-1].status_code == 429
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 10
        assert answers[-1].json()["detail"].startswith("Too many events")
        # By its bytes alone, from another network: of IPv6 one sender has a whole /64.
        full = [{**GOOD, "note": "x" * 31_900}] * 31
        senders = [{"X-Forwarded-For": f"2001:db8::{number}"} for number in range(12)]
        assert [post(TRACK, json=full, headers=sender).status_code for sender in senders].count(202) == 10
        assert post(TRACK, json=GOOD, headers={"X-Forwarded-For": "2001:db8:0:1::"}).status_code == 202
    with shop.serving() as server:
        assert server.client.post(TRACK, json=GOOD).status_code == 404
