"""Copies of this dbt project, which a test changes as somebody would who works on it."""

import shutil
from pathlib import Path

from pipeline.paths import ROOT


def copy_project(folder: Path) -> Path:
    folder.mkdir()
    for part in ("dbt_project.yml", "profiles.yml", "requirements.lock"):
        shutil.copy(ROOT / part, folder)
    for part in ("macros", "models", "pipeline", "seeds", "tests/data"):
        shutil.copytree(ROOT / part, folder / part)
    return folder
