"""Receipts of previews: what an update may differ in from its preview, and what it may not."""

import json
from pathlib import Path
from typing import Any

import pytest

from policies import previews
from policies.judging import Declared, Finding
from policies.previews import FRESH_SECONDS, Previews
from policies.reading import UNKNOWN

STACK = ("organization", "mizan", "trial")


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def declared(
    props: Any, *, name: str = "x", provider: Any = None, type_: str = "a:b/c:D"
) -> Declared:
    return Declared(
        type=type_,
        urn=f"urn:pulumi:trial::mizan::{type_}::{name}",
        name=name,
        props=props,
        provider_type="pulumi:providers:a",
        provider_props={} if provider is None else provider,
    )


def previewed(folder: Path, clock: Clock, *resources: Declared, sound: bool = True) -> None:
    run = Previews(folder, clock)
    run.begin(*STACK, dry_run=True)
    for resource in resources:
        assert list(run.judge(resource)) == []
    if sound:
        run.passed()
    else:
        run.failed()


def updated(folder: Path, clock: Clock, *resources: Declared) -> list[Finding]:
    run = Previews(folder, clock)
    run.begin(*STACK, dry_run=False)
    return [finding for resource in resources for finding in run.judge(resource)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": 1, "b": ["x"]}, {"a": 1, "b": ["x"]}),
        ({"a": UNKNOWN}, {"a": "anything"}),
        ({"a": UNKNOWN}, {"a": {"b": ["c"]}}),
        ({"a": UNKNOWN}, {}),
        ({"a": {"b": UNKNOWN}}, {"a": {}}),
        ({"a": ["x", UNKNOWN]}, {"a": ["x", "y"]}),
        ({"a": None}, {}),
        ({"name": "lake-1a2b3c4"}, {"name": "lake-5d6e7f8"}),
        ({"name": "x", "__defaults": ["name"]}, {"name": "y", "__defaults": ["name"]}),
    ],
)
def test_an_update_of_what_was_previewed_passes(
    tmp_path: Path, clock: Clock, before: Any, after: Any
) -> None:
    previewed(tmp_path, clock, declared(before))

    assert updated(tmp_path, clock, declared(after)) == []


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ({"a": 1}, {"a": 2}, "a"),
        ({"a": 1}, {"a": True}, "a"),
        ({"a": "x"}, {}, "a"),
        ({}, {"a": "x"}, "a"),
        ({"a": ["x"]}, {"a": ["x", "y"]}, "a[1]"),
        ({"a": UNKNOWN}, {"a": "x", "ab": "y"}, "ab"),
        ({"a": {"b": UNKNOWN, "c": 1}}, {"a": {"b": 1, "c": 2}}, "a.c"),
        ({"a": f"x@sha256:{'1' * 64}"}, {"a": f"x@sha256:{'2' * 64}"}, "a"),
    ],
)
def test_an_update_of_anything_else_is_refused_where_it_differs(
    tmp_path: Path, clock: Clock, before: Any, after: Any, path: str
) -> None:
    previewed(tmp_path, clock, declared(before))

    (finding,) = updated(tmp_path, clock, declared(after))

    assert finding.path == path


def test_a_provider_that_could_not_be_asked_at_preview_may_add_but_not_change(
    tmp_path: Path, clock: Clock
) -> None:
    late = {"kubeconfig": UNKNOWN}
    for given, expected in (
        ({"a": "x", "metadata": {"name": "x-1a2b3c4"}}, []),
        ({"a": "y", "metadata": {"name": "x-1a2b3c4"}}, ["a"]),
    ):
        previewed(tmp_path, clock, declared({"a": "x"}, provider=late))
        found = updated(tmp_path, clock, declared(given, provider={"kubeconfig": "k"}))

        assert [finding.path for finding in found] == expected


def test_another_resource_is_refused(tmp_path: Path, clock: Clock) -> None:
    for other in (declared({}, name="y"), declared({}, type_="a:b/c:E")):
        previewed(tmp_path, clock, declared({}))

        (finding,) = updated(tmp_path, clock, other)
        assert (finding.path, finding.given) == ("type", other.type)


def test_a_receipt_is_used_once(tmp_path: Path, clock: Clock) -> None:
    previewed(tmp_path, clock, declared({}))

    assert updated(tmp_path, clock, declared({})) == []
    (finding,) = updated(tmp_path, clock, declared({}))
    assert finding.given == "an update without a preview of its own"


@pytest.mark.parametrize("seconds", [FRESH_SECONDS + 1, -1])
def test_a_receipt_is_used_soon(tmp_path: Path, clock: Clock, seconds: float) -> None:
    previewed(tmp_path, clock, declared({}))
    clock.now += seconds

    (finding,) = updated(tmp_path, clock, declared({}))
    assert finding.given == "an update long after its preview"


def test_a_preview_that_found_something_leaves_none(tmp_path: Path, clock: Clock) -> None:
    previewed(tmp_path, clock, declared({}))
    previewed(tmp_path, clock, declared({}), sound=False)

    assert updated(tmp_path, clock, declared({}))


def test_a_receipt_of_another_law_is_refused(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    previewed(tmp_path, clock, declared({}))
    monkeypatch.setattr(previews, "law", lambda: "another")

    (finding,) = updated(tmp_path, clock, declared({}))
    assert finding.given == "a preview by another law"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"at": "x", "salt": "", "resources": {}}'])
def test_a_receipt_that_cannot_be_read_is_refused(tmp_path: Path, clock: Clock, text: str) -> None:
    previewed(tmp_path, clock, declared({}))
    (file,) = tmp_path.iterdir()
    file.write_text(text, encoding="utf-8")

    (finding,) = updated(tmp_path, clock, declared({}))
    assert "cannot be read" in finding.given


def test_a_receipt_holds_no_value_and_is_for_its_owner_alone(tmp_path: Path, clock: Clock) -> None:
    previewed(tmp_path, clock, declared({"password": "swordfish"}))

    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert "swordfish" not in file.read_text(encoding="utf-8")
    assert (
        "password"
        in json.loads(file.read_text(encoding="utf-8"))["resources"][declared({}).urn]["known"]
    )


def test_an_analysis_of_what_is_there_asks_for_no_preview(tmp_path: Path, clock: Clock) -> None:
    run = Previews(tmp_path, clock)

    assert list(run.judge(declared({}))) == []
    run.passed()
    assert list(tmp_path.iterdir()) == []


def test_the_law_is_everything_that_is_judged_by(tmp_path: Path) -> None:
    file = tmp_path / "waivers" / "a.yaml"
    file.parent.mkdir()
    file.write_text("a", encoding="utf-8")
    before = previews.law(tmp_path)
    file.write_text("b", encoding="utf-8")

    assert previews.law(tmp_path) != before
