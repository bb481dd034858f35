"""Malformed rows and files with their expected outcome, and valid edge cases."""

import gzip
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa

from tests.support.shop import event

AT = "2026-03-07T10:00:00Z"
NO_OBJECT, NO_UTF8, FIELDS = "not a JSON object", "not UTF-8", "not as many fields as the header"
NO_TIME, NO_SESSION, NO_TYPE = (f"no readable {name}" for name in ("created_at", "session_id", "event_type"))
TOO_LONG = "longer than 32 MB"
UNREADABLE = "a file that cannot be read, or not to its end"
SQL = "'; drop table fct_events; -- \" \\"
FORMULA = '=HYPERLINK("https://evil.example";"+1-1@SUM(A1)")'
TEXTS = [
    "session_id",
    "event_type",
    "user_id",
    "product_slug",
    "product_name",
    "source",
    "idempotency_key",
    "_id",
]


def line(**fields: Any) -> bytes:
    """A purchase with some fields in the place of its own, and without those that are `...`."""
    good = event("purchase", AT) | fields
    return json.dumps(
        {name: value for name, value in good.items() if value is not ...}, ensure_ascii=False
    ).encode()


def raw(name: str, value: str) -> bytes:
    """A purchase with a field of that JSON, whether it is JSON or not."""
    return line(**{name: "?"}).replace(b'"?"', value.encode())


NO_SESSIONS: list[Any] = [None, "", "  ", "\u00a0\t", [], {}, ["s"], True]
NO_TYPES: list[Any] = [None, "", "\n", [], {"a": 1}, False]

# fmt: off
# By what is wrong with it: a line, and the reason it is quarantined for.
MALFORMED_LINES: dict[str, tuple[bytes, str]] = {
    "nothing but a brace": (b"{", NO_OBJECT),
    "cut": (line()[:-9], NO_OBJECT),
    "single quotes": (line().replace(b'"', b"'"), NO_OBJECT),
    "an array of other things": (b"[5]", NO_OBJECT),
    "a text": (b'"purchase"', NO_OBJECT),
    "a number": (b"5", NO_OBJECT),
    "true": (b"true", NO_OBJECT),
    "null": (b"null", NO_OBJECT),
    "words": ("compró una gorra".encode(), NO_OBJECT),
    "a NUL": (line(source="a?b").replace(b"?", b"\0"), NO_OBJECT),
    "a lone surrogate": (raw("source", '"\\ud800"'), NO_OBJECT),
    "20 MB of it, cut": (b'{"metadata": "' + b"x" * 20_000_000, NO_OBJECT),
    "1,500 brackets that nobody closes": (b"[" * 1500, NO_OBJECT),
    "Latin-1": (line(source="señal").decode().encode("latin-1"), NO_UTF8),
    "UTF-8 cut within a letter": (line(source="?").replace(b"?", "ñ".encode()[:1]), NO_UTF8),
    "an encoded surrogate": (line(source="?").replace(b"?", b"\xed\xa0\x80"), NO_UTF8),
    "no fields": (b"{}", NO_TIME),
    "no session": (line(session_id=...), NO_SESSION),
    "no type": (line(event_type=...), NO_TYPE),
    **{
        f"session {json.dumps(value)}": (line(session_id=value), NO_SESSION)
        for value in NO_SESSIONS
    },
    **{f"type {json.dumps(value)}": (line(event_type=value), NO_TYPE) for value in NO_TYPES},
    **{
        f"time {json.dumps(value)}": (line(created_at=value), NO_TIME)
        for value in (
            None, "", "ayer", "infinity", "-infinity", "now", "2026-02-30", "2026-13-01", "2026-3-7",
            "07/03/2026", "2026-03-07T24:00:00Z", "2026-03-07T10:60:00Z", "2026-03-07T10:00:00+25:00",
            "2026-03-07T10:00:00 COT", "0000-12-31", "10000-01-01", "-2026-03-07", "20260307", "0772877600",
            17728776000, "177287760", 2.5, True, [], {}, [AT], {"$date": None}, {"$date": True},
            {"$date": "ayer"}, "lunes, 09 mar 2026 10:00:00 GMT", "20260307T100000X", "ISODate(hoy)",
            {"$date": {"$numberLong": str(2**63)}},
            {"$date": {"$numberLong": "-99999999999999999999"}},
        )
    },
}

