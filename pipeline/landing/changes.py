"""What has changed in the landing zone since the rows in the build file were read."""

from collections.abc import Iterable
from dataclasses import dataclass
from glob import has_magic
from pathlib import Path

from pipeline.build_file import KnownFile
from pipeline.definition import parser_version
from pipeline.landing.zone import (
    SAMPLE,
    LandingError,
    file_name,
    file_versions,
    landing_files,
    landing_folder,
)


@dataclass(frozen=True)
class LandingChanges:
    """The files of the landing zone, against those that the build file has rows of.

    versions: all files that can hold events. changed: those that are new, were changed, or were read by
    another parser. gone: names of files that were deleted or are left out. left_alone: what holds no events.
    """

    versions: dict[Path, str]
    changed: dict[Path, str]
    gone: set[str]
    left_alone: list[Path]


def landing_changes(zone: str, known: Iterable[KnownFile]) -> LandingChanges:
    """Compare a landing zone with the files that are known. Raises LandingError."""
    found, left_alone = landing_files(zone)
    versions = file_versions(found)
    read = {file.name: (file.version, file.parser_version) for file in known}
    parser = parser_version()
    return LandingChanges(
        versions=versions,
        changed={
            path: version
            for path, version in versions.items()
            if read.get(file_name(path)) != (version, parser)
        },
        gone=read.keys() - set(map(file_name, versions)),
        left_alone=left_alone,
    )


def files_left_out(zone: str, gone: Iterable[str]) -> list[str]:
    """Which of the files that are gone still exist: RAW_EVENTS no longer names them, so their rows go.

    A deleted file keeps its rows. Raises LandingError for a deleted file of another landing zone.
    """
    folder = landing_folder(zone)
    is_whole_folder = Path(zone).is_dir() and not has_magic(zone)
    left_out, lost = [], []
    for name in gone:
        is_below = Path(name).is_relative_to(folder)
        if name == SAMPLE or (not (is_below and is_whole_folder) and Path(name).exists()):
            left_out.append(name)
        elif not is_below:
            lost.append(name)
    if lost:
        raise LandingError(
            f"RAW_EVENTS is {zone} now, and the build file has rows of {len(lost)} files elsewhere that are"
            f" gone, such as {min(lost)}. `make reread` drops these rows; another WAREHOUSE_DIR keeps them."
        )
    return sorted(left_out)
