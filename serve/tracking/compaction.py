"""Compaction: merges the small files of tracked events of each hour into one."""

import fcntl
import gzip
import logging
import os
import shutil
import zlib
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from pipeline.durable import sync

HOUR = "%Y%m%dT%H"
log = logging.getLogger(__name__)
GRACE = timedelta(hours=1)  # After so long, no process writes to an hour any more.


def compact_hours(folder: Path, now: datetime) -> None:
    """Merge the files of each hour that is over into one compressed file, unless another process does.

    Each row is there twice until the small files are gone, and counts once, by its key. An hour whose packed
    file is damaged is left as it is. Raises OSError.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        parts = sorted(folder.glob("[0-9]*-*.ndjson"))
        for hour, parts_of_hour in groupby(parts, lambda path: path.name[:11]):
            if hour < (now - GRACE).strftime(HOUR):
                whole = folder / f"{hour}.ndjson.gz"
                try:
                    merge_files(whole, list(parts_of_hour))
                except (EOFError, gzip.BadGzipFile, zlib.error):
                    log.error("%s is damaged: nothing is added to it any more", whole.name)
    finally:
        os.close(descriptor)


def merge_files(whole: Path, parts: list[Path]) -> None:
    unfinished = whole.with_name(f".{whole.name}.unfinished")
    try:
        with unfinished.open("wb") as file:
            with gzip.open(file, "wb") as packed:
                if whole.exists():
                    with gzip.open(whole) as before:
                        shutil.copyfileobj(before, packed)
                for part in parts:
                    packed.write(part.read_bytes())
            os.fsync(file.fileno())
        unfinished.rename(whole)
    finally:
        unfinished.unlink(missing_ok=True)
    sync(whole.parent)
    for part in parts:
        part.unlink()
