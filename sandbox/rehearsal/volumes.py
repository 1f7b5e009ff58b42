"""Volumes for the claims that the cloud's own driver would serve: named, placed, never mounted.

It plays the part of the driver that a pod's start waits for: the scheduler picks a node, and a
volume in that node's zone is bound to the claim. Which class encrypts is judged as the driver
would read it.
"""

from collections.abc import Mapping
from typing import Any, Final

from kubernetes import client

DRIVER: Final = "ebs.csi.aws.com"
SELECTED_NODE: Final = "volume.kubernetes.io/selected-node"
PROVISIONED_BY: Final = "pv.kubernetes.io/provisioned-by"
ZONE: Final = "topology.kubernetes.io/zone"

STAND_IN: Final = f"volumes without content, bound in the zone of their pod (for {DRIVER})"


class Provisioning:
    """Makes the volumes that are asked for, and takes away those that were released.

    Args:
        api: Client of the Kubernetes API server.
    """

    def __init__(self, api: Any) -> None:
        self._core = client.CoreV1Api(api)
        self._storage = client.StorageV1Api(api)

    def __call__(self) -> None:
        """Serve every claim of a class of the driver.

        Raises:
            ValueError: A class does not ask for encryption under a key of the owner's.
        """
        classes = {
            item.metadata.name: item
            for item in self._storage.list_storage_class().items
            if item.provisioner == DRIVER
        }
        if not classes:
            return
        volumes = {item.metadata.name: item for item in self._core.list_persistent_volume().items}
        for claim in self._core.list_persistent_volume_claim_for_all_namespaces().items:
            name = f"pvc-{claim.metadata.uid}"
            chosen = classes.get(claim.spec.storage_class_name)
            node = (claim.metadata.annotations or {}).get(SELECTED_NODE)
            if chosen and node and claim.status.phase == "Pending" and name not in volumes:
                zone = self._core.read_node(node).metadata.labels[ZONE]
                self._core.create_persistent_volume(_volume(name, claim, chosen, zone))
        for name, volume in volumes.items():
            released = volume.status.phase == "Released"
            deletable = volume.spec.persistent_volume_reclaim_policy == "Delete"
            if volume.spec.storage_class_name in classes and released and deletable:
                self._core.delete_persistent_volume(name)


def encrypts(parameters: Mapping[str, str]) -> bool:
    """Whether a class with these parameters encrypts under a key of the owner's."""
    return parameters.get("encrypted") == "true" and bool(parameters.get("kmsKeyId"))


def _volume(name: str, claim: Any, chosen: Any, zone: str) -> Any:
    asked: Mapping[str, str] = chosen.parameters or {}
    if not encrypts(asked):
        raise ValueError(
            f"storage class {chosen.metadata.name} asks for {dict(asked)}; volumes need "
            "encrypted: 'true' and a kmsKeyId"
        )
    here = client.V1NodeSelectorRequirement(key=ZONE, operator="In", values=[zone])
    term = client.V1NodeSelectorTerm(match_expressions=[here])
    return client.V1PersistentVolume(
        metadata=client.V1ObjectMeta(name=name, annotations={PROVISIONED_BY: DRIVER}),
        spec=client.V1PersistentVolumeSpec(
            capacity=claim.spec.resources.requests,
            access_modes=claim.spec.access_modes,
            persistent_volume_reclaim_policy=chosen.reclaim_policy or "Delete",
            storage_class_name=chosen.metadata.name,
            csi=client.V1CSIPersistentVolumeSource(driver=DRIVER, volume_handle=f"vol-{name[4:]}"),
            claim_ref=client.V1ObjectReference(
                api_version="v1",
                kind="PersistentVolumeClaim",
                namespace=claim.metadata.namespace,
                name=claim.metadata.name,
                uid=claim.metadata.uid,
            ),
            node_affinity=client.V1VolumeNodeAffinity(
                required=client.V1NodeSelector(node_selector_terms=[term])
            ),
        ),
    )
