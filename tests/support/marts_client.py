"""The endpoint's fields as an analyst gets them: plain sums over the marts of whole days."""

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import duckdb

from tests.support.reference import CHECKOUT, ERRORS, FUNNEL, half_up, ranked, ratio
from tests.support.reference_marts import first_of_month, monday

Row = dict[str, Any]


class Analyst:
    """Asks the marts about the days from first to last, both included."""

    def __init__(self, published: duckdb.DuckDBPyConnection, first: date, last: date) -> None:
        self.published = published
        self.first = first
        self.last = last
        self.days = [first + timedelta(days=number) for number in range((last - first).days + 1)]

    def sums(self, mart: str, keys: str, *measures: str) -> list[Row]:
        """The sums of the measures over the days, by the keys."""
        chosen = ", ".join(f"sum({measure}) as {measure}" for measure in measures)
        return self.rows(f"select {keys}, {chosen} from {mart} where event_date between ? and ? group by all")

    def rows(self, sql: str) -> list[Row]:
        cursor = self.published.execute(sql, [self.first, self.last])
        columns = [column[0] for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]

    def answers(self) -> dict[str, dict[str, Any]]:
        """By mode, the fields that sums give: in mode unique those of one day, one week or one month."""
        answers = {"total": self.of_any_days()}
        if self.first == self.last:
            of_day = self.of_one_day()
            answers["total"] |= of_day
            answers["unique"] = self.by_mode("unique") | of_day
        for mart, column, begin in (
            ("mart_funnel_weekly", "week_date", monday),
            ("mart_funnel_monthly", "month_date", first_of_month),
        ):
            next_day = self.last + timedelta(days=1)
            if (
                begin(self.first) == self.first
                and begin(next_day) == next_day
                and begin(self.last) == self.first
            ):
                steps = self.rows(f"select step, sessions from {mart} where {column} between ? and ?")
                answers["unique"] = funnel({row["step"]: row["sessions"] for row in steps})
        return answers

    def of_any_days(self) -> dict[str, Any]:
        sales = self.sums("mart_sales", "event_date", "purchases", "revenue")
        purchases = sum(row["purchases"] for row in sales)
        revenue = sum((Fraction(row["revenue"]) for row in sales), Fraction(0))
        steps = {
            (row["event_date"], row["step"]): row["events"]
            for row in self.sums("mart_funnel_daily", "event_date, step", "events")
        }
        errors = {
            (row["event_date"], row["error_type"]): row["errors"]
            for row in self.sums("mart_errors", "event_date, error_type", "errors")
        }
        started, paid, completed = (sum(steps.get((day, step), 0) for day in self.days) for step in CHECKOUT)
        units = self.sums("mart_products", "product_slug", "units")
        return {
            **self.by_mode("total"),
            "total_sales": purchases,
            "total_revenue": half_up(revenue, 2),
            "average_order_value": half_up(revenue / purchases, 2) if purchases else 0,
            "sales_by_day": [
                {"date": row["event_date"].isoformat(), "count": row["purchases"]}
                for row in sorted(sales, key=lambda row: row["event_date"])
            ],
            "top_products": top({row["product_slug"]: row["units"] for row in units}),
            "events_timeline": self.timeline(FUNNEL + CHECKOUT, steps),
            "checkout_started_count": started,
            "payment_info_entered_count": paid,
            "order_completed_count": completed,
            "conversion_checkout_to_payment": ratio(paid, started),
            "conversion_payment_to_order": ratio(completed, paid),
            "error_counts": {kind: sum(errors.get((day, kind), 0) for day in self.days) for kind in ERRORS},
            "errors_timeline": self.timeline([*ERRORS, "address_error"], errors),
        }

    def timeline(self, kinds: list[str], counts: dict[tuple[date, str], int]) -> list[Row]:
        return [
            {"date": day.isoformat(), **{kind: counts.get((day, kind), 0) for kind in kinds}}
            for day in self.days
        ]

    def by_mode(self, mode: str) -> dict[str, Any]:
        measures = {
            "total": ("events", "views", "carts", "purchases"),
            "unique": ("sessions", "sessions_with_view", "sessions_with_cart", "sessions_with_purchase"),
        }
        counted, views, carts, purchases = measures[mode]
        steps = self.sums("mart_funnel_daily", "step", counted)
        products = self.sums("mart_products", "product_slug, product_name", views, carts, purchases, "units")
        products.sort(key=lambda row: (-row[views], row["product_slug"]))
        return {
            **funnel({row["step"]: row[counted] for row in steps}),
            "top_viewed_products": top({row["product_slug"]: row[views] for row in products}),
            "product_performance": [
                {
                    "slug": row["product_slug"],
                    "name": row["product_name"],
                    "views": row[views],
                    "add_to_cart": row[carts],
                    "purchases": row[purchases],
                    "conversion_rate": ratio(row[purchases], row[views]),
                    **({"purchases_units": row["units"]} if mode == "unique" else {}),
                }
                for row in products[:10]
            ],
        }

    def of_one_day(self) -> dict[str, Any]:
        sources = self.sums("mart_traffic", "source", "sessions", "events", "sessions_with_purchase")
        total = Counter[str]()
        for row in sources:
            total.update({name: row[name] for name in ("sessions", "events", "sessions_with_purchase")})
        checkouts = Counter[str]()
        for row in self.sums("mart_checkouts", "source", "checkouts", "checkouts_without_purchase"):
            checkouts.update({name: row[name] for name in ("checkouts", "checkouts_without_purchase")})
        whatsapp = self.sums("mart_whatsapp", "event_date", "sessions_with_click", "sessions_with_sale")
        came = {row["source"]: row["sessions"] for row in sources if row["sessions"]}
        return {
            "session_stats": {
                "unique_sessions": total["sessions"],
                "avg_events_per_session": ratio(total["events"], total["sessions"], scale=1),
                "sessions_with_purchase": total["sessions_with_purchase"],
            },
            "traffic_sources": [{"source": source, "sessions": count} for source, count in ranked(came)],
            "abandonment_rate": ratio(checkouts["checkouts_without_purchase"], checkouts["checkouts"]),
            "whatsapp_sessions": sum(row["sessions_with_click"] for row in whatsapp),
            "whatsapp_purchases": sum(row["sessions_with_sale"] for row in whatsapp),
        }


def top(counts: dict[str, int]) -> list[Row]:
    """The 5 with the highest counts above 0."""
    counted = {slug: count for slug, count in counts.items() if count}
    return [{"slug": slug, "count": count} for slug, count in ranked(counted)[:5]]


def funnel(counts: dict[str, int]) -> dict[str, Any]:
    views, carts, checkouts, purchases = (counts.get(step, 0) for step in FUNNEL)
    return {
        "event_counts": {
            "product_view": views,
            "add_to_cart": carts,
            "begin_checkout": checkouts,
            "purchase": purchases,
        },
        "conversion_rates": {
            "visit_to_cart": ratio(carts, views),
            "cart_to_checkout": ratio(checkouts, carts),
            "checkout_to_purchase": ratio(purchases, checkouts),
        },
    }