# By what is odd about it: a line that counts, with price, quantity, and whether either is flagged.
VALID_EDGE_CASES: dict[str, tuple[bytes, tuple[str, int, bool, bool]]] = {
    "an empty object within": (line(price={}, metadata={}), ("0", 1, True, False)),
    "a comma too many": (line(price=5)[:-1] + b",}", ("5", 1, False, False)),
    "carriage return": (line(price=5) + b"\r", ("5", 1, False, False)),
    "spaces around": (b"  " + line(price=" 5 ") + b"\t ", ("5", 1, False, False)),
    "names twice": (raw("price", '7, "price": 9'), ("7", 1, False, False)),
    "20 MB": (line(price=5, metadata={"note": "x" * 20_000_000, "quantity": 2}), ("5", 2, False, False)),
    "1,500 brackets": (raw("metadata", "[" * 1500 + "]" * 1500), ("0", 1, True, False)),
    "a number for a session": (line(session_id=5, price=1), ("1", 1, False, False)),
    "an escaped NUL": (line(source="a\0b", price=1), ("1", 1, False, False)),
    "an emoji": (line(product_slug="🧢👩‍👩‍👧", price=1), ("1", 1, False, False)),
    "right to left": (line(product_name="قبعة \u202eעברית", price=1), ("1", 1, False, False)),
    "10,000 letters": (line(product_slug="ñ" * 10_000, price=1), ("1", 1, False, False)),
    **{
        f"{what} as {name}": (line(**{name: text, "price": 1}), ("1", 1, False, False))
        for name in TEXTS
        for what, text in (("SQL", SQL), ("a formula", FORMULA))
    },
    **{
        f"price {text}": (raw("price", text), (expected, 1, expected == "0" != text.strip('"'), False))
        for text, expected in {
            "0": "0", '"0"': "0", "2.7": "2.7", '"2.7"': "2.7", '"79.900"': "79.9", "1e3": "1000",
            '"79900.00005"': "79900.0001", '"999999999999"': "999999999999", "NaN": "0", "Infinity": "0",
            '"NaN"': "0", '"$79900"': "79900", '"79,900"': "79900", '"1e3"': "0",
            '"19,90"': "0", '"7,99,000"': "0", "1e17": "0", '"1000000000000"': "0",
            "-5": "0", '"-5"': "0", "true": "0", "null": "0", '""': "0", "[5]": "0", '"٥"': "0",
            '"0x10"': "0", '"5 COP"': "5", '"5 pesos"': "0", '"$"': "0", '"$-5"': "0", '"79.900,00"': "0",
            '{"$numberDouble": "NaN"}': "0", '{"amount": 5}': "0",
        }.items()
    },
    **{
        f"quantity {text}": (
            raw("metadata", f'{{"quantity": {text}}}').replace(b'"purchase"', b'"purchase", "price": "1"'),
            ("1", quantity, False, is_flagged),
        )
        for text, quantity, is_flagged in (
            ("2", 2, False), ('"2"', 2, False), ("2.0", 2, False), ("1e3", 1000, False),
            ("1000000", 1_000_000, False), ("null", 1, False), ("2.7", 1, True), ("0", 1, True),
            ("-1", 1, True), ("1000001", 1, True), ("true", 1, True), ("NaN", 1, True),
            ('"dos"', 1, True), ('""', 1, True), ("[2]", 1, True), ("1e99", 1, True),
        )
    },
    **{
        f"time {text}": (line(created_at=text, price=1), ("1", 1, False, False))
        for text in (
            "2026-03-07", "2026-03-07T10:00", "2026-03-07 10:00:00", "2026-03-07T10:00:00.123456789Z",
            "2026-03-07T10:00:00-05:00", "2026-03-07T10:00:00+0530", "2026-03-07t10:00:00z", "0001-01-01",
            "9999-12-31T23:59:59Z",
        )
    },
    "mongoexport": (
        line(_id={"$oid": "65e9"}, created_at={"$date": {"$numberLong": "1772877600000"}}, price=1),
        ("1", 1, False, False),
    ),
}

# fmt: on


def jsonl(*lines: bytes) -> bytes:
    return b"".join(each + b"\n" for each in lines)


def zstd(content: bytes) -> bytes:
    packed: bytes = pa.Codec("zstd").compress(content, asbytes=True)
    return packed


def purchases(count: int) -> bytes:
    return jsonl(*(line(session_id=f"{number}") for number in range(count)))


