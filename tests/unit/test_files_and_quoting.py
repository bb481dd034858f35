"""Atomic replacement of files, and quoting in SQL and in log lines."""

from pathlib import Path

import duckdb

from pipeline.durable import clone_file, swap_symlink, write_text
from pipeline.quoting import printable, quoted
from pipeline.status import read_status, record_build, record_watcher


def test_quoted_text_is_one_literal_whatever_it_contains() -> None:
    for text in ("it's", "'; drop table x; --", "\\", "ñ\n"):
        assert duckdb.sql(f"select {quoted(text)}").fetchall() == [(text,)]


def test_log_lines_cannot_be_forged_or_control_a_terminal() -> None:
    assert printable("a\nb\x1b[31mñ") == "a\\nb\\x1b[31mñ"


def test_files_are_replaced_atomically_without_leftovers(tmp_path: Path) -> None:
    for text in ("one", "two"):
        write_text(tmp_path / "file", text)
        (tmp_path / text).write_text(text, encoding="utf-8")
        swap_symlink(tmp_path / "link", tmp_path / text)
    assert (tmp_path / "file").read_text() == (tmp_path / "link").read_text() == "two"
    clone_file(tmp_path / "file", tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "two"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "file", "link", "one", "two"]


def test_status_file_accumulates_builds_and_a_broken_one_counts_as_none(tmp_path: Path) -> None:
    for rows in ({"kept": 2}, {"kept": 1, "duplicates": 4}):
        record_build(tmp_path, "2026-03-07T10:00:00+00:00", rows)
    status = read_status(tmp_path, "last_build.json")
    assert (status["builds"], status["rows"]) == (2, {"kept": 3, "duplicates": 4})
    record_watcher(tmp_path, "failing", 3)
    assert read_status(tmp_path, "watcher.json")["failures"] == 3
    (tmp_path / "watcher.json").write_text("{", encoding="utf-8")
    assert read_status(tmp_path, "watcher.json") == {}
