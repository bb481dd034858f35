"""Opens a file of text, whatever its compression, encoding and separator, and finds the rows in it."""

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa

from pipeline.landing.json_rows import LONGEST_BYTES, SHOWN_BYTES, TOO_LONG, Row, UnfinishedError, json_rows

JSON, CSV, PARQUET = (".ndjson", ".jsonl", ".json"), (".csv", ".tsv"), ".parquet"
COMPRESSIONS = (".gz", ".zst")
BOM, UTF_16 = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
OTHER_BEGINNINGS = {
    b"\x1f\x8b": "compressed once more than its name says: unpack it, or let its name end in .gz",
    b"\x28\xb5\x2f\xfd": "compressed once more than its name says: unpack it, or let its name end in .zst",
    b"PAR1": "a Parquet file: let its name end in .parquet",
}
SEPARATORS = ",;\t|"
LAND_WHOLE = "land it whole, under a new name or the same"


class UnreadableError(Exception):
    """A file that cannot be read, or not to its end; says why and, where it can be told, what to do."""


def file_format(path: Path) -> str | None:
    """The format a file's name promises: its ending, less that of a compression; None for others."""
    name = Path(path.name.lower())
    if name.suffix in COMPRESSIONS:
        name = name.with_suffix("")
        return name.suffix if name.suffix in (*JSON, *CSV) else None
    return name.suffix if name.suffix in (*JSON, *CSV, PARQUET) else None


def text_rows(path: Path) -> Iterator[Row]:
    """The rows of a file: number, parse_error (None where it is text), text.

    Raises UnreadableError where it gets no further; the rows before that are good. Raises FileNotFoundError.
    """
    try:
        with closing(unpacked(path)) as stream:
            beginning = stream.peek(4)
            for other, meaning in OTHER_BEGINNINGS.items():
                if beginning.startswith(other):
                    raise UnreadableError(f"it is {meaning}")
            is_utf_16 = beginning.startswith(UTF_16)
            yield from (
                csv_rows(stream, is_utf_16) if file_format(path) in CSV else rows_of_json(stream, is_utf_16)
            )
    except FileNotFoundError:
        raise
    except UnfinishedError:
        raise UnreadableError(f"it ends before its array does: {LAND_WHOLE}") from None
    except (OSError, EOFError, zlib.error, csv.Error, UnicodeError) as error:
        raise UnreadableError(f"{error}: {LAND_WHOLE}") from error


def unpacked(path: Path) -> io.BufferedReader:
    match path.suffix.lower():
        case ".gz":
            # A GzipFile has the methods of a BufferedReader that are used here.
            return cast(io.BufferedReader, gzip.open(path))
        case ".zst":
            return io.BufferedReader(pa.CompressedInputStream(pa.OSFile(str(path)), "zstd"))
    return path.open("rb")


def rows_of_json(stream: io.BufferedReader, is_utf_16: bool) -> Iterator[Row]:
    if is_utf_16:
        text = io.TextIOWrapper(stream, encoding="utf-16", errors="surrogatepass", newline="\n")
        return json_rows(lambda size: text.readline(size).encode(errors="surrogatepass"))
    if stream.peek(len(BOM)).startswith(BOM):
        stream.read(len(BOM))
    return json_rows(stream.readline)


def csv_rows(stream: BinaryIO, is_utf_16: bool) -> Iterator[Row]:
    """One row per record below the header, as a JSON object keyed by the header's names."""
    csv.field_size_limit(LONGEST_BYTES)
    encoding, errors = ("utf-16", "surrogatepass") if is_utf_16 else ("utf-8-sig", "surrogateescape")
    text = io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="")
    first_line = text.readline(LONGEST_BYTES)
    separator = max(SEPARATORS, key=lambda each: len(next(csv.reader([first_line], delimiter=each), [])))
    lines = Lines(text, first_line)
    records = lines.records(separator)
    header = [name.strip() for name in next(records, None) or []]
    inner = [name for name in header if "." in name]
    for number, record in enumerate((record for record in records if record != []), start=1):
        content: str
        parse_error: str | None
        if record is None:
            content, parse_error = lines.beginning, TOO_LONG
        elif len(record) != len(header):
            content, parse_error = json.dumps(record, ensure_ascii=False), "not as many fields as the header"
        else:
            content = json.dumps(
                with_inner(dict(zip(header, record, strict=True)), inner), ensure_ascii=False
            )
            parse_error = None if is_utf8(content) else "not UTF-8"
        yield number, parse_error, with_bytes_escaped(content)


class Lines:
    """The lines of a text, to be read as CSV however long some are.

    beginning: that of the record that was read last.
    """

    def __init__(self, text: io.TextIOWrapper, first_line: str) -> None:
        self.text = text
        self.first_lines = [first_line]
        self.beginning = ""
        self.quotes = 0  # In the lines of a record; an odd number leaves a field open.

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self.first_lines.pop() if self.first_lines else self.text.readline(LONGEST_BYTES)
        if not line:
            raise StopIteration
        self.beginning = self.beginning or line[:SHOWN_BYTES]
        self.quotes += line.count('"')
        if len(line) >= LONGEST_BYTES and line[-1] not in "\r\n":
            self.skip_while(lambda rest: rest[-1] not in "\r\n")
            raise csv.Error(TOO_LONG)
        return line

    def skip_while(self, goes_on: Callable[[str], bool]) -> None:
        while rest := self.text.readline(LONGEST_BYTES):
            self.quotes += rest.count('"')
            if not goes_on(rest):
                break

    def records(self, separator: str) -> Iterator[list[str] | None]:
        """Each record; None for one that is too long. Raises csv.Error."""
        reader = csv.reader(self, delimiter=separator)
        while True:
            self.beginning, self.quotes = "", 0
            try:
                record = next(reader, None)
            except csv.Error as error:
                if not re.search("field larger than|" + TOO_LONG, str(error)):
                    raise
                if self.quotes % 2:
                    self.skip_while(lambda _: bool(self.quotes % 2))
                yield None
            else:
                if record is None:
                    return
                yield record


def with_inner(fields: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """The fields with those of these names, as `metadata.quantity`, within others; an empty one is absent."""
    for name in names:
        value = fields.pop(name)
        outer, _, inner = name.partition(".")
        if value.strip() and isinstance(known := json_object(fields.get(outer)), dict):
            fields[outer] = {inner: value, **known}
    return fields


def json_object(field: Any) -> Any:
    """The object that a field's text is, an empty one where there is no text."""
    if isinstance(field, dict) or not (field or "").strip():
        return field or {}
    try:
        return json.loads(field)
    except (ValueError, RecursionError):
        return None


def is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def with_bytes_escaped(text: str) -> str:
    """The text with bytes that were not UTF-8 written as backslash escapes."""
    try:
        return text.encode(errors="surrogateescape").decode(errors="backslashreplace")
    except UnicodeEncodeError:
        return text.encode(errors="backslashreplace").decode()
