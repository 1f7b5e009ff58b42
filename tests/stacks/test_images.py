import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest

from stacks import images
from stacks.images import ABSENT_DIGEST, COMMITTED_LOCK, LOCK_VARIABLE, Images, load_images
from tests.support.engine import build

HOST = "registry.example:5000"
DIGEST = f"sha256:{'a' * 64}"

Lock = Callable[[Any], Path]


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lock:
    """Writes a lock and makes it the one that the program reads."""

    def write(content: Any) -> Path:
        path = tmp_path / "images.lock"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        monkeypatch.setenv(LOCK_VARIABLE, str(path))
        return path

    return write


def loaded(*, preview: bool = True, fixed: dict[str, str] | None = None) -> tuple[Images, Any]:
    """The images as a program sees them, and what else it did."""
    found: list[Images] = []
    plan = build(
        "any", preview=preview, program=lambda: found.append(load_images(HOST, fixed or {}))
    )
    return found[0], plan


def referred(name: str, *, preview: bool) -> str:
    found: list[str] = []
    build(
        "any",
        preview=preview,
        program=lambda: found.append(load_images(HOST, {}).reference(name)),
    )
    return found[0]


def test_a_name_becomes_a_digest_in_the_environments_registry(lock: Lock) -> None:
    lock({"images": {"serving": {"digest": DIGEST, "source": "abc"}}})

    found, plan = loaded(preview=False)

    assert found.reference("serving") == f"{HOST}/mizan/serving@{DIGEST}"
    assert found.source("serving") == "abc"
    assert plan.warnings == []


def test_yaml_is_read_too_and_a_digest_stands_for_an_absent_source(lock: Lock) -> None:
    lock(f"images:\n  serving: {{digest: '{DIGEST}'}}\n")

    assert loaded()[0].source("serving") == DIGEST


def test_a_plan_warns_once_and_shows_zeros_for_a_digest_that_is_absent(lock: Lock) -> None:
    lock({"images": {"a": {"digest": None}, "b": {}, "c": {"digest": DIGEST}}})

    found, plan = loaded()

    assert found.reference("a") == f"{HOST}/mizan/a@{ABSENT_DIGEST}"
    (warning,) = plan.warnings
    assert "a, b" in warning
    assert "make mirror" in warning


def test_a_deployment_refuses_an_image_without_a_digest(lock: Lock) -> None:
    lock({"images": {"a": {"digest": None}}})

    with pytest.raises(pulumi.RunError, match=r"'a' has no digest.*make up.*make mirror"):
        referred("a", preview=False)


def test_an_unknown_name_is_refused(lock: Lock) -> None:
    lock({"images": {"a": {"digest": DIGEST}}})

    with pytest.raises(pulumi.RunError, match=r"no image 'b'.*it knows a"):
        referred("b", preview=True)


def test_the_environment_may_fix_an_image(lock: Lock) -> None:
    lock({"images": {"a": {"digest": None}}})
    reference = f"{HOST}/mizan/a@{DIGEST}"

    found, plan = loaded(fixed={"a": reference})

    assert found.reference("a") == reference
    assert plan.warnings == []


def test_the_environment_cannot_fix_an_image_that_nobody_runs(lock: Lock) -> None:
    lock({"images": {"a": {"digest": DIGEST}}})

    with pytest.raises(pulumi.RunError, match="fixes an image 'b'"):
        loaded(fixed={"b": f"{HOST}/mizan/b@{DIGEST}"})


@pytest.mark.parametrize("digest", ["latest", "sha256:abc", ABSENT_DIGEST, 7, f"sha512:{'a' * 64}"])
def test_a_digest_that_is_none_is_refused(lock: Lock, digest: object) -> None:
    lock({"images": {"a": {"digest": digest}}})

    with pytest.raises(pulumi.RunError, match="which is none"):
        loaded()


@pytest.mark.parametrize(
    "content", ["", "[]", "images: []", "images: {a: b}", "{", "images: {1: {}}"]
)
def test_what_is_no_lock_is_refused(lock: Lock, content: str) -> None:
    lock(content)

    with pytest.raises(pulumi.RunError, match="under `images`"):
        loaded()


def test_a_lock_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LOCK_VARIABLE, "nowhere.lock")

    with pytest.raises(pulumi.RunError, match=r"nowhere\.lock.*cannot be read: No such file"):
        loaded()


def test_layers_that_others_are_built_from_are_not_deployed(lock: Lock) -> None:
    lock({"images": {"torch": {"build": {"deployed": False}}, "a": {"digest": DIGEST}}})

    assert loaded()[0].repositories() == ["mizan/a"]


def test_digests_are_known_by_the_repository_that_holds_them(lock: Lock) -> None:
    lock({"images": {"a": {"digest": DIGEST}, "b": {"digest": None}, "c": {"digest": None}}})

    found, _ = loaded(fixed={"c": f"{HOST}/other/c@{DIGEST}"})

    assert found.by_repository() == {"mizan/a": DIGEST, "mizan/b": None, "other/c": DIGEST}


def test_the_committed_lock_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(LOCK_VARIABLE, raising=False)

    found, _ = loaded()

    assert COMMITTED_LOCK.name == "images.lock"
    assert {"issuer", "registry", "token-service", "serving"} <= set(found.digests)
    assert found.lock == images.COMMITTED_LOCK.name