def parquet(columns: str) -> bytes:
    """Three rows of these columns."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "three.parquet")
        duckdb.sql(f"select {columns} from range(3) as numbers (n)").write_parquet(str(path))
        return path.read_bytes()


CSV = b"event_type,session_id,created_at\npurchase,s,2026-03-07\n"
PARQUET = "'purchase' as event_type, 's' as session_id, timestamp '2026-03-07 10:00:00' as created_at"

# By name: a file, how many of its rows count, and the reasons of those that are quarantined.
FILES: dict[str, tuple[bytes, int, list[str]]] = {
    "empty.ndjson": (b"", 0, []),
    "empty.csv": (b"", 0, []),
    "empty.ndjson.gz": (b"", 0, []),
    "empty.parquet": (b"", 0, [UNREADABLE]),
    "blank.ndjson": (b"\n \r\n\n", 0, []),
    "mark.ndjson": (b"\xef\xbb\xbf" + jsonl(line(), b"\xef\xbb\xbf" + line()), 1, [NO_OBJECT]),
    "utf-16.ndjson": (purchases(3).decode().encode("utf-16"), 3, []),
    "cut utf-16.ndjson": (purchases(3).decode().encode("utf-16")[:-1], 2, [UNREADABLE]),
    "surrogate utf-16.csv": (CSV.decode().encode("utf-16").replace(b"s\0,", b"\0\xd8,"), 0, [NO_UTF8]),
    "cut.ndjson.zst": (zstd(purchases(3))[:-4], 0, [UNREADABLE]),
    "not.csv.zst": (CSV, 0, [UNREADABLE]),
    "zstd.ndjson": (zstd(purchases(3)), 0, [UNREADABLE]),
    "cut.ndjson": (purchases(3)[:-9], 2, [NO_OBJECT]),
    "cut.ndjson.gz": (gzip.compress(purchases(3), 0)[:-20], 2, [UNREADABLE]),
    "twice.ndjson.gz": (gzip.compress(gzip.compress(purchases(3))), 0, [UNREADABLE]),
    "not.ndjson.gz": (purchases(3), 0, [UNREADABLE]),
    "gzip.ndjson": (gzip.compress(purchases(3)), 0, [UNREADABLE]),
    "array.json": (b"[" + line() + b",\n" + line() + b"]", 2, []),
    "other things.json": (b"[" + line() + b', 5, "a,b", [{}], null,' + line() + b"]", 2, [NO_OBJECT] * 4),
    "cut array.json": (b"[" + line() + b",\n" + line()[:-9], 1, [NO_OBJECT, UNREADABLE]),
    "broken array.json": (b"[" + line() + b",\n{]},\n" + line() + b"]", 2, [NO_OBJECT]),
    "cut among pretty.json": (b'{\n "a": {\n' + line() + b"\n" + line(), 2, [NO_OBJECT] * 2),
    "no array.json": (b"[]", 0, []),
    "long.json": (b"[" + line() + b"," + line(note="x" * 32_000_000) + b"," + line() + b"]", 2, [TOO_LONG]),
    "parquet.ndjson": (parquet(PARQUET), 0, [UNREADABLE]),
    "header.csv": (CSV.splitlines()[0], 0, []),
    "mark.csv": (b"\xef\xbb\xbf" + CSV, 1, []),
    "windows.csv": (CSV.replace(b"\n", b"\r\n"), 1, []),
    "order.csv": (b"created_at,extra,session_id,event_type\n2026-03-07,1,s,purchase\n", 1, []),
    "missing.csv": (b"event_type,created_at\npurchase,2026-03-07\n", 0, [NO_SESSION]),
    "short.csv": (CSV + b"purchase,s\n", 1, [FIELDS]),
    "wide.csv": (CSV + b"purchase,s,2026-03-07,1\n", 1, [FIELDS]),
    "quotes.csv": (CSV + b'"purchase","a ""b"",\nc",2026-03-07\n', 2, []),
    "open.csv": (CSV + b'purchase,"s,2026-03-07\npurchase,s,2026-03-07\n', 1, [FIELDS]),
    "latin-1.csv": (CSV + "purchase,señal,2026-03-07\n".encode("latin-1"), 1, [NO_UTF8]),
    "unclosed.csv": (CSV + b'purchase,"' + b"x\n" * 16_000_001, 1, [TOO_LONG]),
    "long.csv": (CSV + b"purchase," + b"x" * 32_000_001 + b",2026-03-07\n", 1, [TOO_LONG]),
    "good.parquet": (parquet(PARQUET), 3, []),
    "order.parquet": (parquet("n as extra, " + PARQUET), 3, []),
    "missing.parquet": (parquet(PARQUET.replace("session_id", "session")), 0, [NO_SESSION] * 3),
    "number.parquet": (parquet(PARQUET.replace("'s'", "n")), 3, []),
    "time.parquet": (parquet(PARQUET.replace("timestamp '2026-03-07 10:00:00'", "n")), 0, [NO_TIME] * 3),
    "null.parquet": (parquet(PARQUET.replace("'purchase'", "null")), 0, [NO_TYPE] * 3),
    "cut.parquet": (parquet(PARQUET)[:-20], 0, [UNREADABLE]),
    "noise.parquet": (b"PAR1 noise PAR1" * 9, 0, [UNREADABLE]),
}
