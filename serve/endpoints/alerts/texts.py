"""The messages of alerts, in two languages."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from serve.endpoints.alerts.unusual import Unusual

Language = Literal["es", "en"]


@dataclass(frozen=True)
class Wording:
    """currency: ISO 4217."""

    language: Language
    currency: str


RULES: dict[Language, dict[str, str]] = {
    "es": {
        "high_abandonment": "No compró el {rate:.0f} % de los {buyers} compradores que iniciaron un pago en"
        " las últimas 24 horas.",
        "popular_no_conversion": "«{name}» se vio en {sessions} sesiones en 7 días y nadie lo compró.",
        "payment_errors": "Errores de pago en la última hora: {count}.",
        "carts_abandoned": "Sesiones con carrito y sin pago iniciado en las últimas 6 horas: {count}.",
        "stuck_sessions": "Sesiones con más de {limit:.0f} eventos y sin compra en 24 horas: {count}.",
        "all_clear": "Todo en orden.",
        "unusual": "{what} hoy hasta esta hora: {actual}. Lo habitual en {weekday}: {expected}.",
    },
    "en": {
        "high_abandonment": "{rate:.0f}% of the {buyers} buyers who began a checkout in the last 24 hours"
        " did not buy.",
        "popular_no_conversion": "“{name}” was viewed in {sessions} sessions in 7 days and never bought.",
        "payment_errors": "Payment errors in the last hour: {count}.",
        "carts_abandoned": "Sessions with a cart and without a checkout in the last 6 hours: {count}.",
        "stuck_sessions": "Sessions with more than {limit:.0f} events and no purchase in 24 hours: {count}.",
        "all_clear": "All is well.",
        "unusual": "{what} today so far: {actual}. Usual on a {weekday} by this time: {expected}.",
    },
}
WHAT: dict[Language, dict[str, str]] = {
    "es": {
        "orders": "Pedidos",
        "net_revenue": "Ingresos netos",
        "sessions": "Sesiones",
        "cart_rate": "Sesiones con carrito",
        "checkout_rate": "Sesiones que inician un pago",
        "payment_errors": "Errores de pago",
        "whatsapp_clicks": "Clics a WhatsApp",
        "events": "Eventos recibidos",
    },
    "en": {
        "orders": "Orders",
        "net_revenue": "Net revenue",
        "sessions": "Sessions",
        "cart_rate": "Sessions with a cart",
        "checkout_rate": "Sessions with a checkout",
        "payment_errors": "Payment errors",
        "whatsapp_clicks": "Clicks to WhatsApp",
        "events": "Events received",
    },
}
WEEKDAYS: dict[Language, tuple[str, ...]] = {
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def localized_message(language: Language, rule: str, **facts: object) -> str:
    """The message of a rule."""
    return RULES[language][rule].format(**facts)


def unusual_message(wording: Wording, found: Unusual, today: date) -> str:
    """The message about what is not usual for the weekday of `today`."""
    return localized_message(
        wording.language,
        "unusual",
        what=WHAT[wording.language][found.what],
        actual=amount(wording, found.what, found.actual),
        expected=amount(wording, found.what, found.expected),
        weekday=WEEKDAYS[wording.language][today.weekday()],
    )


def amount(wording: Wording, what: str, value: float) -> str:
    """A number of an alert with its unit."""
    language = wording.language
    if what.endswith("_rate"):
        space = " " if language == "es" else ""
        return f"{localized_number(language, value, 1)}{space}%"
    unit = f" {wording.currency}" if what == "net_revenue" else ""
    return localized_number(language, value) + unit


def localized_number(language: Language, value: float, places: int = 0) -> str:
    """A number as people write it, with groups of three; halves, as of medians, with their decimal."""
    digits = f"{value:,.{places or (1 if value % 1 and value < 100 else 0)}f}"
    return digits.translate(str.maketrans(",.", ".,")) if language == "es" else digits
