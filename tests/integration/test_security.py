"""Each test of a claim of the threat model fails without the protection."""

from collections.abc import Callable
from typing import Any

import pytest

from serve.tokens import claims_of
from tests.support.claims import (
    only_the_boolean_true_makes_an_admin,
    tracking_is_bounded,
    without_a_token_the_answer_is_401,
)
from tests.support.shop import Server, Shop

Attempt = Callable[[Server, Shop], None]


def track_bounds(server: Server, shop: Shop) -> None:
    tracking_is_bounded(shop, {"tracked_events": shop.landing, "cors_origins": ("https://shop.example",)})


WITHOUT: dict[str, tuple[str, Any, Attempt]] = {
    "a token": (
        "serve.tokens.TokenVerifier.require_admin",
        lambda admins, token: None,
        lambda server, _: without_a_token_the_answer_is_401(server, None),
    ),
    "a look at is_admin": (
        "serve.tokens.expiry_of_admin",
        lambda token, secrets: int(claims_of(token, secrets)["exp"]),
        lambda server, _: only_the_boolean_true_makes_an_admin(server, 1),
    ),
    "a bound on events": ("serve.tracking.events.LONGEST_EVENT", 10**9, track_bounds),
    "a bound on texts": ("serve.tracking.events.LONGEST_TEXT", 10**9, track_bounds),
    "a bound on bytes": ("serve.tracking.route.RATE_BYTES", 10**12, track_bounds),
    "a network of a sender": ("serve.tracking.route.network_of", lambda address: address, track_bounds),
}


@pytest.mark.parametrize("protection", WITHOUT)
def test_test_of_a_claim_fails_without_the_protection(
    server: Server, shop: Shop, monkeypatch: pytest.MonkeyPatch, protection: str
) -> None:
    where, replaced, attempt = WITHOUT[protection]
    monkeypatch.setattr(where, replaced)
    with pytest.raises((AssertionError, KeyError)):
        attempt(server, shop)
