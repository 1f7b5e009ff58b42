"""Push and pull with real rights: the registry, the token service and skopeo."""

import ssl
import time
from pathlib import Path

import pytest

from tests.components.apps.token_service.conftest import Registry
from tests.components.apps.token_service.image import make, skopeo


@pytest.fixture(scope="module")
def digest(registry: Registry) -> str:
    """An image that the pusher has pushed."""
    layout = registry.folder / "image"
    layout.mkdir()
    made = make(layout, b"a model server")
    pushed = skopeo(
        registry, "pusher", "push", f"oci:{layout}", f"docker://{registry.host}/mizan/serving:1"
    )
    assert pushed.returncode == 0, pushed.stderr
    return made


def test_what_was_pushed_is_pulled_by_digest(
    registry: Registry, digest: str, tmp_path: Path
) -> None:
    pulled = skopeo(
        registry,
        "puller",
        "pull",
        f"docker://{registry.host}/mizan/serving@{digest}",
        f"oci:{tmp_path}/pulled",
    )
    assert pulled.returncode == 0, pulled.stderr
    assert (tmp_path / "pulled/blobs/sha256" / digest.removeprefix("sha256:")).is_file()


def test_who_may_pull_may_not_push(registry: Registry, digest: str) -> None:
    layout = registry.folder / "image"
    target = f"docker://{registry.host}/mizan/serving:stolen"
    pushed = skopeo(registry, "puller", "push", f"oci:{layout}", target)
    assert pushed.returncode != 0
    assert "denied" in pushed.stderr or "unauthorized" in pushed.stderr
    looked = skopeo(registry, "puller", "inspect", target)
    assert "manifest unknown" in looked.stderr


@pytest.mark.parametrize("user", [None, "stranger"])
def test_nobody_else_pulls(
    registry: Registry, digest: str, tmp_path: Path, user: str | None
) -> None:
    pulled = skopeo(
        registry,
        user,
        "pull",
        f"docker://{registry.host}/mizan/serving@{digest}",
        f"oci:{tmp_path}/pulled",
    )
    assert pulled.returncode != 0
    assert not (tmp_path / "pulled/index.json").exists()


def test_a_repository_that_is_not_declared_is_closed_to_all(registry: Registry) -> None:
    layout = registry.folder / "image"
    target = f"docker://{registry.host}/somebody/else:1"
    assert skopeo(registry, "pusher", "push", f"oci:{layout}", target).returncode != 0


def test_nothing_is_deleted(registry: Registry, digest: str) -> None:
    reference = f"docker://{registry.host}/mizan/serving@{digest}"
    assert skopeo(registry, "pusher", "delete", reference).returncode != 0
    assert skopeo(registry, "puller", "inspect", reference).returncode == 0


def test_renewed_keys_and_certificates_are_taken_up_without_a_new_pod(
    registry: Registry, digest: str
) -> None:
    before = {port: ssl.get_server_certificate(("localhost", port)) for port in ports(registry)}
    registry.new_token_key()
    registry.authority.issue(registry.folder / "tls")
    deadline = time.monotonic() + 30
    reference = f"docker://{registry.host}/mizan/serving@{digest}"
    while time.monotonic() < deadline:
        if skopeo(registry, "puller", "inspect", reference).returncode == 0:
            now = {p: ssl.get_server_certificate(("localhost", p)) for p in ports(registry)}
            if all(now[port] != before[port] for port in before):
                return
        time.sleep(0.5)
    pytest.fail("the renewed certificate was not served, or the renewed key not trusted")


def ports(registry: Registry) -> tuple[int, int]:
    return registry.port, registry.token_port
