"""Faults by name: functions of the harness and a random generator."""

import gzip
import os
import shutil
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

import duckdb

from pipeline.durable import swap_symlink
from pipeline.paths import ROOT
from tests.support.fault_harness import NOW, Fault, FaultHarness, ServerFault
from tests.support.forked import run_module, start_module
from tests.support.shop import Shop, event

BUILD_SECONDS, ERASURE_SECONDS = 4.0, 1.0
BUILD_BYTES = 40_000_000
DISK_BYTES, DISK_FILES = 160_000_000, 500
HEADERS, BLOCK_BYTES, BLOCK_HEADER_BYTES = 3 * 4096, 262_144, 8


def kill_incremental_build(harness: FaultHarness, random: Random) -> None:
    kill(harness, random.uniform(0, BUILD_SECONDS))


def kill_full_build(harness: FaultHarness, random: Random) -> None:
    kill(harness, random.uniform(0, BUILD_SECONDS), "--full-refresh")


def kill(harness: FaultHarness, seconds: float, *arguments: str) -> None:
    build = harness.shop.start_build(*arguments)
    build.join(seconds)
    build.kill()
    build.join()


def kill_when(has_happened: Callable[[Shop, Path], bool]) -> Fault:
    """Kill a build as soon as something has happened to the warehouse, or a little later."""

    def fault(harness: FaultHarness, random: Random) -> None:
        shop, before = harness.shop, harness.shop.link.resolve()
        build = shop.start_build()
        while build.is_alive() and not has_happened(shop, before):
            time.sleep(0.001)
        time.sleep(random.choice((0, random.uniform(0, 0.03))))
        build.kill()
        build.join()

    return fault


def has_begun(shop: Shop, before: Path) -> bool:
    return any(before.parent.glob("*.tmp"))


def has_a_name(shop: Shop, before: Path) -> bool:
    return any(path != before for path in before.parent.glob("*.duckdb"))


def is_linked(shop: Shop, before: Path) -> bool:
    return shop.link.readlink().stem != before.stem


def has_parquet(shop: Shop, before: Path) -> bool:
    return any(path.parent.name != before.stem for path in before.parent.glob("*/*.parquet"))


def is_linked_as_parquet(shop: Shop, before: Path) -> bool:
    return (shop.warehouse / "parquet").readlink().name != before.stem


def kill_watcher(harness: FaultHarness, random: Random) -> None:
    """Its start takes as long as a build; what is landed then is built at once."""
    harness.shop.warehouse_stands_in()
    process = start_module("pipeline.watch", folder=ROOT, environment=harness.shop.environment)
    time.sleep(random.uniform(0, 2 * BUILD_SECONDS))
    process.kill()
    process.join()


def kill_erasure(harness: FaultHarness, random: Random) -> None:
    """Erase somebody else, be killed, and do it again, as whoever was killed must."""
    environment = harness.shop.environment | {"EMAIL": "ana@example.com"}
    harness.shop.warehouse_stands_in()
    process = start_module("pipeline.erasure", folder=ROOT, environment=environment)
    time.sleep(random.uniform(0, ERASURE_SECONDS))
    process.kill()
    process.join()
    run_module("pipeline.erasure", folder=ROOT, environment=environment).check_returncode()


def two_builds_at_once(harness: FaultHarness, random: Random) -> None:
    builds = []
    for _ in range(2):
        builds.append(harness.shop.start_build())
        time.sleep(random.uniform(0, BUILD_SECONDS / 2))
    for build in builds:
        build.join()
        assert build.exitcode == 0


def fault_in_version(change: Callable[[Path, Random], None]) -> Fault:
    """Publish a version, fault it, and start another server on it."""

    def fault(harness: FaultHarness, random: Random) -> None:
        shop = harness.shop.built()
        change(shop.link.resolve(), random)
        with shop.serving(NOW) as server:
            answer = server.get(start="2026-03-01")
            assert answer.status_code == 200, answer.text
            assert server.get().text in (harness.before, harness.after)

    return fault


def cut(path: Path, random: Random) -> None:
    os.truncate(path, random.randrange(path.stat().st_size))


def empty(path: Path, random: Random) -> None:
    os.truncate(path, 0)


def noise(path: Path, random: Random) -> None:
    path.write_bytes(random.randbytes(path.stat().st_size))


def flip_a_bit(path: Path, random: Random) -> None:
    change_byte(path, random.randrange(HEADERS, path.stat().st_size), 1 << random.randrange(8))


