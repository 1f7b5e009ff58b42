"""Images go into a real registry over TLS, and their digests into the lock."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from sandbox import mirror as program
from sandbox.faults import SandboxError
from sandbox.images import Architecture, Built, Image
from sandbox.images.architecture import EVERY, require_runnable
from sandbox.mirror import mirror
from tests.components.apps.certificates import LoopbackAuthority
from tests.components.apps.token_service import image
from tests.components.apps.toolchain import answers, binary, free_port, running

LOCK = """# A comment that stays.
images:
  serving:
    digest: null
    build: {context: workloads/serving}
    architectures: [x86_64, arm64]
  torch:
    digest: null
    build: {context: workloads/training/torch, deployed: false}
  training:
    build: {context: workloads/training, base: torch}
    digest: sha256:%s
  add-on:
    # Not built here.
    digest: null
    origin: %s
"""
OLD = "0" * 63 + "1"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry of the user's own, which asks for no login; its host and port."""
    folder = tmp_path_factory.mktemp("registry")
    authority = LoopbackAuthority().issue(folder / "tls")
    host = f"localhost:{free_port()}"
    config = {
        "version": 0.1,
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {
            "addr": host,
            "tls": {
                "certificate": str(folder / "tls/tls.crt"),
                "key": str(folder / "tls/tls.key"),
            },
        },
    }
    (folder / "config.yml").write_text(json.dumps(config))
    with (
        running(
            [binary("registry"), "serve", str(folder / "config.yml")],
            folder / "log",
            answers(f"https://{host}/v2/", authority),
            environment={"OTEL_TRACES_EXPORTER": "none"},
        ),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("SSL_CERT_FILE", str(authority))
        yield host


BOTH = tuple(EVERY.values())


@pytest.fixture
def built(tmp_path, monkeypatch) -> dict[tuple[str, str], Built]:
    """What a build would give, by name and processor, without building."""
    declared = [
        Image("serving", tmp_path, architectures=BOTH),
        Image("torch", tmp_path, deployed=False),
        Image("training", tmp_path),
    ]
    made = {}
    for one in declared:
        for architecture in one.architectures:
            layout = tmp_path / f"{one.name}-{architecture.name}"
            layout.mkdir()
            digest = image.make(layout, one.name.encode(), architecture.short)
            made[one.name, architecture.name] = Built(one, digest, layout)

    def build_all(
        wanted: list[Image], _step: object, *, architecture: Architecture, prune_others: bool
    ) -> dict[str, Built]:
        # Of its own processor, the sandbox on this machine still needs the node's images.
        assert prune_others is not architecture.native
        return {one.name: made[one.name, architecture.name] for one in wanted}

    monkeypatch.setattr(program, "images", lambda **_: declared)
    monkeypatch.setattr(program, "build_all", build_all)
    monkeypatch.setattr(program, "require_runnable", lambda _: None)
    return made


def skopeo(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["skopeo", "--insecure-policy", *words], capture_output=True, text=True, check=False
    )


@pytest.fixture
def origin(registry, tmp_path) -> str:
    """An image that stands in somebody else's repository."""
    layout = tmp_path / "add-on"
    layout.mkdir()
    digest = image.make(layout, b"add-on")
    pushed = skopeo("copy", f"oci:{layout}", f"docker://{registry}/vendor/add-on:1")
    assert pushed.returncode == 0, pushed.stderr
    return f"{registry}/vendor/add-on@{digest}"


@pytest.fixture
def lock(tmp_path, origin) -> Path:
    path = tmp_path / "images.lock"
    path.write_text(LOCK % (OLD, origin))
    return Path(path)


def digests(lock: Path) -> dict[str, str | None]:
    return {name: one["digest"] for name, one in yaml.safe_load(lock.read_text())["images"].items()}


def test_every_image_can_be_pulled_by_the_digest_in_the_lock(
    registry, built, origin, lock, monkeypatch, capsys
):
    monkeypatch.setenv("MIZAN_REGISTRY", registry)

    mirror("local", lock)

    expected = {
        "serving": digests(lock)["serving"],  # of an index: the next test reads it
        "torch": None,
        "training": built["training", "x86_64"].digest,
        "add-on": origin.partition("@")[2],
    }
    assert digests(lock) == expected
    for name, digest in expected.items():
        reference = f"docker://{registry}/mizan/{name}"
        looked = skopeo("inspect", "--raw", f"{reference}@{digest}" if digest else reference)
        assert (looked.returncode == 0) == bool(digest), looked.stderr
    filled = lock.read_text()
    assert "# A comment that stays." in filled
    assert "    # Not built here.\n" in filled
    assert "registry.artifacts.svc.cluster.local:5000/mizan/<name>@" in capsys.readouterr().out

    mirror("local", lock)
    assert lock.read_text() == filled


def test_a_new_release_moves_no_tag_of_the_old_one(
    registry, built, origin, lock, tmp_path, monkeypatch
):
    monkeypatch.setenv("MIZAN_REGISTRY", registry)
    mirror("local", lock)
    for one in BOTH:
        layout = tmp_path / f"new-{one.name}"
        layout.mkdir()
        digest = image.make(layout, b"serving, the next release", one.short)
        built["serving", one.name] = Built(built["serving", one.name].image, digest, layout)
    tags = f"docker://{registry}/mizan/serving"
    before = json.loads(skopeo("list-tags", tags).stdout)["Tags"]
    moving = skopeo("inspect", "--raw", f"{tags}:{before[0]}").stdout

    mirror("local", lock)

    after = json.loads(skopeo("list-tags", tags).stdout)["Tags"]
    assert len(set(after) - set(before)) == 1
    assert skopeo("inspect", "--raw", f"{tags}:{before[0]}").stdout == moving


def test_one_digest_gives_each_machine_the_image_for_its_processor(
    registry, built, lock, monkeypatch, tmp_path
):
    monkeypatch.setenv("MIZAN_REGISTRY", registry)

    mirror("local", lock)

    reference = f"docker://{registry}/mizan/serving@{digests(lock)['serving']}"
    index = json.loads(skopeo("inspect", "--raw", reference).stdout)
    assert {one["platform"]["architecture"]: one["digest"] for one in index["manifests"]} == {
        one.short: built["serving", one.name].digest for one in BOTH
    }
    for one in BOTH:
        pulled = tmp_path / f"pulled-{one.name}"
        done = skopeo("--override-arch", one.short, "copy", reference, f"oci:{pulled}")
        assert done.returncode == 0, done.stderr
        (manifest,) = json.loads((pulled / "index.json").read_text())["manifests"]
        assert manifest["digest"] == built["serving", one.name].digest


def test_without_an_emulator_nothing_is_begun(lock, monkeypatch, tmp_path):
    def require(wanted: Architecture) -> None:
        require_runnable(wanted, tmp_path)

    monkeypatch.setenv("MIZAN_REGISTRY", "localhost:1")
    monkeypatch.setattr(program, "require_runnable", require)
    monkeypatch.setattr(program, "build_all", lambda *_, **__: pytest.fail("built"))
    (foreign,) = [one for one in BOTH if not one.native]

    with pytest.raises(SandboxError, match=rf"no programs of {foreign.name}.*qemu-user-static"):
        mirror("local", lock)


def test_a_registry_that_nobody_vouches_for_gets_nothing(registry, built, lock, monkeypatch):
    monkeypatch.setenv("MIZAN_REGISTRY", registry)
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)
    before = lock.read_text()

    with pytest.raises(SandboxError, match=r"certificate.*SSL_CERT_FILE"):
        mirror("local", lock)

    assert lock.read_text() == before


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("", r"No registry was given.*make mirror REGISTRY=host:port.*registry\.artifacts"),
        ("https://host/path", "'https://host/path' is no registry"),
    ],
)
def test_without_a_registry_it_says_what_to_give(monkeypatch, given, told):
    monkeypatch.setenv("MIZAN_REGISTRY", given)

    with pytest.raises(SandboxError, match=told):
        mirror("local")


