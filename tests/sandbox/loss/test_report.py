from datetime import UTC, datetime, timedelta

import pytest

from sandbox.loss.region import Written
from sandbox.loss.report import Loss, compared

LOST_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
STARTED = LOST_AT - timedelta(seconds=30)


def before(seconds: int, digest: str = "a") -> Written:
    return Written(LOST_AT - timedelta(seconds=seconds), digest)


def test_what_was_written_after_the_last_complete_run_is_the_cost() -> None:
    written = {("lake", "old"): before(60), ("lake", "late"): before(20), ("lake", "x"): before(5)}

    found = compared(written, {("lake", "old"): "a", ("lake", "x"): "a"}, STARTED, LOST_AT)

    assert (found.lost, found.compared, found.rpo_seconds) == (1, 1, 20)
    assert found.digest_one == found.digest_two
    assert found.faults() == []


@pytest.mark.parametrize("held", [{}, {("lake", "old"): "b"}])
def test_an_object_that_should_be_there_and_is_not_is_a_fault(
    held: dict[tuple[str, str], str],
) -> None:
    found = compared({("lake", "old"): before(60)}, held, STARTED, LOST_AT)

    assert found.digest_one != found.digest_two
    assert found.rpo_seconds > found.rpo_bound_seconds
    assert len(found.faults()) == 2


def test_an_object_that_nobody_wrote_is_a_fault_and_one_cut_off_is_none() -> None:
    held = {("lake", "stream/9"): "a", ("lake", "strange"): "a"}

    assert compared({}, held, STARTED, LOST_AT).faults() == ["lake/strange was never written"]


def test_without_loss_it_costs_nothing() -> None:
    found = compared({("a", "b"): before(5)}, {("a", "b"): "a"}, STARTED, LOST_AT)

    assert (found.lost, found.rpo_seconds, found.rpo_bound_seconds) == (0, 0, 30)


def test_what_ended_it_is_a_fault() -> None:
    assert Loss("bank", "1", ended_at="no answer").faults() == ["no answer"]
