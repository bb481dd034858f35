"""What the names of a file and of its folders below the landing zone tell about its rows."""

import json
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from pipeline.landing.zone import file_name

NULL_FOLDER = "__HIVE_DEFAULT_PARTITION__"  # The value in the name of a folder of nulls.
AD_SPEND = "ad_spend"  # The beginning of the name of a file of advertising spend, or of its folder.
TRACKED = "tracked"  # The folder of posted events.


class PathProperties(NamedTuple):
    """What a path tells about the rows of its file; folders above the landing zone tell nothing.

    folder_fields: a JSON object of the values in folders `key=value`, or None. is_ad_spend: whether the file
    has advertising spend and no events. is_tracked: whether its events were posted.
    """

    folder_fields: str | None
    is_ad_spend: bool
    is_tracked: bool


def path_properties(landing_folder: Path, path: Path) -> PathProperties:
    is_below = path.is_relative_to(landing_folder)
    names = map(file_name, path.relative_to(landing_folder).parts if is_below else (path.name,))
    *folders, name = names
    has_ad_spend = any(each.startswith(AD_SPEND) for each in (*folders, name))
    return PathProperties(folder_fields(folders), has_ad_spend, TRACKED in folders)


def folder_fields(folders: list[str]) -> str | None:
    """The values of folders `key=value` as a JSON object; None without such folders."""
    pairs = [name.split("=", 1) for name in folders if "=" in name]
    fields = {unquote(key): unquote(value) for key, value in pairs if value != NULL_FOLDER}
    return json.dumps(fields, ensure_ascii=False) if fields else None
