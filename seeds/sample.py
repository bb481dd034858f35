"""The sample shop: `make` writes the seed, `land FOLDER` lands it as if it had happened just now.

The same seed number gives the same file on every machine.
"""

import csv
import json
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

SEED_FILE = Path(__file__).with_name("sample_events.csv")
NEWEST = datetime(2026, 3, 8, 15, 4, 5, tzinfo=UTC)
EVENTS = 2_000
SOURCES = {"google": 30, "instagram": 28, "whatsapp": 14, "facebook": 10, "tiktok": 8, "": 10}
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


def journeys(chance: random.Random) -> list[dict[str, str]]:
    """Visits of the last 90 days, most of them in the last 8, until there are enough events."""
    events: list[dict[str, str]] = []
    visitors = [(f"{chance.getrandbits(64):016x}", chance.random() < 0.35) for _ in range(260)]
    while len(events) < EVENTS:
        visitor = chance.randrange(len(visitors))
        days_ago = chance.uniform(0, 8) if chance.random() < 0.75 else chance.uniform(8, 90)
        session, is_customer = visitors[visitor]
        user = f"cliente{visitor}@example.com" if is_customer else ""
        source = chance.choices(list(SOURCES), list(SOURCES.values()))[0]
        visit(chance, events, NEWEST - timedelta(days=days_ago), session, user, source)
    return sorted(events, key=lambda event: event["created_at"])[:EVENTS]


def visit(
    chance: random.Random, events: list[dict[str, str]], at: datetime, session: str, user: str, source: str
) -> None:
    """One visit: each step happens to a part of those who took the one before it."""
    weights = [weight for _, _, weight in PRODUCTS.values()]
    slug = chance.choices(list(PRODUCTS), weights)[0]
    quantity = chance.choices([1, 2, 3], [80, 15, 5])[0]
    steps = ["page_view"] + ["product_view"] * chance.randint(1, 3)
    if chance.random() < 0.45:
        steps += ["add_to_cart"]
        if chance.random() < 0.18:
            steps += ["whatsapp_cart_click"] + ["whatsapp_purchase"] * (chance.random() < 0.4)
        elif chance.random() < 0.65:
            steps += ["begin_checkout", "checkout_started"]
            steps += ["address_error"] * (chance.random() < 0.06)
            steps += ["checkout_error"] * (chance.random() < 0.06)
            if chance.random() < 0.75:
                steps += ["payment_info_entered"]
                steps += ["payment_error"] * (chance.random() < 0.12)
                steps += ["payment_confirmation_error"] * (chance.random() < 0.06)
                if chance.random() < 0.75:
                    steps += ["purchase", "order_completed"]
    for step in steps:
        at += timedelta(seconds=chance.randint(4, 120))
        if at <= NEWEST:
            events.append(event(chance, step, at, session, user, source, slug, quantity))


def event(
    chance: random.Random,
    step: str,
    at: datetime,
    session: str,
    user: str,
    source: str,
    slug: str,
    quantity: int,
) -> dict[str, str]:
    name, price, _ = PRODUCTS[slug]
    has_product = step != "page_view"
    return {
        "_id": f"{chance.getrandbits(96):024x}",
        "event_type": step,
        "session_id": session,
        "user_id": user,
        "product_slug": slug if has_product else "",
        "product_name": name if has_product else "",
        "price": price if has_product else "",
        "metadata": json.dumps({"quantity": quantity}) if has_product else "",
        "source": source,
        "error_message": "declined" if step.endswith("_error") else "",
        "idempotency_key": f"{chance.getrandbits(96):024x}",
        "created_at": at.isoformat(),
    }


def dirt(events: list[dict[str, str]]) -> list[dict[str, str]]:
    """What goes wrong in the field: repeats, unreadable rows, odd prices and quantities."""
    return [
        *events[100:110],
        {**events[200], "idempotency_key": "", "_id": "", "created_at": "ayer"},
        {**events[201], "idempotency_key": "", "_id": "", "session_id": "  "},
        {**events[202], "idempotency_key": "", "_id": "", "event_type": ""},
        {**events[203], "idempotency_key": "odd price", "price": "$79.900"},
        {**events[204], "idempotency_key": "odd quantity", "metadata": '{"quantity": 2.7}'},
    ]


def make() -> None:
    chance = random.Random(20260308)
    events = journeys(chance)
    events[-1]["created_at"] = NEWEST.isoformat()
    rows = events + dirt(events)
    chance.shuffle(rows)
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
