"""Some kinds of fault, once each; `make faults` tries all of them many times."""

import pytest

from tests.faults import HARMS, Grounds, Outcome


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Grounds:
    return Grounds(tmp_path_factory.mktemp("faults"))


@pytest.mark.parametrize(
    "kind",
    [
        "SIGKILL of an incremental build",
        "SIGKILL between the two links",
        "a published version of noise",
        "the link of garbage",
        "the build file cut",
        "the clock set back",
        "a landed file that shrinks",
    ],
)
def test_a_fault_changes_no_answer_and_what_was_landed_counts_after_the_next_build(
    grounds: Grounds, kind: str
) -> None:
    outcome = grounds.try_out(HARMS[kind], seed=1)
    assert outcome == Outcome(answers=outcome.answers)
    assert outcome.answers > 10
