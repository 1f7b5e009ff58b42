import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assignment import BUCKETS, Assignment
from app.failure import ConfigurationError

SUBJECTS = [f"subject-{number}" for number in range(10_000)]
HUNDREDTHS = st.integers(0, BUCKETS)


def split(weights: dict[str, float], salt: str = "pepper") -> dict[str, str]:
    assignment = Assignment(weights, salt)
    return {subject: assignment.assign(subject).variant for subject in SUBJECTS}


@pytest.mark.parametrize("salt", ["pepper", "salt", "2026"])
@pytest.mark.parametrize(
    "weights", [{"wide": 80, "deep": 20}, {"wide": 50, "deep": 50}, {"a": 10, "b": 20, "c": 70}]
)
def test_ten_thousand_subjects_split_within_one_and_a_half_points(
    weights: dict[str, float], salt: str
) -> None:
    variants = list(split(weights, salt).values())
    for name, weight in weights.items():
        assert abs(variants.count(name) / 100 - weight) < 1.5


def test_from_80_20_to_70_30_moves_ten_points_and_nobody_else() -> None:
    before, after = split({"wide": 80, "deep": 20}), split({"wide": 70, "deep": 30})
    moved = {(before[one], after[one]) for one in SUBJECTS if before[one] != after[one]}
    assert moved == {("wide", "deep")}
    assert abs(sum(before[one] != after[one] for one in SUBJECTS) / 100 - 10) < 1.5
    # Exactly, over the buckets themselves.
    layouts = [Assignment(w, "x")._layout for w in ({"a": 20, "b": 80}, {"a": 30, "b": 70})]
    assert sum(one != other for one, other in zip(*layouts, strict=True)) == BUCKETS / 10


@given(HUNDREDTHS, HUNDREDTHS, st.text(min_size=1))
def test_a_change_of_two_weights_moves_exactly_its_difference(
    before: int, after: int, salt: str
) -> None:
    layouts = [
        Assignment({"wide": (BUCKETS - share) / 100, "deep": share / 100}, salt)._layout
        for share in (before, after)
    ]
    moved = [pair for pair in zip(*layouts, strict=True) if pair[0] != pair[1]]
    assert len(moved) == abs(after - before)
    assert len(set(moved)) <= 1


@given(st.text(), st.text(min_size=1))
def test_a_subject_keeps_its_variant(subject: str, salt: str) -> None:
    one, two = (Assignment({"wide": 60, "deep": 40}, salt) for _ in range(2))
    assert one.assign(subject) == two.assign(subject) == one.assign(subject)


def test_the_order_in_which_weights_are_written_does_not_matter() -> None:
    assert split({"wide": 80, "deep": 20}) == split({"deep": 20, "wide": 80})


def test_another_salt_is_an_independent_split() -> None:
    one, two = split({"wide": 50, "deep": 50}, "a"), split({"wide": 50, "deep": 50}, "b")
    both = sum(one[subject] == two[subject] for subject in SUBJECTS)
    assert abs(both / 100 - 50) < 2.5


def test_the_pseudonym_tells_subjects_apart_and_hides_the_id() -> None:
    assignment = Assignment({"wide": 100}, "pepper")
    pseudonyms = {assignment.assign(subject).subject for subject in SUBJECTS}
    assert len(pseudonyms) == len(SUBJECTS)
    assert "subject" not in "".join(pseudonyms)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"wide": 80, "deep": 30}, "add up to 110, not to 100"),
        ({}, "add up to 0, not to 100"),
        ({"wide": 120, "deep": -20}, "give 0 to 100"),
        ({"wide": 99.999, "deep": 0.001}, "steps of 0.01"),
        ({"wide": float("nan")}, "not to 100|give 0 to 100"),
        ({"wide": "80"}, "give a number"),
        ({"wide": True}, "give a number"),
    ],
)
def test_weights_that_cannot_be_are_refused(weights: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        Assignment(weights, "pepper")
