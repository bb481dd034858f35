"""The key of a warehouse, by which customers are hashed, and the addresses that were erased from it.

`WAREHOUSE_DIR/key` is made once, and no other file has it. Without the key, nobody can test a hash against
a list of addresses. `WAREHOUSE_DIR/erased` has a line for each erased address: its hash, a random salt
that makes the stand-ins for its buyers, and the hashes of these buyers.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import md5, sha256
from pathlib import Path
from secrets import token_hex

from pipeline.durable import sync, write_text
from pipeline.paths import ERASED, KEY

HASH_DIGITS = 64
PSEUDONYM_DIGITS = 16


def key_of(warehouse: Path) -> str:
    """The key of a warehouse; made on first use."""
    path = warehouse / KEY
    if not path.exists():
        unfinished = warehouse / f"{KEY}.{token_hex(4)}.tmp"
        descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{token_hex(32)}\n")
        sync(unfinished)
        try:
            # A link, because a rename would replace the key of a build that began at the same time.
            os.link(unfinished, path)
        except FileExistsError:
            pass
        finally:
            unfinished.unlink()
        sync(warehouse)
    return path.read_text(encoding="ascii").strip()


@dataclass(frozen=True)
class Pseudonyms:
    """What pseudonyms are made of: the warehouse's key, and the lines of its file `erased`."""

    key: str
    erased: list[str]


def pseudonyms_of(warehouse: Path) -> Pseudonyms:
    """The pseudonyms of a warehouse; its key is made on first use."""
    key = key_of(warehouse)
    key_lines_of_before(warehouse, key)
    return Pseudonyms(key, erased_lines(warehouse))


def erased_lines(warehouse: Path) -> list[str]:
    path = warehouse / ERASED
    return path.read_text(encoding="ascii").splitlines() if path.exists() else []


def write_erased(warehouse: Path, lines: Iterable[str]) -> None:
    write_text(warehouse / ERASED, "".join(f"{line}\n" for line in sorted(lines)))


def key_lines_of_before(warehouse: Path, key: str) -> None:
    """Rewrite lines of earlier releases, which hold lengths and a SHA-256 without a key."""
    lines = [line.split() for line in erased_lines(warehouse)]
    if any(len(first) < HASH_DIGITS for first, *_ in lines):
        path = warehouse / ERASED
        written_at = path.stat().st_mtime
        for line in lines:
            if len(line[0]) < HASH_DIGITS:
                line[:] = [sha256((key + line[2]).encode()).hexdigest(), token_hex(16)]
        write_erased(warehouse, map(" ".join, lines))
        os.utime(path, (written_at, written_at))


def pseudonym(buyer: str) -> str:
    """By what a customer is known outside of the build, as `macros/customers.sql` makes it of the hash."""
    return md5(buyer.encode()).hexdigest()[:PSEUDONYM_DIGITS]


def fingerprint(key: str) -> str:
    """Tells one key from another, and says nothing about the key."""
    return sha256(key.encode()).hexdigest()
