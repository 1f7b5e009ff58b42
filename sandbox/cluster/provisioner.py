"""Gives each claim of an encrypted class a folder on the node's encrypted file system."""

import shutil

from kubernetes import client

from sandbox.cluster import address, volumes
from sandbox.cluster.specification import Specification
from sandbox.rehearsal.volumes import DRIVER, encrypts

PROVISIONER = "mizan.sandbox/encrypted-path"
SELECTED_NODE = "volume.kubernetes.io/selected-node"


def provision(spec: Specification, api: client.ApiClient) -> None:
    """Make the volumes that are asked for and remove those that were released."""
    core, storage = client.CoreV1Api(api), client.StorageV1Api(api)
    classes = {
        item.metadata.name: item
        for item in storage.list_storage_class().items
        if item.provisioner in answered(spec)
    }
    if not classes:
        return
    known = {volume.metadata.name: volume for volume in core.list_persistent_volume().items}
    for claim in core.list_persistent_volume_claim_for_all_namespaces().items:
        chosen = classes.get(claim.spec.storage_class_name)
        if chosen and claim.status.phase == "Pending" and _due(claim, chosen):
            name = f"pvc-{claim.metadata.uid}"
            if name not in known:
                _make(spec, core, claim, chosen, name)
    for name, volume in known.items():
        released = volume.status.phase == "Released"
        deletable = volume.spec.persistent_volume_reclaim_policy == "Delete"
        if volume.spec.storage_class_name in classes and released and deletable:
            shutil.rmtree(volume.spec.local.path, ignore_errors=True)
            core.delete_persistent_volume(name)


def answered(spec: Specification) -> set[str]:
    """Provisioners whose claims the node answers; a managed cluster's is its provider's driver."""
    return {PROVISIONER, DRIVER} if spec.provider else {PROVISIONER}


def _due(claim: client.V1PersistentVolumeClaim, chosen: client.V1StorageClass) -> bool:
    if chosen.volume_binding_mode != "WaitForFirstConsumer":
        return True
    return (claim.metadata.annotations or {}).get(SELECTED_NODE) == address.NODE


def _make(
    spec: Specification,
    core: client.CoreV1Api,
    claim: client.V1PersistentVolumeClaim,
    chosen: client.V1StorageClass,
    name: str,
) -> None:
    require_encryption(chosen)
    folder = spec.folder / volumes.MOUNT / volumes.PROTECTED / name
    folder.mkdir(exist_ok=True)
    folder.chmod(0o770)
    here = client.V1NodeSelectorRequirement(
        key="kubernetes.io/hostname", operator="In", values=[address.NODE]
    )
    term = client.V1NodeSelectorTerm(match_expressions=[here])
    core.create_persistent_volume(
        client.V1PersistentVolume(
            metadata=client.V1ObjectMeta(
                name=name, annotations={"pv.kubernetes.io/provisioned-by": chosen.provisioner}
            ),
            spec=client.V1PersistentVolumeSpec(
                capacity=claim.spec.resources.requests,
                access_modes=claim.spec.access_modes,
                persistent_volume_reclaim_policy=chosen.reclaim_policy or "Delete",
                storage_class_name=chosen.metadata.name,
                local=client.V1LocalVolumeSource(path=str(folder)),
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
    )
    print(f"volume {name} for {claim.metadata.namespace}/{claim.metadata.name}", flush=True)


def require_encryption(chosen: client.V1StorageClass) -> None:
    """Refuse a class whose volumes would lie in the clear, or under somebody else's key, elsewhere.

    Raises:
        ValueError: It does not ask for encryption, or its driver needs a key and has none.
    """
    parameters, name = chosen.parameters or {}, chosen.metadata.name
    if parameters.get("encrypted") != "true":
        raise ValueError(
            f"storage class {name} does not ask for encryption; "
            "this node has encrypted volumes only (parameters.encrypted: 'true')"
        )
    if chosen.provisioner == DRIVER and not encrypts(parameters):
        raise ValueError(
            f"storage class {name} names no key of the owner's (parameters.kmsKeyId); without one "
            f"{DRIVER} encrypts under the provider's"
        )
