"""Malformed input: each bad row is quarantined once with its reason and changes nothing else."""

from pathlib import Path

import pytest

from tests.support.malformed import FILES, MALFORMED_LINES, VALID_EDGE_CASES
from tests.support.shop import NOW, Shop, event


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Good rows, and odd ones."""
    shop = Shop(tmp_path_factory.mktemp("clean"))
    land_good(shop)
    return shop.built()


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The same with each bad row in a file of its own, and all of them together in one more."""
    shop = Shop(tmp_path_factory.mktemp("dirty"))
    land_good(shop)
    lines = [line for line, _ in MALFORMED_LINES.values()]
    for number, line in enumerate(lines):
        (shop.landing / f"{number:03}.ndjson").write_bytes(line)
    (shop.landing / "together.ndjson").write_bytes(b"\n".join(lines))
    return shop


def land_good(shop: Shop) -> None:
    shop.land("good.ndjson", [event("purchase", "2026-03-07T10:00:00Z", f"{n}", price=n) for n in range(9)])
    (shop.landing / "odd.ndjson").write_bytes(b"\n".join(line for line, _ in VALID_EDGE_CASES.values()))


def test_malformed_rows_are_quarantined_once_and_change_no_response(clean: Shop, dirty: Shop) -> None:
    said = dirty.build().stdout
    kept, bad = 9 + len(VALID_EDGE_CASES), 2 * len(MALFORMED_LINES)
    assert f", {kept + bad} rows read: {kept} kept, 0 duplicates, {bad} quarantined (" in said
    expected = []
    for number, (line, reason) in enumerate(MALFORMED_LINES.values()):
        text = line.decode(errors="backslashreplace")
        expected.append((f"{number:03}.ndjson", 1, reason, text))
        expected.append(("together.ndjson", number + 1, reason, text))
    rows = dirty.query("from stg_landing__quarantine")
    found = [(Path(file).name, *rest) for file, *rest in rows]
    assert set(found) ^ set(expected) == set()
    assert len(found) == len(expected)
    with clean.serving(NOW) as one, dirty.serving(NOW) as other:
        for mode in ("total", "unique"):
            assert one.stats(mode=mode) == other.stats(mode=mode)


def test_valid_edge_cases_count_with_their_readable_fields(clean: Shop) -> None:
    rows = clean.query("""
        select row_number, price, quantity, has_unreadable_price, has_unreadable_quantity
        from stg_landing__rows where file like '%odd.ndjson' and row_number > 0 order by row_number
    """)
    found = {
        name: (f"{price.normalize():f}", *rest)
        for name, (_, price, *rest) in zip(VALID_EDGE_CASES, rows, strict=True)
    }
    assert found == {name: expected for name, (_, expected) in VALID_EDGE_CASES.items()}


def test_readable_rows_of_damaged_files_count_and_the_damage_is_named(shop: Shop) -> None:
    for name, (content, _, _) in FILES.items():
        (shop.landing / name).write_bytes(content)
    rows = shop.built("stg_landing__files").query("""
        select files.file, count(*) filter (row_number > 0 and quarantine_reason is null),
            coalesce(list(quarantine_reason order by row_number = 0, row_number)
                filter (quarantine_reason is not null), [])
        from stg_landing__files as files left join stg_landing__rows using (file_id) group by files.file
    """)
    found = {Path(file).name: (kept, reasons) for file, kept, reasons in rows}
    assert found == {name: (kept, reasons) for name, (_, kept, reasons) in FILES.items()}
