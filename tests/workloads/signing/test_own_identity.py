from collections.abc import Callable
from pathlib import Path

from servers import ACCESS, REGION, SECRET, ObjectStore

from app.store import Store


def test_without_a_mounted_credential_the_pods_own_identity_signs(
    store: ObjectStore, pod_identity: Callable[[str, str, Path], None], tmp_path: Path
) -> None:
    store.put("own-identity", {})
    pod_identity(ACCESS, SECRET, store.credentials / "ca.crt")
    mine = Store(endpoint=store.endpoint, region=REGION, credentials=tmp_path / "not-mounted")

    mine.write("own-identity", "a", b"1")

    assert mine.read("own-identity", "a") == b"1"
