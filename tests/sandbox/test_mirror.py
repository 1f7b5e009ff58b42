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
from sandbox.images import Built, Image
from sandbox.mirror import mirror
from tests.components.apps.certificates import LoopbackAuthority
from tests.components.apps.token_service import image
from tests.components.apps.toolchain import answers, binary, free_port, running

LOCK = """# A comment that stays.
images:
  serving:
    digest: null
    build: {context: workloads/serving}
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


@pytest.fixture
def built(tmp_path, monkeypatch) -> dict[str, Built]:
    """What a build would give, without building."""
    made = {}
    for name in ("serving", "torch", "training"):
        layout = tmp_path / name
        layout.mkdir()
        digest = image.make(layout, name.encode())
        made[name] = Built(Image(name, tmp_path, deployed=name != "torch"), digest, layout)

    def build_all(_images, _step, *, prune_others: bool) -> dict[str, Built]:
        assert not prune_others  # the sandbox on this machine still needs the node's images
        return made

    monkeypatch.setattr(program, "build_all", build_all)
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
        "serving": built["serving"].digest,
        "torch": None,
        "training": built["training"].digest,
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
    layout = tmp_path / "new"
    layout.mkdir()
    digest = image.make(layout, b"serving, the next release")
    built["serving"] = Built(built["serving"].image, digest, layout)
    tags = f"docker://{registry}/mizan/serving"
    before = json.loads(skopeo("list-tags", tags).stdout)["Tags"]
    moving = skopeo("inspect", "--raw", f"{tags}:{before[0]}").stdout

    mirror("local", lock)

    after = json.loads(skopeo("list-tags", tags).stdout)["Tags"]
    assert len(set(after) - set(before)) == 1
    assert skopeo("inspect", "--raw", f"{tags}:{before[0]}").stdout == moving


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
