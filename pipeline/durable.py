"""Files that survive a crash: each function returns once its change is on the disk."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COPIED_BYTES = 2**30


def sync(path: Path) -> None:
    """Flush a file, or the names in a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_text(path: Path, text: str) -> None:
    """Replace a file's text as a whole: a reader finds the old text or the new."""
    unfinished = path.with_name(f"{path.name}.tmp")
    unfinished.write_text(text, encoding="utf-8")
    sync(unfinished)
    unfinished.replace(path)
    sync(path.parent)


def swap_symlink(link: Path, target: Path) -> None:
    """Let `link` name `target`, a path below the link's folder: a reader finds the old or the new target."""
    unfinished = link.with_suffix(".tmp")
    unfinished.unlink(missing_ok=True)
    unfinished.symlink_to(target.relative_to(link.parent))
    unfinished.replace(link)
    sync(link.parent)


def clone_file(source: Path, copy: Path) -> None:
    """Copy a file, without a sync; on XFS and Btrfs the copy shares its blocks with the source."""
    with source.open("rb") as original, copy.open("xb") as other:
        while os.copy_file_range(original.fileno(), other.fileno(), COPIED_BYTES):
            pass


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder's lock, once no other process holds it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
