"""The files of `deploy/`, run by the real programs where these are installed."""

import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from pipeline.paths import ROOT
from tests.support.metrics import metrics
from tests.support.nginx import needs_nginx, nginx
from tests.support.shop import DASHBOARD, SECRET, TRACK, Shop, authorized, event, free_port

DEPLOY = ROOT / "deploy"


@pytest.fixture
def proxied(small_shop: Shop, tmp_path: Path) -> Iterator[tuple[httpx.Client, int, httpx.Client]]:
    """nginx with a certificate before a server: a client of it, its port of HTTP, a client of the server."""
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", "key.pem", "-out", "fullchain.pem"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *subject, *files],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    http, https = free_port(), free_port()
    (small_shop.folder / "serve.log").unlink(missing_ok=True)
    with small_shop.tracking(METRICS_TOKEN=SECRET, LOG_FORMAT="json") as (_, behind):
        site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
        for found, replaced in (
            ("127.0.0.1:8000", f"127.0.0.1:{behind.base_url.port}"),
            ("/etc/ssl/storefront", str(tmp_path)),
            ("listen 80;", f"listen {http};"),
            ("listen 443 ", f"listen {https} "),
        ):
            assert found in site
            site = site.replace(found, replaced)
        context = ssl.create_default_context(cafile=str(tmp_path / "fullchain.pem"))
        client = httpx.Client(base_url=f"https://localhost:{https}", verify=context)
        with client, nginx(site, tmp_path, client):
            yield client, http, behind


@needs_nginx
def test_proxy_serves_all_routes_but_metrics_over_tls(
    proxied: tuple[httpx.Client, int, httpx.Client], small_shop: Shop
) -> None:
    client, http, behind = proxied
    answer = client.get(DASHBOARD, headers=authorized())
    assert answer.status_code == 200
    assert answer.headers["Strict-Transport-Security"]
    assert "<html" in client.get("/").text
    origin = {"Origin": str(client.base_url).rstrip("/")}
    tracked = event("page_view", "2026-03-07T10:00:00Z")
    assert client.post(TRACK, json=tracked, headers=origin).status_code == 202
    assert client.get("/metrics", headers={"Authorization": f"Bearer {SECRET}"}).status_code == 404
    assert metrics(behind)[f"request_duration_seconds_count {DASHBOARD} 200"] == 1
    redirected = httpx.get(f"http://localhost:{http}/docs?a=b")
    assert (redirected.status_code, redirected.headers["Location"]) == (301, "https://localhost/docs?a=b")
    assert answer.headers["X-Request-ID"] in (small_shop.folder / "serve.log").read_text(encoding="utf-8")


def test_documentation_has_a_remedy_for_each_alert_rule() -> None:
    alarms, operations = (
        path.read_text(encoding="utf-8") for path in (DEPLOY / "alerts.yml", ROOT / "docs" / "operations.md")
    )
    explained = re.findall(r"^\| `(Storefront\w+)` \|", operations, re.MULTILINE)
    assert explained == re.findall(r"alert: (\w+)", alarms) != []


@pytest.mark.skipif(not shutil.which("promtool"), reason="there is no promtool (apt-get install prometheus)")
def test_prometheus_alert_rules_fire_as_specified() -> None:
    for command in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts.test.yml"]):
        subprocess.run(["promtool", *command], cwd=DEPLOY, check=True, capture_output=True)


def test_only_the_server_has_the_secrets_and_it_cannot_write_the_warehouse() -> None:
    common = (DEPLOY / "systemd" / "storefront-.service.d" / "all.conf").read_text(encoding="utf-8")
    assert "JWT_SECRET" not in (DEPLOY / "storefront.env").read_text(encoding="utf-8")
    units = {
        path.stem.removeprefix("storefront-"): settings(common + path.read_text(encoding="utf-8"))
        for path in (DEPLOY / "systemd").glob("*.service")
    }
    know = {name for name, unit in units.items() if "/etc/storefront-serve.env" in unit["EnvironmentFile"]}
    assert know == {"serve"} < set(units)
    told = {name for name, unit in units.items() if "/etc/storefront-alerts.env" in unit["EnvironmentFile"]}
    assert (
        told
        == {"alerts"}
        == set(units)
        - {"serve"}
        - {name for name, unit in units.items() if unit.get("PrivateNetwork") == ["yes"]}
    )
    assert units["serve"]["ReadWritePaths"] == ["/var/lib/storefront/events"]
    assert {name for name, unit in units.items() if unit["User"] == units["serve"]["User"]} == {"serve"}
    for unit in units.values():
        assert unit["ProtectSystem"] == ["strict"] and unit["MemoryMax"] and "StateDirectory" not in unit


def settings(unit: str) -> dict[str, list[str]]:
    """The values of each setting of a unit."""
    found: dict[str, list[str]] = {}
    for name, values in re.findall(r"^(\w+)=(.*)$", unit, re.MULTILINE):
        found.setdefault(name, []).extend(values.split())
    return found


def test_every_package_is_pinned_by_hash() -> None:
    locks = [path.read_text(encoding="utf-8") for path in ROOT.glob("requirements*.lock")]
    assert len(locks) == 3
    packages = [each for lock in locks for each in re.split(r"\n(?=\w)", lock) if "==" in each]
    assert len(packages) > 100
    assert [each for each in packages if "--hash=sha256:" not in each] == []


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd")
def test_systemd_verifies_the_units_and_rates_them_hardened(tmp_path: Path) -> None:
    """Below a folder that stands for the system, in which what they name is there."""
    shutil.copytree("/lib/systemd/system", tmp_path / "lib" / "systemd" / "system", symlinks=True)
    units = tmp_path / "etc" / "systemd" / "system"
    shutil.copytree(DEPLOY / "systemd", units)
    for program in ("python", "dbt"):
        path = tmp_path / "opt" / "storefront" / ".venv" / "bin" / program
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o755)
    names = [path.name for path in units.iterdir() if path.is_file()]
    locked_up = ["security", "--offline=yes", "--threshold=15"]  # Of 100, where all is open.
    services = [name for name in names if name.endswith(".service")]
    for command in (["verify", "--man=no", *names], *([*locked_up, name] for name in services)):
        result = subprocess.run(
            ["systemd-analyze", f"--root={tmp_path}", *command], capture_output=True, text=True
        )
        assert (result.returncode, result.stderr) == (0, ""), result.stdout
