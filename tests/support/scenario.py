"""Random logs and queries, each made from one seed."""

import json
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.reference_marts import first_of_month, monday

Raw = dict[str, Any]


Question = tuple[datetime, dict[str, str]]


MOMENTS = 4


QUERIES = 16


RANGES = 4


CLOCK_CHANGES = {
    "UTC": [],
    "America/Bogota": [],
    "Asia/Kathmandu": [],
    "America/New_York": [date(2025, 3, 9), date(2025, 11, 2)],
    "Australia/Lord_Howe": [date(2025, 4, 6), date(2025, 10, 5)],
    "America/Havana": [date(2025, 3, 9), date(2025, 11, 2)],
    "America/Santiago": [date(2025, 4, 6), date(2025, 9, 7)],
    "Africa/Cairo": [date(2025, 4, 25), date(2025, 10, 31)],
}


TYPES: list[Any] = [
    *["product_view", "purchase"] * 5,
    *["whatsapp_cart_click"] * 4,
    *["add_to_cart", "begin_checkout", "checkout_started", "payment_info_entered", "order_completed"] * 2,
    *["payment_intent_error", "remove_from_cart", "Product Viewed", "view_item", "checkout_completed"],
    *["whatsapp_purchase", "payment_error", "checkout_error", "payment_confirmation_error", "address_error"],
    *["refund"] * 3,
    *["order_cancelled", "Order Refunded", "view_cart", "cart_abandon"],
    *["page_view"] * 4,
    *["wishlist_add", "Purchase", " purchase ", "\tproduct_view\n", None, "", " "],
]


SESSIONS: list[Any] = [*[f"s{number}" for number in range(14)] * 3, " s1 ", "S1", "sesión 🔥", None, "", "  "]


USERS: list[Any] = [
    *[None, None, "", "  ", "ana@correo.co", " ana@correo.co ", "Ana@correo.co", "o'hara@x.co", "ñ@x.co"]
]


SLUGS: list[Any] = [
    *[None, "", "  ", "a", "A", " a ", "a-1", "a_b", "50%", "null", "\\n", "cargo-negro", "\tcargo-negro"],
    *["o'neill", 'buzo "xl"', "; drop table", "gorra-ñandú", "gorra-nandu", "café", "cafe\u0301", "🔥", "ﾊ"],
]


NAMES: list[Any] = [None, None, "", "  ", "Buzo", "buzo", " Buzo ", "Ñandú", "Zeta", "Ana's", '"', "🔥", "ﾊ"]


SOURCES: list[Any] = [None, "", "  ", "direct", " direct ", "google", "instagram", "Google", "amazon", "o'x"]


PRICES: list[Any] = [
    *["79900", 79900, 45000.25, "19999.99", " 30000 ", 0, "0", 0.1, "0.005", "0.015", "1.00499", "10.12345"],
    *[0.00005, "0.00005", "-0.00001", -5, "-5", 999999999999, 1234567890123, "1234567890123", 1e15],
    *[None, "", "  ", "abc", "NaN", "Infinity", "$79.900", "79.900,00", "1,000", True, [], {}, {"n": 5}],
    *["COP 79,900.50", "$ 5", "5 €", "US$5", {"$numberInt": "5"}, {"$numberDecimal": "7.5"}, "7,99", "5 kg"],
]


QUANTITIES: list[Any] = [
    *[1, 2, "2", 2.0, "4.0", " 3 ", 7, 1_000_000, "1000000", 1_000_001, 1e30],
    *[0, -1, 2.5, "2.5", "", None, True, "dos", [2], {"n": 2}],
    *[{"$numberInt": "3"}, {"$numberDouble": "4.0"}, {"$numberLong": "0"}],
]


REASONS: list[Any] = [*["user_removed_all_items", " user_removed_all_items "] * 2, "other", None, 7]


