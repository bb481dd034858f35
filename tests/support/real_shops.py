"""One sale in each form in which real shops write it."""

import gzip
import json
import os
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from tests.support.shop import Shop, event

FIRST = date(2026, 3, 1)


UTF_16 = {"little": "utf-16-le", "big": "utf-16-be"}


BOM = "\ufeff"


def sale(day: str, **fields: Any) -> dict[str, Any]:
    """Two caps at 79,900 each."""
    good = event("purchase", f"{day}T09:46:40Z", product_slug="gorra", product_name="Caña", price="79900")
    good |= {"metadata": {"quantity": 2}, **fields}
    return {name: value for name, value in good.items() if value is not ...}


def lines(*rows: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def view(day: str) -> dict[str, Any]:
    return event("product_view", f"{day}T09:00:00Z", product_slug="gorra")


def pretty(value: Any, indent: int = 2) -> bytes:
    return json.dumps(value, indent=indent, ensure_ascii=False).encode()


def zstd(*parts: bytes) -> bytes:
    codec = pa.Codec("zstd")
    return b"".join(codec.compress(part, asbytes=True) for part in parts)


def csv(day: str, separator: str = ",") -> bytes:
    names = (
        "event_type",
        "session_id",
        "created_at",
        "product_slug",
        "price",
        "metadata.quantity",
        "user_id",
    )
    values = ("purchase", "s", f"{day}T09:46:40Z", "gorra", "79900", "2", "")
    return f"{separator.join(names)}\n{separator.join(values)}\n".encode()


def parquet(folder: Path, columns: str) -> bytes:
    path = folder / "made.parquet"
    duckdb.sql(f"select {columns}").write_parquet(str(path))
    return path.read_bytes()


def encoded(encoding: str, content: Callable[[str], bytes], day: str, _: Path) -> bytes:
    return BOM.encode(encoding) + content(day).decode().encode(encoding)


def columns(day: str, **others: str) -> str:
    """The columns of a sale, as SQL."""
    found = {
        "event_type": "'purchase'",
        "session_id": "'s'",
        "created_at": f"timestamp '{day} 09:46:40'",
        "product_slug": "'gorra'",
        "product_name": "'Caña'",
        "price": "79900",
        "metadata": "{'quantity': 2}",
    } | others
    return ", ".join(f"{value} as {name}" for name, value in found.items() if value)


Content = Callable[[str, Path], bytes]


# fmt: off
# By the name of a file, in which a day and other parts of the name are filled in: what it holds on that day.
FORMATS: dict[str, Content] = {
    "array.json": lambda day, _: json.dumps([view(day), sale(day)]).encode(),
    "pretty array.json": lambda day, _: pretty([view(day), sale(day)]),
    "compass.json": lambda day, _: (
        pretty([view(day), sale(day)]).replace(b"\n  {", b"{").replace(b"\n  ", b"\n")
    ),
    "flat array.json": lambda day, _: pretty([view(day), sale(day)], indent=0),
    "array of lines.json": lambda day, _: (
        b"[" + lines(view(day), sale(day)).replace(b"}\n{", b"},\n{") + b"]"
    ),
    "pretty.json": lambda day, _: pretty(view(day)) + b"\n" + pretty(sale(day)),
    "pretty and together.json": lambda day, _: pretty(view(day)) + pretty(sale(day)),
    "on one line.ndjson": lambda day, _: lines(view(day), sale(day)).replace(b"\n", b" "),
    "shell.ndjson": lambda day, _: (
        f'{{ "_id" : ObjectId("65e9"), "event_type" : "purchase", "session_id" : "s",'
        f' "product_slug" : "gorra",'
        f' "created_at" : ISODate("{day}T09:46:40.000Z"), "price" : NumberDecimal("79900.00"),'
        ' "metadata" : { "quantity" : NumberInt(2) } }'
    ).encode(),
    "commas.ndjson": lambda day, _: lines(view(day), sale(day)).replace(b"\n", b",\n"),
    "long array.json": lambda day, _: json.dumps([view(day), sale(day, note='\\"{[' * 900_000)]).encode(),
    "semicolons.csv": lambda day, _: csv(day, ";"),
    "tabs.csv": lambda day, _: csv(day, "\t"),
    "bars.csv": lambda day, _: csv(day, "|"),
    "tabs.tsv": lambda day, _: csv(day, "\t"),
    "commas.tsv": lambda day, _: csv(day),
    "metadata.csv": lambda day, _: csv(day).replace(b"user_id\n", b"metadata\n").replace(b",\n", b",{}\n"),
    "quotes.csv": lambda day, _: (
        "price,created_at,event_type,session_id,product_slug,product_name,metadata\n"
        f'79900,{day}T04:46:40-05:00,purchase,s,gorra,"Caña","{{""quantity"": 2, ""note"": ""a, b""}}"\n'
    ).encode(),
    "names.csv": lambda day, _: (
        csv(day)
        .replace(b"event_type", b" Event_Type ")
        .replace(b"price", b"PRICE")
        .replace(b"session", b"SESSION")
    ),
    "names.ndjson": lambda day, _: lines(
        {"Price ": "79900", "PRODUCT_SLUG": "gorra", **sale(day, price=..., product_slug=...)}
    ),
    "day/marked.JSONL.gz": lambda day, _: gzip.compress(BOM.encode() + lines(view(day), sale(day))),
    "frames.ndjson.zst": lambda day, _: zstd(lines(view(day)), lines(sale(day))),
    "frames.csv.zst": lambda day, _: zstd(csv(day)[:20], csv(day)[20:]),
    "members.tsv.gz": lambda day, _: gzip.compress(csv(day, "\t")[:20]) + gzip.compress(csv(day, "\t")[20:]),
    **{
        f"{order} endian.{kind}": partial(encoded, encoding, content)
        for order, encoding in UTF_16.items()
        for kind, content in (("csv", csv), ("ndjson", lambda day: lines(view(day), sale(day))))
    },
    "pretty utf-16.json": lambda day, _: (BOM + pretty([sale(day)]).decode()).encode("utf-16-le"),
    "bytes.parquet": lambda day, folder: parquet(folder, columns(day, product_name="encode('Caña')")),
    "bytes within.parquet": lambda day, folder: parquet(
        folder, columns(day, metadata="map {encode('quantity'): encode('2')}")
    ),
    "no text.parquet": lambda day, folder: parquet(folder, columns(day, product_name="'\\xFF'::blob")),
    "numbers.parquet": lambda day, folder: parquet(folder, columns(day, session_id="123.0::double")),
    "names.parquet": lambda day, folder: parquet(folder, columns(day).replace("as price", 'as " Price"')),
    # To DuckDB each of these names means others too, unless it is told better.
    "it's.parquet": lambda day, folder: parquet(folder, columns(day, File_Row_Number="7")),
    "b.parquet": lambda day, folder: parquet(folder, columns(day)),
    "[b].parquet": lambda day, folder: parquet(folder, columns(day)),
    "*.parquet": lambda day, folder: parquet(folder, columns(day)),
    "event_type=page_view/[b]?.parquet": lambda day, folder: parquet(folder, columns(day)),
    os.fsdecode(b"a\xf1o.parquet"): lambda day, folder: parquet(folder, columns(day)),
    os.fsdecode(b"a\xf1o=1/a\xf1o\n.ndjson"): lambda day, _: lines(sale(day)),
    "created_at=2020-01-01/own.parquet": lambda day, folder: parquet(folder, columns(day)),
    "Created_At=2020-01-01/own.ndjson": lambda day, _: lines(sale(day, CREATED_AT=day, created_at=...)),
    "CREATED_AT={day}/folder.csv": lambda day, _: csv(day).replace(b"created_at", b"other"),
    "created_at={day}/folder.parquet": lambda day, folder: parquet(folder, columns(day, created_at="")),
    "year=2026/product_slug=gorra/own.ndjson": lambda day, _: lines(sale(day, product_slug=...)),
    "product_slug=other/own.csv": lambda day, _: csv(day),
}


def fields(known: dict[str, Any], day: str) -> dict[str, Any]:
    return known


def time_in_form(form: str, day: str) -> dict[str, Any]:
    return {"created_at": form.format(day=day, basic=day.replace("-", ""))}


def time_of_digits(digits: int, kind: type[int | str], day: str) -> dict[str, Any]:
    return {"created_at": kind(unix_time(day) * 10 ** (digits - 10))}


# By what is odd about them: fields of a sale.
VALUES: dict[str, Callable[[str], dict[str, Any]]] = {
    **{
        f"quantity {kind}": partial(fields, {"metadata": {"quantity": value}})
        for kind, value in {
            "$numberInt": {"$numberInt": "2"},
            "$numberLong": {"$numberLong": "2"},
            "$numberDouble": {"$numberDouble": "2.0"},
            "$numberDecimal": {"$numberDecimal": "2"},
        }.items()
    },
    **{
        f"price {value}": partial(fields, {"price": value})
        for value in (
            {"$numberInt": "79900"},
            {"$numberDouble": "79900.0"},
            {"$numberDecimal": "79900.00"},
            {"$numberDecimal": "7.99E+4"},
            "79,900",
            "$79,900.00",
            "79900 COP",
            "COP 79900",
            "US$ 79,900",
            "€79900",
            "79900 €",
            "$79,900 COP",
            "COP$\u00a079900.0",
        )
    },
    **{
        f"time {form}": partial(time_in_form, form)
        for form in (
            "{day} 09:46:40 UTC",
            "{day} 09:46:40.123456 UTC",
            "{day}T09:46:40Z[UTC]",
            "{day} 04:46:40 -05:00",
            "{day} 09:46:40 +0000",
            "{basic}T094640Z",
            "{basic}T094640",
            "{basic}T044640.5-0500",
            'ISODate("{day}T09:46:40.000Z")',
        )
    },
    "time in RFC 2822": lambda day: {"created_at": f"{date.fromisoformat(day):%a, %d %b %Y} 09:46:40 GMT"},
    **{
        f"time of {digits} digits as {kind.__name__}": partial(time_of_digits, digits, kind)
        for digits in (10, 13, 16, 19)
        for kind in (int, str)
    },
    "time of a decimal": lambda day: {"created_at": float(unix_time(day) * 1000)},
    "time as $date": lambda day: {"created_at": {"$date": f"{day}T09:46:40Z"}},
    "time as $date of a number": lambda day: {"created_at": {"$date": unix_time(day) * 1000}},
    "time as $date of a $numberLong": lambda day: {
        "created_at": {"$date": {"$numberLong": str(unix_time(day) * 1000)}}
    },
    "time as $numberLong": lambda day: {"created_at": {"$numberLong": str(unix_time(day) * 1000)}},
    "metadata as text": lambda _: {"metadata": '{"quantity": 2}'},
    "metadata as text of text": lambda _: {"metadata": json.dumps('{"quantity": {"$numberInt": "2"}}')},
    "quantity at the top": lambda _: {"metadata": {}, "quantity": "2"},
    "quantity at the top without metadata": lambda _: {"metadata": ..., "quantity": 2.0},
    "a user that is no user": lambda _: {"user_id": "[object Object]"},
}


def unix_time(day: str) -> int:
    return (date.fromisoformat(day) - date(1970, 1, 1)).days * 86_400 + 9 * 3600 + 46 * 60 + 40


def land_forms(shop: Shop) -> None:
    for day, (name, content) in zip(days(), FORMATS.items(), strict=False):
        path = shop.landing / name.format(day=day)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content(day, shop.folder))
    for day, fields in zip(days(len(FORMATS)), VALUES.values(), strict=False):
        shop.land(f"{day}.ndjson", [sale(day, **fields(day))])


def days(first: int = 0) -> Iterator[str]:
    return (str(FIRST + timedelta(days=number)) for number in range(first, 1000))
