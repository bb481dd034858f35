"""Files of the landing zone, without a build."""

import gzip
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from pipeline.landing.formats import UnreadableError, file_format, text_rows
from pipeline.landing.path_properties import path_properties
from pipeline.landing.zone import LandingError, file_version, landing_files, landing_folder


def texts(path: Path) -> Iterable[tuple[str | None, str | None]]:
    return [(parse_error, text) for _, parse_error, text in text_rows(path)]


@pytest.mark.parametrize(
    ("name", "format"),
    [("a.ndjson", ".ndjson"), ("A.JSON.GZ", ".json"), ("a.csv.zst", ".csv"), ("a.parquet", ".parquet")],
)
def test_file_format_ignores_the_compression_suffix(name: str, format: str) -> None:
    assert file_format(Path(name)) == format


@pytest.mark.parametrize("name", ["a.txt", "a", "a.parquet.gz", "a.gz"])
def test_files_with_other_endings_have_no_format(name: str) -> None:
    assert file_format(Path(name)) is None


def test_json_is_read_from_lines_arrays_and_pretty_printed_objects(tmp_path: Path) -> None:
    for name, content in (
        ("lines.ndjson", '{"a":1}\n{"a":2}\n'),
        ("array.json", '[{"a":1},{"a":2}]'),
        ("pretty.json", '{"a":1}\n{"a":2}'),
    ):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        assert texts(path) == [(None, '{"a":1}'), (None, '{"a":2}')]
    cut = tmp_path / "cut.json"
    cut.write_text('[{"a":1},', encoding="utf-8")
    with pytest.raises(UnreadableError, match="ends before its array does"):
        list(text_rows(cut))


def test_csv_separator_is_detected_from_the_header(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"a;metadata.quantity\n1;2\n3\n"))
    assert texts(path) == [
        (None, '{"a": "1", "metadata": {"quantity": "2"}}'),
        ("not as many fields as the header", '["3"]'),
    ]


def test_partition_folders_give_fields_and_links_out_are_ignored(tmp_path: Path) -> None:
    landing, outside = tmp_path / "landing", tmp_path / "outside"
    day = landing / "day=2026-03-01"
    for folder in (day, outside):
        folder.mkdir(parents=True)
        (folder / "a.ndjson").write_text("{}", encoding="utf-8")
    (landing / "link.ndjson").symlink_to(outside / "a.ndjson")
    (landing / "notes.txt").write_text("", encoding="utf-8")
    found, left_alone = landing_files(str(landing))
    assert found == [day / "a.ndjson"]
    assert left_alone == [landing / "link.ndjson", landing / "notes.txt"]
    assert path_properties(landing_folder(str(landing)), found[0]).folder_fields == '{"day": "2026-03-01"}'
    with pytest.raises(LandingError, match="does not exist"):
        landing_files(str(tmp_path / "nowhere"))


def test_changed_file_of_equal_size_and_time_is_another_version(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text("{}", encoding="utf-8")
    before, status = file_version(path), path.stat()
    path.write_text("[]", encoding="utf-8")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert file_version(path) != before
