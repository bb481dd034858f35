"""A real nginx before a server."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin")
needs_nginx = pytest.mark.skipif(not NGINX, reason="there is no nginx (apt-get install nginx-light)")


@contextmanager
def nginx(sites: str, folder: Path, client: httpx.Client) -> Iterator[None]:
    """Serve sites, from when the client reaches them; the configuration and the log are in the folder."""
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}} http {{ {sites} }}"
    )
    process = subprocess.Popen([str(NGINX), "-c", str(configuration)])
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            client.get("/healthz")
            break
        except httpx.ConnectError:
            assert process.poll() is None
    yield
    process.terminate()
    process.wait()
