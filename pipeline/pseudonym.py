"""Prints the `visitor_id` of a customer in `rfm/`: `EMAIL=… python -m pipeline.pseudonym`."""

import os
import sys
from pathlib import Path

import duckdb

from pipeline.addresses import define_addresses
from pipeline.paths import KEY, warehouse_folder
from pipeline.pseudonyms import pseudonym, pseudonyms_of


class NoPseudonymError(Exception):
    """A customer without a pseudonym; the message says why."""


def pseudonym_of(warehouse: Path, address: str) -> str:
    """The pseudonym of the customer whose `user_id` is the address, letter for letter.

    Raises NoPseudonymError.
    """
    if not address:
        raise NoPseudonymError("EMAIL must be the address of a customer.")
    if not (warehouse / KEY).exists():
        raise NoPseudonymError(f"{warehouse} is no warehouse: nothing was built in it. Set WAREHOUSE_DIR.")
    with duckdb.connect() as connection:
        define_addresses(connection, pseudonyms_of(warehouse))
        ((known, buyer),) = connection.execute(
            "select landed.keyed($address), landed.buyer($address)", {"address": address}
        ).fetchall()
    if buyer != known:
        raise NoPseudonymError("This customer was erased.")
    return pseudonym(buyer)


def main() -> None:
    try:
        print(pseudonym_of(warehouse_folder(), os.environ.get("EMAIL", "").strip()))
    except NoPseudonymError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
