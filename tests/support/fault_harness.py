"""Puts a shop through faults: while it is asked, something happens to it, and then it is built once more.

The faults are in `tests/support/faults.py`. `tests/faults/test_faults.py` tries some of them once, and
`make faults` all of them many times.
"""

import itertools
import json
import re
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from threading import Event, Thread

import httpx

from tests.support.shop import DASHBOARD, TRACK, Server, Shop, authorized, event

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
STATUS_FILES = {"last_build.json", "watcher.json"}
EXPECTED_FILES = {"build.duckdb", "current.duckdb", "erased", "key", "parquet", "versions", *STATUS_FILES}
SENDERS = 4
REPEATED = 5_000


@dataclass
class Outcome:
    """The outcome of one try: how many answers there were, and what was wrong, in words.

    lost: events that should count in the end and do not. wrong: answers that are none, or of no version.
    inconsistent: answers that are partly of one version and partly of another. leftovers: what stays.
    """

    answers: int = 0
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    inconsistent: list[str] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)


class Asking:
    """Asks a server again and again, each time at another second, so that no answer is a cached one."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.answers: list[tuple[int, str]] = []
        self.enough = Event()
        self.thread = Thread(target=self.ask)

    def ask(self) -> None:
        with httpx.Client(base_url=self.server.client.base_url, headers=authorized(), timeout=30) as client:
            while not self.enough.wait(0.2):
                self.server.now = NOW + timedelta(seconds=len(self.answers) % 3000)
                try:
                    response = client.get(DASHBOARD)
                except httpx.HTTPError as error:
                    self.answers.append((0, repr(error)))
                else:
                    self.answers.append((response.status_code, response.text))

    def __enter__(self) -> "Asking":
        self.thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.enough.set()
        self.thread.join()


class FaultHarness:
    """A shop that is reset before each try to the state before its last file was built.

    before, after: what it answers without and with that file.
    """

    def __init__(self, folder: Path) -> None:
        self.shop = shop = Shop(folder)
        self.saved = folder / "saved"
        random = Random(1)
        instants = (NOW - timedelta(days=1, seconds=random.randrange(86_400)) for _ in range(3000))
        kinds = ("product_view", "add_to_cart", "begin_checkout", "purchase")
        shop.land(
            "before.ndjson",
            (
                event(random.choice(kinds), at.isoformat(), f"{number % 500}", product_slug="p", price=number)
                for number, at in enumerate(instants)
            ),
        )
        self.before = self.answer()
        shutil.copytree(shop.warehouse, self.saved, symlinks=True)
        self.land_last()
        self.after = self.answer()

    def answer(self) -> str:
        with self.shop.built().serving(NOW) as server:
            return server.get().text

    def land_last(self) -> None:
        """A file of one purchase, however little of it is read, and however often."""
        last = event("purchase", "2026-03-07T10:00:00Z", "last", idempotency_key="last", price=1)
        unfinished = self.shop.folder / "last"
        unfinished.write_text(f"{json.dumps(last)}\n" * REPEATED, encoding="utf-8")
        unfinished.rename(self.last)

    @property
    def last(self) -> Path:
        return self.shop.landing / "last.ndjson"

    def reset(self) -> None:
        self.last.unlink(missing_ok=True)
        shutil.rmtree(self.shop.landing / "tracked", ignore_errors=True)
        for path in self.shop.warehouse.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        shutil.copytree(self.saved, self.shop.warehouse, symlinks=True, dirs_exist_ok=True)

    def try_out(self, fault: "Fault", seed: int) -> Outcome:
        self.reset()
        outcome = Outcome()
        with self.shop.serving(NOW) as server, Asking(server) as asking:
            self.land_last()
            fault(self, Random(seed))
            outcome.leftovers += self.recover()
            server.follows()
            count = len(asking.answers)
            while len(asking.answers) < count + 2:
                time.sleep(0.01)
        outcome.answers = len(asking.answers)
        if asking.answers[-1] != (200, self.after):
            outcome.lost.append(asking.answers[-1][1])
        for status, body in set(asking.answers) - {(200, self.before), (200, self.after)}:
            (outcome.inconsistent if status == 200 and self.is_inconsistent(body) else outcome.wrong).append(
                body
            )
        outcome.leftovers += self.find_leftovers()
        return outcome

    def try_out_tracking(self, fault: "ServerFault", seed: int) -> Outcome:
        """The same for events that are posted meanwhile: each that was answered with 202 counts once."""
        self.reset()
        outcome = Outcome()
        with self.shop.tracking() as (process, client), ThreadPoolExecutor(SENDERS) as senders:
            enough = Event()
            sending = [senders.submit(send, client, f"{number}", enough) for number in range(SENDERS)]
            try:
                time.sleep(0.1)
                fault(self, process, Random(seed))
            finally:
                enough.set()
            answers = dict(answer for sender in sending for answer in sender.result())
        with self.shop.tracking():
            pass
        outcome.leftovers += self.recover()
        with self.shop.build_database() as build:
            counted = dict(build.sql("select session_id, count(*) from int_events group by 1").fetchall())
        outcome.answers = len(answers)
        for key, status in answers.items():
            if status not in (202, 503):
                outcome.wrong.append(f"{status} for {key}")
            if status == 202 and counted.get(key, 0) != 1:
                outcome.lost.append(f"{key} counts {counted.get(key, 0)} times")
        outcome.leftovers += [
            str(path) for path in self.shop.landing.glob("tracked/.*")
        ] + self.find_leftovers()
        return outcome

    def recover(self) -> list[str]:
        """Build again, and do what that says; what it says where that is of no use."""
        result = self.shop.build()
        if result.returncode:
            told = re.search(r"[Rr]emove (\S+) ", result.stdout)
            if not told:
                return [result.stdout]
            (self.shop.root / told[1]).unlink()
            result = self.shop.build()
        return [result.stdout] if result.returncode else []

    def is_inconsistent(self, body: str) -> bool:
        before, after = json.loads(self.before), json.loads(self.after)
        return all(value in (before[name], after[name]) for name, value in json.loads(body).items())

    def find_leftovers(self) -> list[str]:
        names = {path.name for path in self.shop.warehouse.iterdir()}
        versions = {path.name for path in (self.shop.warehouse / "versions").iterdir()}
        whole = {f"{name}.duckdb" for name in versions} | {name.removesuffix(".duckdb") for name in versions}
        folder = (self.shop.warehouse / "parquet").readlink().name
        other = set() if folder == self.shop.link.readlink().stem else {f"Parquet of {folder}"}
        return sorted(names - EXPECTED_FILES) + sorted(versions - whole) + sorted(other)


Fault = Callable[[FaultHarness, Random], None]
ServerFault = Callable[[FaultHarness, BaseProcess, Random], None]


def send(client: httpx.Client, sender: str, enough: Event) -> list[tuple[str, int]]:
    """Post events until told or nobody answers; the session of each and the status of its answer."""
    answers = []
    for number in itertools.takewhile(lambda _: not enough.wait(0.005), itertools.count()):
        key = f"{sender}-{number}"
        sent = event("page_view", "2026-03-07T10:00:00Z", key, idempotency_key=key)
        try:
            answers.append((key, client.post(TRACK, json=sent).status_code))
        except httpx.TransportError:
            break
    return answers
