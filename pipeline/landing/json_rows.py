"""Finds the values in a stream of JSON text: one on a line, items of an array, or printed over several lines.

A line that holds one object is taken as it is. Any other value is followed bracket by bracket to its end. A
value that cannot go on, because a line was cut, is given line by line: so one broken line costs no other.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

PIECE_BYTES = 1_000_000
LONGEST_BYTES = 32_000_000
TOO_LONG = "longer than 32 MB"
SHOWN_BYTES = 256

REST_OF_STRING = rb'[^"\\]*+(?:\\.[^"\\]*+)*+"'
STRING_END = re.compile(REST_OF_STRING, re.DOTALL)
# A quotation mark by itself begins a string that goes on in the next piece.
TOKEN = re.compile(rb'"(?:%s)?|[\[\]{}]' % REST_OF_STRING, re.DOTALL)
SPACE = re.compile(rb"[\s,]*+")
ARRAY_OF_OBJECTS = re.compile(rb"\[\s*+(?:[{\]]|$)")
SCALAR = re.compile(rb'(?:"%s|[^,\]"\n])++' % REST_OF_STRING, re.DOTALL)
SECOND_OBJECT = re.compile(rb"\}[ \t]*+\{")
CLOSING = {ord("{"): ord("}"), ord("["): ord("]")}
QUOTE = ord('"')

Value = tuple[int, bytes, str | None]
Row = tuple[int, str | None, str | None]


class UnfinishedError(Exception):
    """A stream that ends within an array."""


@dataclass
class OpenValue:
    """A value whose end has not been read yet.

    line: the line it begins in. brackets: those that close it, the outermost first. is_line: whether it ends
    with its line, because it is no object, or broken.
    """

    line: int
    is_line: bool = False
    is_in_string: bool = False
    brackets: bytearray = field(default_factory=bytearray)
    parts: list[bytes] = field(default_factory=list)
    size: int = 0

    def end_in(self, piece: bytes, start: int) -> int | None:
        """Where the value ends in a piece of the stream; None where it goes on after it."""
        if self.is_line:
            return None
        if self.is_in_string:
            rest = STRING_END.match(piece, start)
            if not rest:
                return None
            self.is_in_string, start = False, rest.end()
        for token in TOKEN.finditer(piece, start):
            byte = piece[token.start()]
            if byte == QUOTE:
                if token.end() == token.start() + 1:
                    self.is_in_string = True
                    return None
            elif byte in CLOSING:
                self.brackets.append(CLOSING[byte])
            elif self.brackets.pop() != byte:
                self.is_line = True
                return None
            elif not self.brackets:
                return token.end()
        return None

    def add(self, part: bytes) -> None:
        self.size += len(part)
        if self.size <= LONGEST_BYTES:
            self.parts.append(part)

    def goes_on_with(self, line: bytes) -> bool:
        """Whether a line may follow: an object may only where a value is due."""
        if not line.lstrip().startswith(b"{"):
            return True
        last = next((text[-1:] for part in reversed(self.parts) if (text := part.rstrip())), b"")
        return last in (b":", b"[") or (last == b"," and self.brackets[-1:] == b"]")

    def whole(self) -> Value:
        text = b"".join(self.parts)
        return (self.line, text[:SHOWN_BYTES], TOO_LONG) if self.is_too_long() else (self.line, text, None)

    def lines(self) -> Iterator[Value]:
        if self.is_too_long():
            yield self.whole()
        else:
            for line, text in enumerate(b"".join(self.parts).split(b"\n"), start=self.line):
                if text.strip():
                    yield line, text.rstrip(b"\r"), None

    def is_too_long(self) -> bool:
        return self.size > LONGEST_BYTES


def json_rows(readline: Callable[[int], bytes]) -> Iterator[Row]:
    """A row for each value of a stream: number, parse_error (None where it is text), text.

    A row's number is the line it begins in, or one more than that of the row before in the same line.
    readline: gives the rest of a line, with its end, or as many bytes of it as asked for; nothing at the end.
    Raises UnfinishedError where the stream ends within an array; the rows before that are good.
    """
    number = 0
    for line, content, parse_error in json_values(readline):
        number = line if line > number else number + 1
        try:
            yield number, parse_error, content.decode()
        except UnicodeDecodeError:
            yield number, "not UTF-8", content.decode(errors="backslashreplace")


def json_values(readline: Callable[[int], bytes]) -> Iterator[Value]:
    """The same as the line it begins in, its bytes, and what is wrong with it or None."""
    line, is_in_array, is_line_begin, value = 1, False, True, None
    for piece in pieces(readline):
        # Nearly all lines are one object; this is the quickest way to tell.
        if not value and piece[:1] == b"{" and piece[-2:] == b"}\n" and not SECOND_OBJECT.search(piece):
            yield line, piece[:-1], None
            line += 1
            continue
        if value and is_line_begin and not value.goes_on_with(piece):
            yield from value.lines()
            value = None
        is_line_begin = piece.endswith(b"\n")
        position = 0
        while True:
            if not value:
                position = end_of_space(piece, position)
                first = piece[position : position + 1]
                if not first:
                    break
                if first == b"]" and is_in_array:
                    is_in_array, position = False, position + 1
                    continue
                if first == b"[" and not is_in_array and ARRAY_OF_OBJECTS.match(piece, position):
                    is_in_array, position = True, position + 1
                    continue
                if first not in b"{[" and is_in_array and (scalar := SCALAR.match(piece, position)):
                    yield line, scalar.group(), None
                    position = scalar.end()
                    continue
                value = OpenValue(line, is_line=first != b"{" and not is_in_array)
            end = value.end_in(piece, position)
            value.add(piece[position:end])
            if end is None:
                break
            yield value.whole()
            value, position = None, end
        if value and is_line_begin and (value.is_line or value.is_in_string):
            yield from value.lines()
            value = None
        line += is_line_begin
    if value:
        yield from value.lines()
    if is_in_array:
        raise UnfinishedError


def pieces(readline: Callable[[int], bytes]) -> Iterator[bytes]:
    """The stream in lines, or in parts of long ones; none of them ends within an escape."""
    while piece := readline(PIECE_BYTES):
        while piece.endswith(b"\\") and (more := readline(1)):
            piece += more
        yield piece


def end_of_space(piece: bytes, start: int) -> int:
    found = SPACE.match(piece, start)
    return found.end() if found else start
