from typing import Any

import pytest

from components.encrypted_storage import EncryptedStorage, EncryptedStorageArgs
from tests.components.recording import Deploy, Engine

SANDBOX = "mizan.sandbox/encrypted-path"


def build(deploy: Deploy, **fields: Any) -> Any:
    arguments = EncryptedStorageArgs(site="cluster-a", **fields)
    return deploy(lambda: EncryptedStorage("storage", arguments).class_name)


def test_volumes_of_the_class_are_encrypted_and_kept(engine: Engine, deploy: Deploy) -> None:
    assert build(deploy, encrypted_provisioner=SANDBOX) == "mizan-encrypted"
    made = engine.one("StorageClass")
    assert made.inputs["provisioner"] == SANDBOX
    assert made.inputs["parameters"] == {"encrypted": "true"}
    assert made.inputs["reclaimPolicy"] == "Retain"
    assert made.inputs["volumeBindingMode"] == "WaitForFirstConsumer"


def test_a_cloud_disk_is_encrypted_with_the_users_own_key(engine: Engine, deploy: Deploy) -> None:
    build(deploy, encrypted_provisioner="ebs.csi.aws.com", key="arn:aws:kms:me-central-1:1:key/k")
    parameters = engine.one("StorageClass").inputs["parameters"]
    assert parameters["encrypted"] == "true"
    assert parameters["kmsKeyId"] == "arn:aws:kms:me-central-1:1:key/k"


@pytest.mark.parametrize(
    ("provisioner", "message"),
    [
        (None, "cluster-a cannot encrypt volumes.*install a provisioner"),
        ("rancher.io/local-path", "rancher.io/local-path is not known to encrypt"),
        ("ebs.csi.aws.com", "set `key`"),
    ],
)
def test_a_site_that_does_not_encrypt_is_refused(
    engine: Engine, deploy: Deploy, provisioner: str | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        build(deploy, encrypted_provisioner=provisioner)
    assert not engine.of("StorageClass")
