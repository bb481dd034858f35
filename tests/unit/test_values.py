"""Values of an event, as tracking reads them."""

from typing import Any

import pytest

from serve.rounding import percentage, ratio, rounded
from serve.tracking.values import id_of, is_instant, is_price, is_quantity, object_in, text_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" a ", "a"),
        (7, "7"),
        (7.0, "7"),
        ({"$oid": "65e9"}, "65e9"),
        ({"$numberDouble": "2.0"}, "2"),
        ("", None),
        (True, None),
        ([], None),
        (float("nan"), None),
    ],
)
def test_text_is_read_from_strings_numbers_and_extended_json(value: Any, text: str | None) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize("word", ["null", "undefined", "NaN", "[object Object]", " ", None])
def test_placeholder_words_are_not_ids(word: Any) -> None:
    assert id_of(word) is None


def test_prices_may_have_currency_signs_and_quantities_are_whole() -> None:
    assert all(map(is_price, ["79,900", "$79,900.00", "79900 COP", "79 €", 79900, {"$numberInt": "5"}]))
    assert not any(map(is_price, ["79.900,00", "-5", "5 kg", -5, True, None, [], {"n": 5}]))
    assert all(map(is_quantity, [1, "2", "2.00", {"$numberLong": "3"}, 1_000_000]))
    assert not any(map(is_quantity, [0, -1, 2.5, "2.5", 1_000_001, None, True]))


def test_instants_are_read_in_every_documented_form() -> None:
    readable = [
        "2026-03-07",
        "2026-03-07T10:00:00-05:00",
        "2026-03-07 10:00:00 UTC",
        1774000000,
        "1774000000000",
    ]
    assert all(map(is_instant, [*readable, {"$date": "2026-03-07T10:00:00Z"}, {"$date": 1774000000000}]))
    assert not any(
        map(is_instant, ["ayer", "2026-02-30", "2026-03-07T24:00:00Z", 5, True, None, {"$date": True}])
    )


def test_metadata_may_be_json_encoded_twice() -> None:
    assert object_in({"a": 1}) == object_in('{"a": 1}') == object_in('"{\\"a\\": 1}"') == {"a": 1}
    assert object_in("[1]") is None and object_in("{") is None


def test_rounding_is_half_away_from_zero_on_the_exact_value() -> None:
    assert (ratio(1, 8, 2), ratio(25, 1000, 2), rounded(-5, 0)) == (0.13, 0.03, -5.0)
    assert percentage(1, 3) == 33.3 and percentage(1, 0) == 0.0
