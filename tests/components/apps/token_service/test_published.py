"""The gate: nothing goes on before the registry holds every image."""

import threading
from pathlib import Path
from typing import Any

import pytest

from tests.components.apps.loading import load
from tests.components.apps.token_service.conftest import Registry
from tests.components.apps.token_service.image import make, skopeo

app = load("artifact_registry/token_service", "published")
REMEDY = "run make mirror"


def wait(registry: Registry, *images: str, user: str = "puller", deadline: float = 0) -> None:
    wanted = app.published.Wanted(images=images, remedy=REMEDY, deadline_seconds=deadline)
    app.published.wait(wanted, app.published.Registry(registry.login(user)), pause_seconds=0.2)


def push(registry: Registry, layout: Path) -> None:
    done = skopeo(
        registry, "pusher", "push", f"oci:{layout}", f"docker://{registry.host}/mizan/serving:gate"
    )
    assert done.returncode == 0, done.stderr


def test_it_opens_when_every_image_is_there(registry: Registry, tmp_path: Path) -> None:
    digest = make(tmp_path, b"already there")
    push(registry, tmp_path)
    wait(registry, f"{registry.host}/mizan/serving@{digest}")


def test_it_waits_for_an_image_that_is_still_being_pushed(
    registry: Registry, tmp_path: Path
) -> None:
    digest = make(tmp_path, b"on its way")
    late = threading.Timer(1.5, push, (registry, tmp_path))
    late.start()
    wait(registry, f"{registry.host}/mizan/serving@{digest}", deadline=30)
    late.join()


def test_it_names_what_is_missing_and_the_remedy(registry: Registry, tmp_path: Path) -> None:
    there, missing = make(tmp_path, b"there"), "sha256:" + "d" * 64
    push(registry, tmp_path)
    reference = f"{registry.host}/mizan/serving@{missing}"
    with pytest.raises(app.published.MissingImagesError) as refusal:
        wait(registry, f"{registry.host}/mizan/serving@{there}", reference)
    assert str(refusal.value) == f"missing {reference}; {REMEDY}"


def test_a_repository_that_is_not_declared_is_said_so(registry: Registry) -> None:
    with pytest.raises(app.published.MissingImagesError, match="refuses to show other/thing"):
        wait(registry, f"{registry.host}/other/thing@sha256:" + "d" * 64, deadline=30)


def test_a_login_that_is_refused_is_said_so(registry: Registry) -> None:
    registry.login("pusher", password="wrong")  # noqa: S106 - a wrong one
    folder = registry.folder / "login-pusher"
    wanted = app.published.Wanted(
        images=(f"{registry.host}/mizan/serving@sha256:" + "d" * 64,),
        remedy=REMEDY,
        deadline_seconds=30,
    )
    with pytest.raises(app.published.MissingImagesError, match="refuses the login of pusher"):
        app.published.wait(wanted, app.published.Registry(folder))


def test_a_registry_out_of_reach_is_waited_for_and_then_said(registry: Registry) -> None:
    login = registry.login("puller")
    wanted = app.published.Wanted(
        images=("localhost:1/mizan/serving@sha256:" + "d" * 64,),
        remedy=REMEDY,
        deadline_seconds=0,
    )
    with pytest.raises(app.published.MissingImagesError, match="cannot be asked"):
        app.published.wait(wanted, app.published.Registry(login))


@pytest.mark.parametrize("realm", ["https://elsewhere.example/token", "http://localhost/token", ""])
def test_the_login_is_sent_to_the_registrys_own_host_only(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, realm: str
) -> None:
    asked = app.published.Registry(registry.login("puller"))

    def head(url: str, token: str) -> Any:
        return 401, f'Bearer realm="{realm}",service="s"'

    monkeypatch.setattr(asked, "_head", head)
    with pytest.raises(app.published.MissingImagesError, match="not its own host"):
        asked.holds(f"{registry.host}/mizan/serving@sha256:" + "d" * 64)
