from collections.abc import Callable
from pathlib import Path

import pytest
from servers import ACCESS, REGION, SECRET, ObjectStore

from app.failure import StoreError, VerificationError
from app.repository import Repository


def repository(store: ObjectStore, tmp_path: Path) -> Repository:
    return Repository(
        endpoint=store.endpoint,
        region=REGION,
        bucket="own-identity",
        credentials=tmp_path / "not-mounted",
    )


def test_without_a_mounted_credential_the_pods_own_identity_signs(
    store: ObjectStore, pod_identity: Callable[[str, str, Path], None], tmp_path: Path
) -> None:
    store.put("own-identity", {"a.json": b"{}"})
    pod_identity(ACCESS, SECRET, store.credentials / "ca.crt")

    assert repository(store, tmp_path).read("a.json") == b"{}"


def test_an_identity_that_the_store_does_not_know_is_refused(
    store: ObjectStore, pod_identity: Callable[[str, str, Path], None], tmp_path: Path
) -> None:
    store.put("own-identity", {"a.json": b"{}"})
    pod_identity("somebody-else", SECRET, store.credentials / "ca.crt")

    with pytest.raises((StoreError, VerificationError), match="own-identity"):
        repository(store, tmp_path).read("a.json")