class Scenario:
    """A log and the questions asked about it, all drawn from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.timezone = self.random.choice(sorted(CLOCK_CHANGES))
        self.zone = ZoneInfo(self.timezone)
        self.types, self.sessions, self.users = self.some(TYPES), self.some(SESSIONS), self.some(USERS)
        self.types += [self.random.choice(TYPES)] * len(self.types)
        self.slugs, self.names = self.some(SLUGS), self.some(NAMES)
        self.sources, self.prices = self.some(SOURCES), self.some(PRICES)
        self.fields_of_items = {
            "product_slug": self.slugs,
            "product_name": self.names,
            "price": self.prices,
            "quantity": QUANTITIES,
        }
        self.moments = self.draw_moments()
        self.corners = self.draw_corners()
        self.events = self.draw_events(self.random.randint(50, 170))
        self.queries = [self.draw_query() for _ in range(QUERIES)]
        self.ranges = self.draw_ranges()

    def draw_funnel_query(self) -> dict[str, str]:
        query = {}
        if self.random.random() < 0.5:
            query["source"] = self.random.choice(["direct", "google", "instagram", "Google", " o'x ", ""])
        if self.random.random() < 0.7:
            query |= {"order": "strict", "within_days": str(self.random.choice([1, 2, 7, 30]))}
        return query

    def draw_attribution_query(self) -> dict[str, str]:
        choose = self.random.choice
        models = ["first", "last", "last_non_direct", "linear", "position", "time_decay"]
        return {
            **choose([{}, {"model": choose(models)}]),
            **choose([{}, {"by": choose(["source", "medium", "campaign"])}]),
            **choose([{}, *({"include": each} for each in ("paths", "campaigns", "paths,campaigns"))]),
        }

    def some(self, values: list[Any]) -> list[Any]:
        """Some of the values: the fewer there are, the more events collide and counts tie."""
        return self.random.sample(values, self.random.randint(4, len(values)))

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def draw_moments(self) -> list[datetime]:
        """A few times to ask at, within days of a clock change where the zone has one."""
        near = self.random.choice(CLOCK_CHANGES[self.timezone] or [date(2025, 6, 1), date(2024, 3, 4)])
        anchor = self.midnight(near + timedelta(days=self.random.randint(-1, 9)))
        seconds = [self.random.randrange(3 * 86400) for _ in range(MOMENTS - 2)]
        return [anchor, anchor + timedelta(hours=30, microseconds=700_000)] + [
            anchor + timedelta(seconds=each) for each in seconds
        ]

    def draw_corners(self) -> list[datetime]:
        """Instants where an event is just inside or just outside: 'now', midnights, edges of windows."""
        days = [self.moments[0].astimezone(self.zone).date() - timedelta(days=n) for n in range(-4, 12)]
        edges = [each.replace(microsecond=0) for each in self.moments] + [self.midnight(day) for day in days]
        edges += [edge - timedelta(days=days) for edge in edges for days in (7, 30, 90)]
        steps = [timedelta(), timedelta(microseconds=-1), timedelta(microseconds=1)]
        return [
            edge + self.random.choice(steps)
            for edge in self.random.choices(edges, k=self.random.randint(8, 40))
        ]

    def draw_instant(self) -> datetime:
        past = timedelta(microseconds=self.random.randrange(100 * 86400 * 10**6))
        recent = timedelta(milliseconds=self.random.randrange(12 * 86400 * 10**3))
        latest = self.moments[0] + timedelta(days=5)
        return self.random.choice([*[self.random.choice(self.corners)] * 3, latest - recent, latest - past])

    def written(self, instant: datetime) -> Any:
        """The instant in one of the forms of created_at that hold it without loss."""
        naive = instant.replace(tzinfo=None)
        hours = self.random.choice([-5, 5.75, 0, 14])
        offset = (instant + timedelta(hours=hours)).replace(tzinfo=None).isoformat()
        forms: list[Any] = [
            *[naive.isoformat(), naive.isoformat(" "), f"{naive.isoformat()}Z", f" {naive.isoformat()}Z "],
            f"{offset}{'-' if hours < 0 else '+'}{int(abs(hours)):02}:{int(abs(hours) % 1 * 60):02}",
            {"$date": f"{naive.isoformat()}Z"},
        ]
        since = instant - datetime(1970, 1, 1, tzinfo=UTC)
        if not since % timedelta(milliseconds=1):
            milliseconds = since // timedelta(milliseconds=1)
            forms += [milliseconds, str(milliseconds), {"$date": milliseconds}]
            forms.append({"$date": {"$numberLong": str(milliseconds)}})
        forms += [
            since // timedelta(microseconds=1),
            f"{naive.isoformat(' ')} UTC",
            f"{naive.isoformat()}Z[UTC]",
        ]
        return self.random.choice(forms)

    def draw_metadata(self) -> Any:
        metadata: Raw = {"address": "Calle 1 # 2-3", "cart": {"quantity": 9}} | self.draw_money()
        metadata |= self.random.choice([{}, self.draw_order_id()])
        metadata |= self.random.choice([{}, {"reason": self.random.choice(REASONS)}])
        if self.random.random() < 0.7:
            metadata["quantity"] = self.random.choice(QUANTITIES)
        odd: Any = self.random.choice([None, {}, "", "  ", "{}", "not json", "[2]", "2", [2]])
        return self.random.choice([metadata, metadata, json.dumps(metadata), json.dumps(metadata), odd])

    def draw_money(self) -> Raw:
        """Money of a whole event under one of its names, or none."""
        names = self.random.sample(
            ["amount", "cart_total", "total", "value"], self.random.choice([0, 0, 1, 2])
        )
        return {name: self.random.choice(self.prices) for name in names}

    def draw_order_id(self) -> Raw:
        """An order's id at one of its places, or none; few ids, so that orders have many lines."""
        name = self.random.choice(["order_id", "order_id", "order_number", "transaction_id"])
        order_id = self.random.choice([*"1234567", *"1234567", " 1 ", "", "undefined", None])
        return self.random.choice([{}, {name: order_id}, {name: order_id}])

    def draw_items(self) -> Raw:
        """A list of items, rarely."""
        items = [
            {name: self.random.choice(values) for name, values in self.fields_of_items.items()}
            for _ in range(self.random.choice([0, 1, 1, 2, 3]))
        ]
        return self.random.choice([{}, {}, {}, {"items": items}])

    def draw_event(self, instant: datetime) -> Raw:
        choose = self.random.choice
        created_at = self.written(instant) if self.random.random() < 0.97 else choose([None, "", "ayer", {}])
        return {
            "event_type": choose(self.types),
            "session_id": choose(self.sessions),
            "user_id": choose(self.users),
            "product_slug": choose(self.slugs),
            "product_name": choose(self.names),
            "price": choose(self.prices),
            "metadata": self.draw_metadata(),
            "source": choose(self.sources),
            "utm_medium": choose([None, None, "cpc", " social ", ""]),
            "utm_campaign": choose([None, None, "mayo", "Día 🔥"]),
            "error_message": choose([None, "", "tarjeta rechazada"]),
            "created_at": created_at,
            **choose([{}, {}, {"quantity": choose(QUANTITIES)}]),
            **self.draw_money(),
            **self.draw_order_id(),
            **self.draw_items(),
        }

    def draw_events(self, size: int) -> list[Raw]:
        """Events without a key, and rows that share one: same time and content, or both different."""
        events: list[Raw] = []
        while len(events) < size:
            instant, number = self.draw_instant(), len(events)
            identity: list[Raw] = self.random.choice(
                [
                    [{}, {"_id": None, "idempotency_key": "  "}, {"_id": ""}],
                    [{"_id": f"row {number}"}, {"_id": {"$oid": f"row {number}"}, "idempotency_key": ""}],
                    [{"idempotency_key": f"key {number}"}, {"idempotency_key": f" key {number} "}],
                    [{"idempotency_key": f"key {number}", "_id": f"id {number + n}"} for n in range(3)],
                ]
            )
            event = self.draw_event(instant)
            events.append(event | self.random.choice(identity))
            for copy in range(self.random.choice([0, 0, 0, 1, 2])):
                days = self.random.choice([-60, -7, -1, 1, 7]) + copy / 1024
                other = self.draw_event(instant + timedelta(days=days))
                events.append(self.random.choice([event, other]) | self.random.choice(identity))
        self.random.shuffle(events)
        return [self.without_some_nulls(event) for event in events]

    def without_some_nulls(self, event: Raw) -> Raw:
        return {key: value for key, value in event.items() if value is not None or self.random.random() < 0.5}

    def draw_query(self) -> Question:
        """A moment and a valid query."""
        now = self.random.choice(self.moments)
        today = now.astimezone(self.zone).date()
        start = today - timedelta(days=self.random.choice([0, 1, 2, 3, 5, 7, 8, 30, 95]))
        end = start + timedelta(days=self.random.choice([0, 0, 1, 2, 6, 7, 8, 31]))
        query: dict[str, str] = self.random.choice([{}, {"mode": "total"}, *[{"mode": "unique"}] * 2])
        given = self.random.choice([[], ["start"], ["end"], ["start", "end"], ["start", "end"]])
        days = {"start": start.isoformat(), "end": end.isoformat()}
        compared = self.random.choice([{}, {"compare": "previous"}])
        included = self.random.choice(
            [{}, {"include": "trend"}, {"include": "names"}, {"include": "trend,names"}]
        )
        return now, query | {name: days[name] for name in given} | compared | included

    def draw_ranges(self) -> list[tuple[date, date]]:
        """Whole days: of any number, one day, an ISO week, a month."""
        days = [self.moments[0].astimezone(self.zone).date() - timedelta(days=n) for n in range(-5, 40)]
        firsts = self.random.sample(days, RANGES)
        mondays = [monday(day) for day in self.random.sample(days, 2)]
        months = [first_of_month(day) for day in self.random.sample(days, 2)]
        return [
            *[(day, day + timedelta(days=self.random.randint(1, 40))) for day in firsts],
            *[(day, day) for day in firsts],
            *[(day, day + timedelta(days=6)) for day in mondays],
            *[(day, first_of_month(day + timedelta(days=31)) - timedelta(days=1)) for day in months],
        ]
