"""What is built for which processor, and one image over several of them."""

import json
from pathlib import Path

import pytest

from sandbox.faults import SandboxError
from sandbox.images import catalogue, images, joined
from sandbox.images.architecture import DEFAULT, EVERY, native, require_runnable
from sandbox.toolchain import OBJECT_STORE, is_built
from stacks.images import BUILT_FOR
from tests.components.apps.token_service import image

ARM = EVERY["arm64"]
REGISTERED = "enabled\ninterpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P\nflags: {}\n"


@pytest.fixture
def on_x86(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")


def test_this_machine_builds_for_itself_without_an_emulator(on_x86: None, tmp_path: Path) -> None:
    assert native() is EVERY["x86_64"]
    require_runnable(native(), tmp_path)


@pytest.mark.parametrize("told", [None, REGISTERED.format("P"), "disabled\nflags: PF\n"])
def test_another_processor_needs_an_emulator_that_images_roots_see(
    on_x86: None, tmp_path: Path, told: str | None
) -> None:
    if told:
        (tmp_path / "qemu-aarch64").write_text(told)

    with pytest.raises(SandboxError, match=r"arm64.*qemu-aarch64.*apt-get install qemu-user"):
        require_runnable(ARM, tmp_path)


def test_with_an_emulator_it_builds(on_x86: None, tmp_path: Path) -> None:
    (tmp_path / "qemu-aarch64").write_text(REGISTERED.format("PF"))

    require_runnable(ARM, tmp_path)


def test_the_committed_lock_names_the_processors_of_each_image() -> None:
    found = {one.name: [each.name for each in one.architectures] for one in images(cloud=True)}
    assert found["serving"] == ["x86_64", "arm64"]
    assert found["torch"] == found["training"] == ["x86_64"]
    assert DEFAULT == BUILT_FOR


def test_brokers_are_built_for_whoever_has_topics_and_for_nobody_else() -> None:
    brokers = {"kafka", "kafka-setup"}
    assert brokers <= {one.name for one in images(sections={"streaming"})}
    assert not brokers & {one.name for one in images(cloud=True)}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("[x86_64, riscv64]", r"serving: its architectures are x86_64, riscv64; known are x86_64"),
        ("[]", "serving: its architectures are none"),
    ],
)
def test_a_processor_that_is_not_known_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, told: str
) -> None:
    lock = tmp_path / "images.lock"
    lock.write_text(
        "images:\n  serving:\n    build: {context: workloads/serving}\n"
        f"    architectures: {given}\n"
    )
    monkeypatch.setattr(catalogue, "LOCK", lock)

    with pytest.raises(SandboxError, match=told):
        images()


def test_an_image_is_built_for_no_more_than_its_base(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "images.lock"
    text = catalogue.LOCK.read_text()
    base = "base: torch}\n"
    assert base in text
    lock.write_text(text.replace(base, f"{base}    architectures: [x86_64, arm64]\n"))
    monkeypatch.setattr(catalogue, "LOCK", lock)

    with pytest.raises(SandboxError, match=r"training is to be built for more .* than torch"):
        images()


def test_programs_for_another_processor_lie_apart() -> None:
    assert not is_built(OBJECT_STORE, "s390x")


def test_an_index_is_the_same_whenever_it_is_made(tmp_path: Path) -> None:
    layouts = []
    for one in EVERY.values():
        layouts.append(tmp_path / one.name)
        layouts[-1].mkdir()
        image.make(layouts[-1], b"the same in both", one.short)

    digests = {joined(layouts, tmp_path / name) for name in ("first", "second")}

    (digest,) = digests
    index = json.loads((tmp_path / "first/blobs/sha256" / digest[7:]).read_text())
    assert [one["platform"] for one in index["manifests"]] == [
        {"architecture": "amd64", "os": "linux"},
        {"architecture": "arm64", "os": "linux"},
    ]
    # The layer that both share, two configurations, two manifests and the index.
    assert len(list((tmp_path / "first/blobs/sha256").iterdir())) == 6
