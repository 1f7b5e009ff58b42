"""Names for objects that are not given one."""

import hashlib
import secrets

from sandbox.kubernetes_provider.values import Manifest

# The official provider's own mark, so that state moves between the two.
AUTONAMED = "pulumi.com/autonamed"
_SUFFIX_LENGTH = 8
_LONGEST_PREFIX = 63 - _SUFFIX_LENGTH - 1


def with_name(new: Manifest, old: Manifest, resource_name: str, seed: bytes) -> Manifest:
    """Return the inputs with a name, kept from the old inputs where those were named here.

    Args:
        new: inputs as the program gives them.
        old: inputs of the last update, empty for a new resource.
        resource_name: the resource's Pulumi name, from which the object's name is made.
        seed: the engine's random seed, so that an update keeps the name its preview showed.
    """
    metadata = dict(new.get("metadata") or {})
    if metadata.get("name"):
        return new
    before = old.get("metadata") or {}
    if is_autonamed(old) and before.get("name"):
        metadata["name"] = before["name"]
    else:
        prefix = metadata.get("generateName") or f"{resource_name}-"
        suffix = (
            hashlib.sha256(seed + resource_name.encode()).hexdigest()
            if seed
            else secrets.token_hex(_SUFFIX_LENGTH)
        )[:_SUFFIX_LENGTH]
        metadata["name"] = f"{prefix[:_LONGEST_PREFIX].lower().rstrip('-')}-{suffix}"
    metadata.pop("generateName", None)
    metadata["annotations"] = {**(metadata.get("annotations") or {}), AUTONAMED: "true"}
    return {**new, "metadata": metadata}


def is_autonamed(inputs: Manifest) -> bool:
    """Return whether an object's name was made here, so that a second one can stand beside it."""
    annotations = (inputs.get("metadata") or {}).get("annotations") or {}
    return isinstance(annotations, dict) and annotations.get(AUTONAMED) == "true"
