"""Every claim is bound to a volume of a class that encrypts under an own key."""

from kubernetes import client

from sandbox.rehearsal.live import Found, Live
from sandbox.rehearsal.volumes import encrypts


def verify(live: Live) -> Found:
    """Ask the API server about every claim."""
    core, storage = client.CoreV1Api(live.api), client.StorageV1Api(live.api)
    classes = {
        one.metadata.name: one.parameters or {} for one in storage.list_storage_class().items
    }
    claims = core.list_persistent_volume_claim_for_all_namespaces().items
    faults = []
    for claim in claims:
        name = f"claim {claim.metadata.namespace}/{claim.metadata.name}"
        if claim.status.phase != "Bound":
            faults.append(f"{name} is {claim.status.phase}")
        if not encrypts(classes.get(claim.spec.storage_class_name, {})):
            faults.append(f"{name}: class {claim.spec.storage_class_name} does not encrypt")
    return Found(len(claims), faults)
