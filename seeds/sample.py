"""The sample shop: `make` writes the seed, `land FOLDER` lands it as if it had happened just now.

Its events are those of a tracker in a shop's pages: a purchase for each line of an order, checkouts with
their total and no product, visitors who log in halfway. In the last week purchases have the number of their
order, and the shop's back office sends what was paid back. The same seed number gives the same file on every
machine.
"""

import csv
import json
import random
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import groupby
from pathlib import Path

SEED_FILE = Path(__file__).with_name("sample_events.csv")
NEWEST = datetime(2026, 3, 8, 15, 4, 5, tzinfo=UTC)
EVENTS = 2_000
SOURCES = {"google": 30, "instagram": 28, "whatsapp": 14, "facebook": 10, "tiktok": 8, "": 10}
CAMPAIGNS = {
    "google": ["marca", "catalogo"],
    "instagram": ["historias", "semana-denim"],
    "facebook": ["catalogo"],
}
PRODUCTS = {
    "cargo-negro": ("Cargo negro", "129900", 9),
    "camiseta-oversize": ("Camiseta oversize", "59900", 8),
    "hoodie-gris": ("Hoodie gris", "149900", 6),
    "tenis-blancos": ("Tenis blancos", "219900", 6),
    "jean-ancho": ("Jean ancho", "139900", 5),
    "gorra-andina": ("Gorra andina", "49900", 4),
    "medias-x3": ("Medias x3", "29900", 4),
    "bolso-tote": ("Bolso tote", "79900", 3),
    "chaqueta-denim": ("Chaqueta denim", "189900", 3),
    "gafas-de-sol": ("Gafas de sol", "69900", 2),
    "cinturon": ("Cinturón", "45000", 2),
    "buzo-crema": ("Buzo crema", "119900", 2),
}
COLUMNS = [
    "_id", "event_type", "session_id", "user_id", "product_slug", "product_name", "price",
    "metadata", "source", "error_message", "idempotency_key", "created_at",
]  # fmt: skip


@dataclass
class Visitor:
    """A browser, and the customer whose it is, if any.

    user: the e-mail; has_logged_in: whether the shop knows it in this visit.
    """

    session: str
    user: str
    has_logged_in: bool = False


def journeys(chance: random.Random) -> list[dict[str, str]]:
    """Visits of the last 90 days, most of them in the last 8, until there are enough events."""
    events: list[dict[str, str]] = []
    visitors = [
        Visitor(
            f"{chance.getrandbits(64):016x}", f"cliente{number}@example.com" if chance.random() < 0.35 else ""
        )
        for number in range(260)
    ]
    while len(events) < EVENTS:
        visitor = chance.choice(visitors)
        visitor.has_logged_in = bool(visitor.user) and chance.random() < 0.3
        days_ago = chance.uniform(0, 8) if chance.random() < 0.75 else chance.uniform(8, 90)
        source = chance.choices(list(SOURCES), list(SOURCES.values()))[0]
        Visit(chance, events, visitor, source, NEWEST - timedelta(days=days_ago)).happens()
    return sorted(events, key=lambda event: event["created_at"])[:EVENTS]


class Visit:
    """One visit, whose events the shop's tracker writes one by one."""

    def __init__(
        self, chance: random.Random, events: list[dict[str, str]], visitor: Visitor, source: str, at: datetime
    ) -> None:
        self.chance = chance
        self.events = events
        self.visitor = visitor
        self.source = source
        self.at = at
        self.cart: dict[str, int] = {}

    def happens(self) -> None:
        """Each step happens to a part of those who took the one before it."""
        self.track("page_view", **self.campaign())
        viewed = self.chance.choices(list(PRODUCTS), [weight for _, _, weight in PRODUCTS.values()], k=3)
        viewed = viewed[: self.chance.randint(1, 3)]
        for slug in viewed:
            self.track("product_view", slug)
        if self.does(0.45):
            for slug in viewed[: self.chance.choices([1, 2, 3], [65, 25, 10])[0]]:
                self.cart[slug] = self.chance.choices([1, 2, 3], [80, 15, 5])[0]
                self.track("add_to_cart", slug, quantity=self.cart[slug])
            if self.does(0.5):
                self.track("view_cart", **self.total())
            if len(self.cart) > 1 and self.does(0.2):
                slug = next(iter(self.cart))
                self.track("remove_from_cart", slug, quantity=self.cart.pop(slug))
            if self.does(0.18):
                self.asks_over_whatsapp()
            elif self.does(0.65):
                self.checks_out()
            elif self.does(0.3):
                self.track("cart_abandon", reason="user_removed_all_items")

    def asks_over_whatsapp(self) -> None:
        names = ", ".join(PRODUCTS[slug][0] for slug in self.cart)
        total = self.total()
        self.track(
            "whatsapp_cart_click",
            cart_items=names,
            total=total["cart_total"],
            items_count=total["item_count"],
        )
        if self.does(0.4):
            self.at += timedelta(minutes=self.chance.randint(2, 90))
            self.track("whatsapp_purchase", recorded_by="admin@example.com")

    def checks_out(self) -> None:
        self.track("begin_checkout", **self.total())
        self.visitor.has_logged_in = bool(self.visitor.user)
        self.track("checkout_started", **self.total())
        if self.does(0.06):
            self.track("address_error")
        if self.does(0.06):
            self.track("checkout_error", address={"email": "cliente@example.com", "street": "Calle 1 # 2-3"})
        if self.does(0.75):
            self.track("payment_info_entered")
            if self.does(0.12):
                self.track("payment_error")
            if self.does(0.06):
                self.track("payment_confirmation_error")
            if self.does(0.75):
                for slug, quantity in self.cart.items():
                    self.track("purchase", slug, seconds=(0, 2), quantity=quantity)
                self.track("order_completed", seconds=(0, 2))

    def campaign(self) -> dict[str, str]:
        """What the address of the first page says of an advertisement, which not every visit comes from."""
        names = ["", *CAMPAIGNS.get(self.source, [])]
        name = names[int(self.visitor.session[:4], 16) % len(names)]
        return {"utm_medium": "cpc", "utm_campaign": name} if name else {}

    def does(self, probability: float) -> bool:
        return self.chance.random() < probability

    def total(self) -> dict[str, int]:
        """What the tracker knows of the cart."""
        return {
            "item_count": sum(self.cart.values()),
            "cart_total": sum(int(PRODUCTS[slug][1]) * quantity for slug, quantity in self.cart.items()),
        }

    def track(
        self, event_type: str, slug: str = "", seconds: tuple[int, int] = (4, 120), **metadata: object
    ) -> None:
        """Some seconds after the event before."""
        self.at += timedelta(seconds=self.chance.randint(*seconds), milliseconds=self.chance.randint(0, 999))
        if self.at > NEWEST:
            return
        name, price, _ = PRODUCTS.get(slug, ("", "", 0))
        key = f"{self.visitor.session}-{event_type}-{slug}-{int(self.at.timestamp()) // 5}"
        self.events.append(
            {
                "_id": f"{self.chance.getrandbits(96):024x}",
                "event_type": event_type,
                "session_id": self.visitor.session,
                "user_id": self.visitor.user if self.visitor.has_logged_in else "",
                "product_slug": slug,
                "product_name": name,
                "price": price,
                "metadata": json.dumps(metadata) if metadata else "",
                "source": self.source,
                "error_message": "declined" if event_type.endswith("_error") else "",
                "idempotency_key": key,
                "created_at": self.at.isoformat(timespec="milliseconds"),
            }
        )


