"""Rounding: half away from zero, on the exact value."""

from decimal import ROUND_HALF_UP, Decimal, localcontext

Exact = int | Decimal


def rounded(value: Exact, places: int) -> float:
    """The value to so many decimal places."""
    return ratio(value, 1, places)


def ratio(part: Exact, whole: int, places: int) -> float:
    """part / whole to so many decimal places; 0 where whole is 0."""
    if not whole:
        return 0.0
    with localcontext(prec=60):
        return float((Decimal(part) / whole).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def percentage(part: int, whole: int) -> float:
    """part / whole in percent, to one decimal; 0 where whole is 0."""
    return ratio(100 * part, whole, 1)
