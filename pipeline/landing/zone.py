"""The landing zone: RAW_EVENTS, a folder, a file or a glob, and the files in it."""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from glob import glob, has_magic
from pathlib import Path

from pipeline.landing.formats import file_format
from pipeline.quoting import printable

SAMPLE = "seeds/sample_events.csv"  # Read where RAW_EVENTS is not set; builds run in the project's folder.
NAMED_FILES = 3


class LandingError(Exception):
    """A landing zone that cannot hold events, or may not be read; the message names it."""


def landing_zone(raw_events: str | None) -> str:
    """The absolute name of RAW_EVENTS, or that of the sample where it is not set."""
    return os.path.abspath(raw_events) if raw_events else SAMPLE


def landing_folder(zone: str) -> Path:
    """The folder below which all files of a landing zone lie."""
    folder = Path(zone)
    while has_magic(str(folder)) or folder.is_file():
        folder = folder.parent
    return folder


def landing_files(zone: str) -> tuple[list[Path], list[Path]]:
    """The files of the landing zone that can hold events, and what is left alone.

    Left alone are other files, hidden ones, and links that lead out of the landing zone. Raises LandingError.
    """
    landing = Path(zone)
    links: list[Path] = []
    if landing.is_dir():
        paths, links = files_below(landing)
    elif has_magic(zone) or landing.exists():
        found = [Path(name) for name in glob(zone, recursive=True) if Path(name).is_file()]
        is_inside = inside_of(landing_folder(zone))
        paths = [path for path in found if is_inside(path)]
        links = [path for path in found if not is_inside(path)]
    else:
        raise LandingError(f"RAW_EVENTS names {zone}, which does not exist")
    found = sorted(path for path in paths if file_format(path) and not path.name.startswith((".", "_")))
    left_alone = sorted({*paths, *links}.difference(found))
    if left_alone and not found:
        raise LandingError(
            f"RAW_EVENTS names {zone}, which holds no NDJSON, CSV or Parquet file{in_brackets(left_alone)}"
        )
    return found, left_alone


def files_below(folder: Path) -> tuple[list[Path], list[Path]]:
    """The files in a folder and its folders, and the links that lead out of it. Raises LandingError."""
    is_inside = inside_of(folder)
    files, links, folders = [], [], [str(folder)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    path = Path(entry.path)
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    elif entry.is_file(follow_symlinks=False) or (is_inside(path) and path.is_file()):
                        files.append(path)
                    elif entry.is_symlink() and not is_inside(path):
                        links.append(path)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise LandingError(f"{error.filename} may not be read: {error.strerror}") from None
    return files, links


def inside_of(folder: Path) -> Callable[[Path], bool]:
    """A function that tells whether a path below a folder is below it when all links are followed."""
    # Not `Path.resolve`, for which a link to itself is an error.
    real_folder = os.path.realpath(folder)
    real_parent = cache(os.path.realpath)

    def is_inside(path: Path) -> bool:
        real = os.path.realpath(path) if path.is_symlink() else real_parent(path.parent)
        return Path(real).is_relative_to(real_folder)

    return is_inside


def file_versions(paths: Iterable[Path]) -> dict[Path, str]:
    """The version of each file that still exists: tracking merges its files every hour."""
    versions = {}
    for path in paths:
        with suppress(FileNotFoundError):
            versions[path] = file_version(path)
    return versions


def file_version(path: Path) -> str:
    """Changes with the file, even where size and mtime stay the same, because no program can set ctime."""
    status = path.stat()
    return f"{status.st_size}-{status.st_mtime_ns}-{status.st_ctime_ns}"


def file_name(path: Path | str) -> str:
    """A file's name as text, in which bytes that are not UTF-8 are backslash escapes."""
    return os.fsencode(path).decode(errors="backslashreplace")


def in_brackets(paths: list[Path]) -> str:
    """The names of the first few paths, as an aside in brackets; nothing where there are none."""
    names = [printable(file_name(path.name)) + ", a link" * path.is_symlink() for path in paths]
    return f" ({first_names(names)})" if names else ""


def first_names(names: list[str]) -> str:
    return ", ".join(names[:NAMED_FILES]) + (", …" if len(names) > NAMED_FILES else "")