def make_newer(path: Path, random: Random) -> None:
    """The storage's version stands behind DUCK, and before both a sum of products of all numbers."""
    with path.open("r+b") as file:
        checksum, letters_and_version = struct.unpack("<QQ", file.read(16))
        newer = letters_and_version + (random.randrange(100, 1000) << 32)
        for number in (letters_and_version, newer):
            checksum ^= number * 0xBF58476D1CE4E5B9 % 2**64
        file.seek(0)
        file.write(struct.pack("<QQ", checksum, newer))


def remove(path: Path, random: Random) -> None:
    path.unlink()


def change_byte(path: Path, place: int, bits: int) -> None:
    with path.open("r+b") as file:
        file.seek(place)
        (byte,) = file.read(1)
        file.seek(place)
        file.write(bytes([byte ^ bits]))


def fault_in_link(change: Callable[[Path, Random], None]) -> Fault:
    def fault(harness: FaultHarness, random: Random) -> None:
        harness.shop.link.unlink()
        change(harness.shop.link, random)
        time.sleep(0.3)

    return fault


def leave_none(link: Path, random: Random) -> None:
    pass


def leave_garbage(link: Path, random: Random) -> None:
    link.write_bytes(random.randbytes(random.choice((0, 5000))))


def leave_dangling(link: Path, random: Random) -> None:
    link.symlink_to("versions/never.duckdb")


def fault_in_build_file(change: Callable[[Path, Random], None]) -> Fault:
    def fault(harness: FaultHarness, random: Random) -> None:
        change(harness.shop.warehouse / "build.duckdb", random)

    return fault


def flip_in(table: str) -> Callable[[Path, Random], None]:
    """Flip a bit of a table of the build file."""

    def flip(path: Path, random: Random) -> None:
        with duckdb.connect(path, read_only=True) as build:
            found = build.sql(f"select block_id, block_offset from pragma_storage_info('{table}')")
            block, offset = max(found.fetchall())
        change_byte(path, HEADERS + BLOCK_BYTES * block + BLOCK_HEADER_BYTES + offset, 1)

    return flip


def set_clock_back(harness: FaultHarness, random: Random) -> None:
    """The version that was published last has a name of tomorrow, and was written then."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    before = harness.shop.link.resolve()
    version = before.with_name(f"{tomorrow:%Y%m%dT%H%M%S%fZ}.duckdb")
    before.rename(version)
    before.with_suffix("").rename(version.with_suffix(""))
    os.utime(version, (tomorrow.timestamp(), tomorrow.timestamp()))
    swap_symlink(harness.shop.warehouse / "parquet", version.with_suffix(""))
    swap_symlink(harness.shop.link, version)
    for _ in range(2):
        harness.last.touch()
        harness.shop.built()
    assert sorted(version.parent.glob("*.duckdb"))[-1] == harness.shop.link.resolve()


def fault_in_landed_file(change: Callable[[Path, Random], None]) -> Fault:
    """Fault the last file while a build may be reading it; then it is landed again."""

    def fault(harness: FaultHarness, random: Random) -> None:
        build = harness.shop.start_build()
        time.sleep(random.uniform(0, BUILD_SECONDS))
        change(harness.last, random)
        build.join()
        harness.land_last()

    return fault


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A disk of its own at the folder. Raises CalledProcessError where that is not permitted."""
    options = f"size={DISK_BYTES},nr_inodes={DISK_FILES}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def filled(folder: Path, free_bytes: int) -> Iterator[None]:
    """Leave so much room on the small disk, or as much as others leave."""
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        is_filled = False
        while not is_filled:
            disk = os.statvfs(folder)
            with suppress(OSError):
                os.posix_fallocate(file.fileno(), 0, max(1, disk.f_bavail * disk.f_bsize - free_bytes))
                is_filled = True
    yield
    ballast.unlink()


def fill_disk(harness: FaultHarness, random: Random) -> None:
    with filled(harness.shop.folder, random.randrange(BUILD_BYTES)):
        harness.shop.build()


def use_up_files(harness: FaultHarness, random: Random) -> None:
    """Leave room for a few files and links only."""
    folder = harness.shop.folder / "ballast"
    folder.mkdir()
    for number in range(os.statvfs(folder).f_favail - random.randrange(40)):
        (folder / str(number)).touch()
    harness.shop.build()
    shutil.rmtree(folder)


def kill_server(harness: FaultHarness, process: BaseProcess, random: Random) -> None:
    time.sleep(random.uniform(0, 2))
    process.kill()


def fill_disk_of_server(harness: FaultHarness, process: BaseProcess, random: Random) -> None:
    with filled(harness.shop.folder, random.randrange(20_000)):
        time.sleep(1)
    time.sleep(1)


