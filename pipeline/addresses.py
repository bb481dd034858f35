"""E-mail addresses within texts: finds them in any spelling, and compares them by keyed hashes only.

`WAREHOUSE_DIR/key` is made once, and no other file has it. Without it, nobody can test a hash against
a list of addresses. `WAREHOUSE_DIR/erased` has a line for each erased address: its
hash, a random number from which those who stand in for its buyers are made, and these buyers.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import md5, sha256
from pathlib import Path
from secrets import token_hex

import duckdb

from pipeline.durable import sync, write_text
from pipeline.paths import ERASED, KEY

HASH_DIGITS = 64
# The longest that RFC 5321 allows before the @ and after it.
LONGEST_NAME, LONGEST_DOMAIN = 64, 255
# A text with more than that is taken to hold an erased address, because searching it would take too long.
MOST_ADDRESSES, LONGEST_TEXT = 100, 100_000
MOST_ENDS = 32  # At how many places the text around an @ is cut to see whether an erased address is left.

# Code points of full-width letters, and of invisible ones.
WIDE, INVISIBLE = range(0xFF01, 0xFF5F), (0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)
# The letters of nearly all addresses, and those that escapes are made of.
LETTERS = "&#;0123456789@abcdefghijklmnopqrstuvwxyz.+-_!$*/=?^`{|}~"
NAMED = {"&commat;": "@", "&period;": ".", "&plus;": "+", "&lowbar;": "_", "&hyphen;": "-"}
OTHER_ESCAPE = r"(?:\\+u[0-9a-f]{4}|%[89a-f][0-9a-f]|&#)"
IN_DOUBT = rf"{OTHER_ESCAPE}[^\s\"@]*@|@[^\s\"@]*{OTHER_ESCAPE}"
ESCAPED_AT = (
    r"%(?:25)*40|%(?:25)*2364|\\+[uU]0040|%[uU]0040|\\+[xX]40|&(?:amp;)*#0*64|&(?:amp;)*#[xX]0*40|&commat"
)
# Every text with an address matches this, and it is quick to search for.
SIGN = f"[@＠]|{ESCAPED_AT}"
ADDRESS = rf"[\p{{L}}\p{{M}}\p{{N}}._+~-][@＠][\p{{L}}\p{{N}}.-]+[.．]\p{{L}}{{2}}|{ESCAPED_AT}"


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


def define_addresses(connection: duckdb.DuckDBPyConnection, pseudonyms: Pseudonyms) -> None:
    """Create the functions in `landed` that deal with people.

    - `keyed(text)`: 32 digits that tell it, for whoever has the key.
    - `keyed_number(text)`: the same as a number.
    - `buyer(text)`: who a user's or a session's id is; of an erased one, a random one.
    - `plain_text(text)`: the text without escapes, in small letters.
    - `address_hash(text)`: what tells an address, in plain text, in the lines of `erased`.
    - `without_addresses(text)`: the text, or what stands for one that holds an address.
    - `without_erased(text)`: the text, or what stands for one that holds an erased address.
    """
    key, erased = pseudonyms.key, pseudonyms.erased
    lines = [line.split() for line in erased]
    hashes = listed(hash for hash, *_ in lines)
    strangers = [
        (buyer, md5((salt + buyer).encode()).hexdigest()) for _, salt, *ids in lines for buyer in ids
    ]
    stranger = "(select strangers.stranger from landed.strangers where strangers.buyer = id)"
    stands_in = "'address-' || left(landed.keyed(value), 16)"
    without_erased = f"""
        case
            when not regexp_matches(value, '{SIGN}') then value
            when length(value) > {LONGEST_TEXT} then {stands_in}
            when landed.has_erased(landed.plain_text(value)) then {stands_in}
            else value
        end
    """
    connection.execute(f"""
        attach if not exists ':memory:' as landed;
        create or replace macro landed.keyed(value) as md5('{key}' || value);
        create or replace macro landed.keyed_number(value) as md5_number('{key}' || value);
        create or replace table landed.strangers (buyer varchar, stranger varchar);
        create or replace macro landed.stranger(id) as {f"coalesce({stranger}, id)" if strangers else "id"};
        create or replace macro landed.buyer(value) as landed.stranger(landed.keyed(value));
        create or replace macro landed.plain_text(value) as
            {without_escapes("value")};
        create or replace macro landed.without_addresses(value) as case
            when regexp_matches(value, '{ADDRESS}') then {stands_in}
            else value
        end;
        create or replace macro landed.address_hash(address) as sha256('{key}' || sha256(address));
        create or replace macro landed.has_erased(plain) as list_transform([plain], lambda text:
            regexp_matches(text, '{IN_DOUBT}')
            or len(string_split(text, '@')) > {MOST_ADDRESSES}
            or list_has_any({addresses_of("string_split(text, '@')")}, [{hashes}])
        )[1];
        create or replace macro landed.without_erased(value) as
            {without_erased if erased else "value"}
    """)
    if strangers:
        connection.executemany("insert into landed.strangers values (?, ?)", strangers)


def without_escapes(text: str) -> str:
    """SQL of a text with the letters of addresses as they are, which may be escaped again and again.

    Not by a function of lists: DuckDB takes seconds to plan some within each other.
    """
    wide = "".join(map(chr, WIDE))
    narrow = "".join(chr(point - WIDE[0] + ord("!")) for point in WIDE).replace("'", "''")
    unseen = "".join(map(chr, INVISIBLE))
    text = f"translate(lower(nfc_normalize({text})), '{wide}{unseen}', '{narrow}')"
    for spelling in ("%(?:25)*{0:02x}", r"(?:\\+|%)u00{0:02x}|\\+x{0:02x}|&(?:amp;)*#(?:x0*{0:x}|0*{0});?"):
        for letter in LETTERS:
            escaped = spelling.format(ord(letter))
            text = f"regexp_replace({text}, '{escaped}', '{letter}', 'g')"
    for name, letter in NAMED.items():
        text = f"replace({text}, '{name}', '{letter}')"
    return text


def addresses_of(parts: str) -> str:
    """SQL of the hashes of all that may be the addresses in a text, given what stands between its @.

    An address begins and ends where no letter or digit goes on: `ana@example.com` is in
    `order-ana@example.com-1`, but not in `mariana@example.com`.
    """
    name = f"regexp_extract(pair[1], '[^\\s\"(),:;<>\\[\\]\\\\]{{1,{LONGEST_NAME}}}$')"
    domain = f"regexp_extract(pair[2], '^[\\p{{L}}\\p{{N}}\\p{{M}}.-]{{1,{LONGEST_DOMAIN}}}')"
    goes_on = "regexp_matches(substr({}, {}, 2), '[\\p{{L}}\\p{{N}}]{{2}}')"
    names = f"""list_transform(
        list_filter(
            generate_series(1, length(pair.name)),
            lambda place: place = 1 or not {goes_on.format("pair.name", "place - 1")}
        )[-{MOST_ENDS}:],
        lambda place: substr(pair.name, place)
    )"""
    domains = f"""list_transform(
        list_filter(
            generate_series(1, length(pair.domain)),
            lambda place: place = length(pair.domain) or not {goes_on.format("pair.domain", "place")}
        )[:{MOST_ENDS}],
        lambda place: left(pair.domain, place)
    )"""
    # Step by step, because DuckDB computes what stands within a lambda again for each item.
    pairs = f"list_zip({parts}[:-2], {parts}[2:])"
    pairs = f"list_transform({pairs}, lambda pair: {{'name': {name}, 'domain': {domain}}})"
    pairs = f"list_transform({pairs}, lambda pair: {{'names': {names}, 'domains': {domains}}})"
    return f"""flatten(list_transform(
        {pairs},
        lambda pair: flatten(list_transform(
            pair.names,
            lambda name: list_transform(
                pair.domains, lambda domain: landed.address_hash(name || '@' || domain)
            )
        ))
    ))"""


def listed(texts: Iterable[str]) -> str:
    return ", ".join(f"'{text}'" for text in texts)
