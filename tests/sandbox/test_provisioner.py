"""Whose claims the embedded node answers, and which classes it refuses."""

import pytest
from kubernetes import client

from sandbox.cluster import provisioner
from sandbox.cluster.specification import Provider, Specification
from sandbox.rehearsal.volumes import DRIVER

PROVIDER = Provider(port=1, account="111122223333", region="me-central-1")


def test_only_a_managed_cluster_has_the_driver_of_a_provider() -> None:
    own = Specification("it", "/node", "/tools", "python", 1)
    managed = Specification("it", "/node", "/tools", "python", 1, provider=PROVIDER)
    assert provisioner.answered(own) == {provisioner.PROVISIONER}
    assert provisioner.answered(managed) == {provisioner.PROVISIONER, DRIVER}


def storage(driver: str, **parameters: str) -> client.V1StorageClass:
    return client.V1StorageClass(
        metadata=client.V1ObjectMeta(name="disks"), provisioner=driver, parameters=parameters
    )


def test_a_class_without_encryption_or_a_key_of_ones_own_gets_no_volume() -> None:
    for driver in (DRIVER, provisioner.PROVISIONER):
        with pytest.raises(ValueError, match="disks does not ask for encryption"):
            provisioner.require_encryption(storage(driver, encrypted="false", kmsKeyId="key"))
    with pytest.raises(ValueError, match="disks names no key of the owner's"):
        provisioner.require_encryption(storage(DRIVER, encrypted="true"))
    provisioner.require_encryption(storage(provisioner.PROVISIONER, encrypted="true"))
    provisioner.require_encryption(storage(DRIVER, encrypted="true", kmsKeyId="key"))