def paid_back(events: list[dict[str, str]]) -> list[dict[str, str]]:
    """Number the orders of the last week; refunds of some of their products, and a cancellation."""
    sales = [
        event
        for event in events
        if event["event_type"] == "purchase"
        and datetime.fromisoformat(event["created_at"]) > NEWEST - timedelta(days=7)
    ]
    sales.sort(key=lambda sale: (sale["session_id"], sale["created_at"]))
    groups = groupby(sales, key=lambda sale: (sale["session_id"], sale["created_at"][:13]))
    orders = sorted((list(lines) for _, lines in groups), key=lambda lines: lines[0]["created_at"])
    back = []
    for number, lines in enumerate(orders, start=1001):
        for line in lines:
            line["metadata"] = json.dumps({**json.loads(line["metadata"]), "order_id": f"P-{number}"})
        returned_at = datetime.fromisoformat(lines[-1]["created_at"]) + timedelta(hours=19)
        if number % 7 == 0 and returned_at < NEWEST:
            is_cancelled = number % 2 == 0
            event_type = "order_cancelled" if is_cancelled else "refund"
            back.append(
                {
                    **lines[-1],
                    "_id": sha256(f"{number}".encode()).hexdigest()[:24],
                    "event_type": event_type,
                    "metadata": json.dumps({"order_id": f"P-{number}"}),
                    "idempotency_key": f"{event_type} P-{number}",
                    "created_at": returned_at.isoformat(timespec="milliseconds"),
                    **(dict.fromkeys(("product_slug", "product_name", "price"), "") if is_cancelled else {}),
                }
            )
    return back


def malformed(events: list[dict[str, str]]) -> list[dict[str, str]]:
    """What goes wrong in the field: repeats, unreadable rows, odd prices and quantities."""
    sale = next(event for event in reversed(events) if event["event_type"] == "purchase")
    cart = next(event for event in reversed(events) if event["event_type"] == "add_to_cart")
    return [
        *events[100:110],
        {**events[200], "idempotency_key": "", "_id": "", "created_at": "ayer"},
        {**events[201], "idempotency_key": "", "_id": "", "session_id": "  "},
        {**events[202], "idempotency_key": "", "_id": "", "event_type": ""},
        {**sale, "idempotency_key": "odd price", "price": "por confirmar"},
        {**cart, "idempotency_key": "odd quantity", "metadata": '{"quantity": 2.7}'},
    ]


def make() -> None:
    chance = random.Random(20260380)
    events = journeys(chance)
    events[-1]["created_at"] = NEWEST.isoformat()
    back = paid_back(events)
    rows = events + malformed(events)
    chance.shuffle(rows)
    rows += back
    with SEED_FILE.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def land(folder: Path) -> None:
    """Write the sample as NDJSON, moved in time so that its newest event is now."""
    shift = datetime.now(UTC).replace(microsecond=0) - NEWEST
    folder.mkdir(parents=True, exist_ok=True)
    with SEED_FILE.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        if row["created_at"] != "ayer":
            row["created_at"] = (datetime.fromisoformat(row["created_at"]) + shift).isoformat()
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "sample.ndjson").write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make"]:
            make()
        case ["land", folder]:
            land(Path(folder))
        case _:
            sys.exit("usage: python seeds/sample.py make | land FOLDER")
