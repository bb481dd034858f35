"""SQL functions for e-mail addresses in texts: find them in any spelling, compare them by keyed hashes."""

from collections.abc import Iterable
from hashlib import md5

import duckdb

from pipeline.pseudonyms import Pseudonyms, pseudonym

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


def define_addresses(connection: duckdb.DuckDBPyConnection, pseudonyms: Pseudonyms) -> None:
    """Create the functions in `landed` that deal with people.

    - `keyed(text)`: a hash of 32 digits, by the key.
    - `keyed_number(text)`: the same as a number.
    - `buyer(text)`: who a user's or a session's id is; of an erased one, a random one.
    - `plain_text(text)`: the text without escapes, in small letters.
    - `address_hash(text)`: what tells an address, in plain text, in the lines of `erased`.
    - `has_address(text)`: whether the text holds an address.
    - `without_addresses(text)`: the text, or what stands for one that holds an address.
    - `redacted(text)`: the text, or what stands for one that holds an erased address.
    """
    key, erased = pseudonyms.key, pseudonyms.erased
    lines = [line.split() for line in erased]
    hashes = listed(hash for hash, *_ in lines)
    strangers = [
        (buyer, md5((salt + buyer).encode()).hexdigest()) for _, salt, *ids in lines for buyer in ids
    ]
    strangers += [(pseudonym(buyer), pseudonym(stranger)) for buyer, stranger in strangers]
    stranger = "(select strangers.stranger from landed.strangers where strangers.buyer = id)"
    stands_in = "'address-' || left(landed.keyed(value), 16)"
    redacted = f"""
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
        create or replace macro landed.has_address(value) as regexp_matches(value, '{ADDRESS}');
        create or replace macro landed.without_addresses(value) as case
            when landed.has_address(value) then {stands_in}
            else value
        end;
        create or replace macro landed.address_hash(address) as sha256('{key}' || sha256(address));
        create or replace macro landed.has_erased(plain) as list_transform([plain], lambda text:
            regexp_matches(text, '{IN_DOUBT}')
            or len(string_split(text, '@')) > {MOST_ADDRESSES}
            or list_has_any({addresses_of("string_split(text, '@')")}, [{hashes}])
        )[1];
        create or replace macro landed.redacted(value) as
            {redacted if erased else "value"}
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
