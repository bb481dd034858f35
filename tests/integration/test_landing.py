"""The landing zone: formats, folders, links and files that cannot be read."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

import duckdb
import pytest

from pipeline.landing.zone import LandingError, landing_files
from pipeline.paths import ROOT
from tests.support.shop import Shop, event

NOBODY = 65_534


def test_rows_that_are_no_events_are_quarantined_with_reason_and_text(shop: Shop) -> None:
    shop.land("outside.ndjson", [event("purchase", "2026-03-07T10:00:00Z")])
    shop.environment["RAW_EVENTS"] = str(shop.landing / "[ab].*")
    (shop.landing / "a.ndjson").write_bytes(
        b'{"event_type": "purchase", "session_id": "s", "created_at": "2026-03-07"}\r\n'
        b"\n"
        b'{"event_type": "purchase", \n'
        b'{"event_type": "purchase\xff", "session_id": "s", "created_at": "2026-03-07"}\n'
        b'{"event_type": "purchase", "session_id": "s", "created_at": "a\x00b"}\n'
        b'{"session_id": "s", "created_at": "2026-03-07"}'
    )
    (shop.landing / "b.csv").write_text("event_type,session_id\npurchase,s,2026-03-07\n", encoding="utf-8")
    shop.built("mart_quarantine", "mart_sales")
    rows = shop.query("from stg_landing__quarantine order by file, row_number")
    assert [(Path(file).name, row_number, reason) for file, row_number, reason, _ in rows] == [
        ("a.ndjson", 3, "not a JSON object"),
        ("a.ndjson", 4, "not UTF-8"),
        ("a.ndjson", 5, "not a JSON object"),
        ("a.ndjson", 6, "no readable event_type"),
        ("b.csv", 1, "not as many fields as the header"),
    ]
    assert "purchase\\xff" in rows[1][3]
    assert dict(shop.query("from mart_quarantine")) == {
        "not a JSON object": 2,
        "no readable event_type": 1,
        "not UTF-8": 1,
        "not as many fields as the header": 1,
    }
    assert shop.query("select purchases from mart_sales") == [(1,)]


def test_last_line_of_a_build_accounts_for_every_row_read(shop: Shop) -> None:
    keyed = event("purchase", "2026-03-07T10:00:00Z", idempotency_key="k", price=5)
    shop.land("a.ndjson", [keyed, keyed, {}, {}, {"session_id": "s", "created_at": "2026-03-07"}])
    said = shop.build().stdout
    quarantined = "3 quarantined (no readable created_at: 2, no readable event_type: 1)"
    assert f", 5 rows read: 1 kept, 1 duplicates, {quarantined}\n" in said
    unreadable = [event("page_view", "2026-03-07T10:00:00Z", metadata="?", quantity=0)] * 2
    shop.land("b.ndjson", [keyed, *unreadable])
    said = shop.build().stdout
    assert ", 3 rows read: 2 kept, 1 duplicates, 0 quarantined;" in said
    assert "; counted though unreadable (quantity: 2, metadata: 2)\n" in said


def test_unreadable_file_is_named_and_its_readable_rows_count(shop: Shop) -> None:
    purchases = [event("purchase", f"2026-03-07T10:{number % 60:02}:00Z") for number in range(20_000)]
    shop.land("good.ndjson", purchases[:3])
    whole = gzip.compress("".join(json.dumps(each) + "\n" for each in purchases).encode())
    (shop.landing / "cut.ndjson.gz").write_bytes(whole[:-20])
    (shop.landing / "noise.ndjson.gz").write_bytes(b"neither gzip nor Parquet")
    (shop.landing / "noise.parquet").write_bytes(b"neither gzip nor Parquet")
    header = "event_type,session_id,created_at\n"
    (shop.landing / "packed.csv").write_bytes(gzip.compress(header.encode()))
    (shop.landing / "cut.json").write_text('[{"event_type": "purchase"},', encoding="utf-8")
    duckdb.sql(
        "select 'purchase' as event_type, 's' as session_id, '2026-03-07' as created_at from range(5000)"
    ).write_parquet(str(shop.landing / "damaged.parquet"))
    damaged = bytearray((shop.landing / "damaged.parquet").read_bytes())
    damaged[4:60] = b"\xff" * 56
    (shop.landing / "damaged.parquet").write_bytes(damaged)

    result = shop.build()
    assert result.returncode == 0
    published = next(line for line in result.stdout.splitlines() if line.startswith("Published"))
    assert ", though 6 could not be read to the end: cut.json, cut.ndjson.gz, damaged.parquet" in published
    rows = shop.query("from stg_landing__quarantine order by file")
    said = {Path(file).name: text for file, row_number, _, text in rows if row_number == 0}
    assert len(said) == 6
    assert "let its name end in .gz" in said["packed.csv"]
    assert "ends before its array does: land it whole" in said["cut.json"]
    assert "land it whole" in said["cut.ndjson.gz"]
    reasons = dict(shop.query("from mart_quarantine"))
    assert reasons == {"a file that cannot be read, or not to its end": 6, "no readable created_at": 1}
    ((sales,),) = shop.query("select purchases from mart_sales")
    assert 3 + 10_000 < sales < 3 + 20_000


@pytest.mark.parametrize(
    ("name", "words"), [("nowhere", "does not exist"), ("notes.txt", "holds no NDJSON, CSV")]
)
def test_unusable_landing_zone_is_named(shop: Shop, name: str, words: str) -> None:
    (shop.landing / "notes.txt").write_text("no events", encoding="utf-8")
    shop.environment["RAW_EVENTS"] = str(shop.landing / name)
    result = shop.build()
    assert result.returncode != 0
    assert f"{name}, which {words}" in result.stdout
    assert not shop.link.exists()


def test_folder_without_read_permission_is_named() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "closed").mkdir(mode=0)
        user = os.geteuid()
        try:
            os.seteuid(user or NOBODY)
            with pytest.raises(LandingError, match="closed may not be read: Permission denied"):
                landing_files(str(folder))
        finally:
            os.seteuid(user)


def test_endless_rows_use_bounded_memory(tmp_path: Path) -> None:
    """400 MB in a line and in a field whose quotation mark is never closed, each a small file."""
    for name, beginning in (("line.ndjson.gz", b'{"a":"'), ("field.csv.gz", b'a,b\n1,"')):
        with gzip.open(tmp_path / name, "wb", compresslevel=1) as file:
            file.write(beginning)
            for _ in range(400):
                file.write(b"x" * 1_000_000)
    reading = """
        import resource, sys
        from pathlib import Path
        from pipeline.landing.formats import text_rows
        def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
        before = peak()
        for path in sorted(Path(sys.argv[1]).iterdir()):
            for number, parse_error, text in text_rows(path):
                print(number, parse_error, len(text))
        print(peak() - before)
    """
    command = [sys.executable, "-c", dedent(reading), str(tmp_path)]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    *found, megabytes = said.splitlines()
    assert found == ["1 longer than 32 MB 256"] * 2
    assert int(megabytes) < 200