def nearly_fill_disk_of_server(harness: FaultHarness, process: BaseProcess, random: Random) -> None:
    """What is left is for builds: no event takes any of it."""

    def taken() -> int:
        return sum(path.stat().st_size for path in harness.shop.landing.glob("tracked/*"))

    with filled(harness.shop.folder, DISK_BYTES // 20):
        time.sleep(1)
        before = taken()
        time.sleep(1)
        assert taken() == before, "events are taken though the disk is nearly full"
    time.sleep(1)


def cut_an_hour(harness: FaultHarness, process: BaseProcess, random: Random) -> None:
    """What was put together of an hour is damaged, while another file of that hour is to be added to it."""
    folder = harness.shop.landing / "tracked"
    while not folder.exists():
        time.sleep(0.05)
    (folder / "20260306T10.ndjson.gz").write_bytes(gzip.compress(b"{}" * 1000)[: random.randrange(1, 30)])
    (folder / "20260306T101010.000000-0.ndjson").write_text("{}\n", encoding="utf-8")
    time.sleep(2)


def hide_version(harness: FaultHarness, random: Random) -> None:
    """A fault that passes: for some time what was published last cannot be opened."""
    harness.shop.built()
    version = harness.shop.link.resolve()
    aside = version.rename(harness.shop.folder / "aside")
    time.sleep(random.uniform(0, 2))
    aside.rename(version)


def land_long_rows(harness: FaultHarness, random: Random) -> None:
    """Of 900 kB each: half of them no events, the others older than any window that is asked for."""
    rows = [
        event("page_view", "2020-01-01T10:00:00Z", f"{number}", source=f"{number}" + "x" * 900_000)
        if number % 2
        else event("page_view", "2026-03-07T10:00:00Z", f"{number}" + "x" * 900_000)
        for number in range(200)
    ]
    harness.shop.land("long.ndjson", rows)
    harness.shop.built()
    (harness.shop.landing / "long.ndjson").unlink()


FAULTS: dict[str, Fault] = {
    "SIGKILL of an incremental build": kill_incremental_build,
    "SIGKILL of a full build": kill_full_build,
    "SIGKILL once a version is begun": kill_when(has_begun),
    "SIGKILL once a version has its name": kill_when(has_a_name),
    "SIGKILL between the two links": kill_when(is_linked),
    "SIGKILL once Parquet is begun": kill_when(has_parquet),
    "SIGKILL once both links are replaced": kill_when(is_linked_as_parquet),
    "SIGKILL of `make watch`": kill_watcher,
    "SIGKILL of `make erase`": kill_erasure,
    "two builds at once": two_builds_at_once,
    "a published version cut": fault_in_version(cut),
    "a published version emptied": fault_in_version(empty),
    "a published version of noise": fault_in_version(noise),
    "a bit of a published version flipped": fault_in_version(flip_a_bit),
    "a published version of a newer DuckDB": fault_in_version(make_newer),
    "a published version gone": fault_in_version(remove),
    "the link gone": fault_in_link(leave_none),
    "the link of garbage": fault_in_link(leave_garbage),
    "the link dangling": fault_in_link(leave_dangling),
    "the build file cut": fault_in_build_file(cut),
    "the build file emptied": fault_in_build_file(empty),
    "the build file of noise": fault_in_build_file(noise),
    "a bit of the build file flipped": fault_in_build_file(flip_a_bit),
    "a bit of the build file's definition flipped": fault_in_build_file(flip_in("definition")),
    "a bit of the build file's list of files flipped": fault_in_build_file(flip_in("stg_landing__files")),
    "the build file of a newer DuckDB": fault_in_build_file(make_newer),
    "the build file gone": fault_in_build_file(remove),
    "the clock set back": set_clock_back,
    "a landed file that vanishes": fault_in_landed_file(remove),
    "a landed file that shrinks": fault_in_landed_file(cut),
    "a landed file that becomes noise": fault_in_landed_file(noise),
    "a version that cannot be opened for a while": hide_version,
    "200 landed rows of 900 kB": land_long_rows,
}
FAULTS_ON_SMALL_DISK: dict[str, Fault] = {
    "no room on the disk": fill_disk,
    "no room for files on the disk": use_up_files,
}
SERVER_FAULTS: dict[str, ServerFault] = {
    "SIGKILL of a server that takes events": kill_server,
    "a cut hour of a server that takes events": cut_an_hour,
}
SERVER_FAULTS_ON_SMALL_DISK: dict[str, ServerFault] = {
    "no room on the disk of a server that takes events": fill_disk_of_server,
    "a nearly full disk of a server that takes events": nearly_fill_disk_of_server,
}