def test_a_registry_that_does_not_answer_is_named_before_anything_is_built(lock, monkeypatch):
    monkeypatch.setattr(program, "build_all", lambda *_, **__: pytest.fail("built"))
    monkeypatch.setattr(program, "require_runnable", lambda _: None)
    absent = f"localhost:{free_port()}"
    monkeypatch.setenv("MIZAN_REGISTRY", absent)

    with pytest.raises(SandboxError, match=f"{absent} does not answer: Connection refused"):
        mirror("local", lock)


@pytest.mark.parametrize("given", ["origin: vendor.example/add-on:1.2", "note: nothing"])
def test_an_image_that_is_not_fixed_is_refused(tmp_path, monkeypatch, given):
    monkeypatch.setenv("MIZAN_REGISTRY", "localhost:1")
    lock = tmp_path / "images.lock"
    lock.write_text(f"images:\n  add-on:\n    digest: null\n    {given}\n")

    with pytest.raises(SandboxError, match=r"add-on: its origin is .*@sha256:<digest>"):
        mirror("local", lock)


def test_a_lock_in_another_shape_is_not_half_filled(tmp_path):
    lock = tmp_path / "images.lock"
    text = "images:\n  a:\n    digest: null\n  b: {digest: null}\n"
    lock.write_text(text)

    with pytest.raises(SandboxError, match="b has no line `digest:`"):
        program._fill(lock, {"a": "sha256:1", "b": "sha256:2"})

    assert lock.read_text() == text


def test_the_committed_lock_has_a_line_for_every_digest(tmp_path):
    lock = tmp_path / "images.lock"
    lock.write_text(program.LOCK.read_text())
    given = {name: f"sha256:{number:064d}" for number, name in enumerate(digests(lock))}

    program._fill(lock, given)

    assert digests(lock) == given
