"""Some kinds of fault, once each. `make faults` tries all of them many times."""

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from subprocess import CalledProcessError

import pytest

from tests.support.fault_harness import FaultHarness, Outcome
from tests.support.faults import FAULTS, FAULTS_ON_SMALL_DISK, SERVER_FAULTS_ON_SMALL_DISK, small_disk


@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultHarness]:
    """On a small disk, where one may be mounted."""
    folder = tmp_path_factory.mktemp("faults")
    with ExitStack() as stack:
        with suppress(CalledProcessError):
            stack.enter_context(small_disk(folder))
        yield FaultHarness(folder)


@pytest.fixture
def small_harness(harness: FaultHarness) -> FaultHarness:
    if not harness.shop.folder.is_mount():
        pytest.skip("needs the right to mount a small disk")
    return harness


@pytest.mark.parametrize(
    "kind",
    [
        "SIGKILL of an incremental build",
        "SIGKILL between the two links",
        "SIGKILL of `make erase`",
        "a bit of the build file's definition flipped",
        "a bit of the build file's list of files flipped",
        "the clock set back",
        "a landed file that shrinks",
    ],
)
def test_fault_changes_no_response_and_landed_events_count_after_the_next_build(
    harness: FaultHarness, kind: str
) -> None:
    outcome = harness.try_out(FAULTS[kind], seed=1)
    assert outcome == Outcome(answers=outcome.answers)
    assert outcome.answers > 10


@pytest.mark.parametrize("kind", FAULTS_ON_SMALL_DISK)
def test_full_disk_changes_no_response_and_the_next_build_counts_everything(
    small_harness: FaultHarness, kind: str
) -> None:
    outcome = small_harness.try_out(FAULTS_ON_SMALL_DISK[kind], seed=1)
    assert outcome == Outcome(answers=outcome.answers)


@pytest.mark.parametrize("kind", SERVER_FAULTS_ON_SMALL_DISK)
def test_events_accepted_while_the_disk_fills_count_once(small_harness: FaultHarness, kind: str) -> None:
    outcome = small_harness.try_out_tracking(SERVER_FAULTS_ON_SMALL_DISK[kind], seed=1)
    assert outcome == Outcome(answers=outcome.answers)
    assert outcome.answers > 100
