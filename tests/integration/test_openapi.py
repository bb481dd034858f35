"""The API conforms to its own OpenAPI document."""

import os
import subprocess
import sys
from pathlib import Path

from pipeline.paths import ROOT
from tests.support.shop import Server, authorized


def test_schemathesis_finds_no_violation(server: Server, tmp_path: Path) -> None:
    result = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            "--no-color",
            "run",
            str(server.client.base_url.join("/openapi.json")),
            f"--header=Authorization: {authorized()['Authorization']}",
            "--max-examples=60",
            "--seed=1",
        ],
        cwd=tmp_path,
        env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.support.schemathesis_hooks", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert result.returncode == 0, result.stdout
