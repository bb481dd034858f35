"""Finds the rows in a file of text: lines of JSON, records of CSV."""

import csv
import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

LINES = (".ndjson", ".jsonl", ".json")
OTHER_BEGINNINGS = {
    b"\xff\xfe": "in UTF-16: save it as UTF-8",
    b"\xfe\xff": "in UTF-16: save it as UTF-8",
    b"\x1f\x8b": "compressed once more than its name says: unpack it, or let its name end in .gz",
    b"PAR1": "a Parquet file: let its name end in .parquet",
}
OTHER_DELIMITERS = (";", "\t", "|")
Row = tuple[int, str | None, str | None]


class UnreadableError(Exception):
    """A file that cannot be read, or not to its end; says why and, where it can be told, what to do."""


def kind(path: Path) -> str | None:
    """The format a file's name promises, as its ending without `.gz`; None for any other file."""
    name = path.name.lower()
    ending = Path(name.removesuffix(".gz")).suffix
    if ending == ".parquet" and name.endswith(".gz"):
        return None
    return ending if ending in (*LINES, ".csv", ".parquet") else None


def text_rows(path: Path) -> Iterator[Row]:
    """The rows of a file: number, defect (None where it is text), text.

    Raises UnreadableError where it gets no further; the rows before that are good. Raises FileNotFoundError.
    """
    try:
        with gzip.open(path) if path.name.lower().endswith(".gz") else open(path, "rb") as stream:
            for beginning, meaning in OTHER_BEGINNINGS.items():
                if stream.peek(4).startswith(beginning):
                    raise UnreadableError(f"it is {meaning}")
            yield from csv_rows(stream) if kind(path) == ".csv" else json_rows(stream)
    except FileNotFoundError:
        raise
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        raise UnreadableError(f"{error}: land it whole, under a new name or the same") from error


def json_rows(stream: BinaryIO) -> Iterator[Row]:
    """One row per line that is not blank."""
    for number, line in enumerate(stream, start=1):
        content = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if content.strip():
            try:
                yield number, None, content.decode().rstrip("\r\n")
            except UnicodeDecodeError:
                yield number, "not UTF-8", content.decode(errors="backslashreplace").rstrip("\r\n")


def csv_rows(stream: BinaryIO) -> Iterator[Row]:
    """One row per record below the header, as a JSON object keyed by the header's names."""
    csv.field_size_limit(sys.maxsize)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    records = csv.reader(text)
    header = [name.strip() for name in next(records, [])]
    for delimiter in OTHER_DELIMITERS:
        if len(header) == 1 and delimiter in header[0]:
            raise UnreadableError(f"its fields are separated by {delimiter!r}: separate them by commas")
    for number, record in enumerate((record for record in records if record), start=1):
        if len(record) != len(header):
            content, defect = json.dumps(record, ensure_ascii=False), "not as many fields as the header"
        else:
            content = json.dumps(dict(zip(header, record, strict=True)), ensure_ascii=False)
            defect = None if is_utf8(content) else "not UTF-8"
        yield number, defect, printable(content)


def is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def printable(text: str) -> str:
    """The text with bytes that were not UTF-8 written as backslash escapes."""
    return text.encode(errors="surrogateescape").decode(errors="backslashreplace")
