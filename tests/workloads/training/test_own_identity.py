from collections.abc import Callable
from pathlib import Path

from app.store import Bucket
from tests.workloads.conftest import ACCESS, REGION, SECRET, ObjectStore


def test_without_a_mounted_credential_the_pods_own_identity_signs(
    object_store: ObjectStore,
    pod_identity: Callable[[str, str, Path], None],
    tmp_path: Path,
) -> None:
    pod_identity(ACCESS, SECRET, object_store.mounts / "store" / "ca.crt")
    bucket = Bucket(
        object_store.make_bucket("own-identity"),
        endpoint=object_store.endpoint,
        region=REGION,
        credentials=tmp_path / "not-mounted",
    )

    bucket.write("a", b"1")

    assert bucket.read("a") == b"1"
