"""The digest of a week, from Monday to Sunday, in words."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from serve.alerting.incidents import Message
from serve.endpoints import carts, dashboard, orders, whatsapp
from serve.endpoints.alerts.texts import Language, Wording, localized_number
from serve.query import Query, StatsQuery
from serve.reader import Reader
from serve.window import DAY, WEEK, Calendar

HOUR_OF_DIGEST = timedelta(hours=8)
BEST_SELLERS = 3

TEXTS: dict[Language, dict[str, str]] = {
    "es": {
        "title": "Resumen de la semana del {first} al {last}",
        "orders": "Pedidos: {now} ({change})",
        "net_revenue": "Ingresos netos: {now} {currency} ({change})",
        "average": "Pedido promedio: {now} {currency} ({change})",
        "sessions": "Sesiones: {now} ({change})",
        "carts": "Carritos abandonados: {carts}, por {value} {currency}; recuperados: {recovery} %",
        "whatsapp": "Ventas por WhatsApp: {deals}, por {amount} {currency}; tratos abiertos: {open}",
        "best": "Lo más vendido: {products}",
        "change": "{sign}{percent} % frente a la semana anterior",
        "no_change": "la semana anterior: {before}",
    },
    "en": {
        "title": "The week from {first} to {last}",
        "orders": "Orders: {now} ({change})",
        "net_revenue": "Net revenue: {now} {currency} ({change})",
        "average": "Average order: {now} {currency} ({change})",
        "sessions": "Sessions: {now} ({change})",
        "carts": "Abandoned carts: {carts}, worth {value} {currency}; recovered: {recovery}%",
        "whatsapp": "Sales over WhatsApp: {deals}, for {amount} {currency}; open deals: {open}",
        "best": "Best sellers: {products}",
        "change": "{sign}{percent}% against the week before",
        "no_change": "the week before: {before}",
    },
}


@dataclass(frozen=True)
class Week:
    """What the endpoints answer about a week."""

    orders: orders.Orders
    stats: dashboard.ComparedStats
    carts: carts.Carts
    deals: whatsapp.WhatsApp


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def due_week(reader: Reader, now: datetime, last_due: str) -> date | None:
    """The Monday of a digest that is due, None where there is none.

    last_due: the Monday of the last one, ISO 8601, empty before the first. A digest that was missed on Monday
    is due for the rest of the week, but for the first one.
    """
    calendar = Calendar(reader.snapshot)
    today = calendar.day_of(now)
    monday = monday_of(today)
    is_time = now >= calendar.begins_at(monday) + HOUR_OF_DIGEST
    return monday if is_time and last_due != monday.isoformat() and (last_due or today == monday) else None


async def digest(reader: Reader, now: datetime, monday: date, language: Language) -> Message:
    """The message about the week that ended when this Monday began."""
    week = await week_of(reader, now, monday - WEEK)
    before = await week_of(reader, now, monday - 2 * WEEK)
    text = "\n".join(lines(week, before, monday - WEEK, Wording(language, reader.settings.currency)))
    return {
        "text": text,
        "type": "weekly_digest",
        "start_date": (monday - WEEK).isoformat(),
        "end_date": (monday - DAY).isoformat(),
    }


async def week_of(reader: Reader, now: datetime, first: date) -> Week:
    days = {"start": first.isoformat(), "end": (first + 6 * DAY).isoformat()}
    query = Query.model_validate(days)
    stats_query = StatsQuery.model_validate({**days, "include": "names"})
    return Week(
        orders=cast(orders.Orders, (await orders.ENDPOINT.run(reader, query, now)).body),
        stats=cast(dashboard.ComparedStats, (await dashboard.ENDPOINT.run(reader, stats_query, now)).body),
        carts=cast(carts.Carts, (await carts.ENDPOINT.run(reader, query, now)).body),
        deals=cast(whatsapp.WhatsApp, (await whatsapp.ENDPOINT.run(reader, query, now)).body),
    )


def lines(week: Week, before: Week, first: date, wording: Wording) -> list[str]:
    texts, currency = TEXTS[wording.language], wording.currency

    def localized(value: float) -> str:
        return localized_number(wording.language, value)

    def compared(line: str, value: float, value_before: float) -> str:
        percent = 100 * (value - value_before) / value_before if value_before else 0.0
        change = (
            texts["change"].format(sign="+" if percent >= 0 else "−", percent=localized(abs(round(percent))))
            if value_before
            else texts["no_change"].format(before=localized(value_before))
        )
        return texts[line].format(now=localized(value), change=change, currency=currency)

    names = week.stats.names or {}
    best = [
        f"{names[each.slug]} ({localized(each.count)})" for each in week.stats.top_products[:BEST_SELLERS]
    ]
    return [
        texts["title"].format(first=first, last=first + 6 * DAY),
        compared("orders", week.orders.orders, before.orders.orders),
        compared("net_revenue", week.orders.net_revenue, before.orders.net_revenue),
        compared("average", week.orders.average_order_value, before.orders.average_order_value),
        compared(
            "sessions",
            week.stats.session_stats.unique_sessions,
            before.stats.session_stats.unique_sessions,
        ),
        texts["carts"].format(
            carts=localized(week.carts.abandoned.carts),
            value=localized(week.carts.abandoned.value),
            recovery=localized(week.carts.recovery_rate),
            currency=currency,
        ),
        texts["whatsapp"].format(
            deals=localized(week.deals.won.deals),
            amount=localized(week.deals.won.amount),
            open=localized(week.deals.open.deals),
            currency=currency,
        ),
        *([texts["best"].format(products=", ".join(best))] if best else []),
    ]
