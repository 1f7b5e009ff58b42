"""Fields that Kubernetes never changes in place, by kind.

Sources: the validation of each kind in Kubernetes, `Validate<Kind>Update`.
"""

from sandbox.kubernetes_provider.kinds import Kind
from sandbox.kubernetes_provider.values import Manifest
from sandbox.provider_service.difference import Path

_EVERY_KIND: tuple[Path, ...] = (("kind",), ("metadata", "name"), ("metadata", "namespace"))

_FIELDS: dict[tuple[str, str], tuple[Path, ...]] = {
    ("apps", "DaemonSet"): (("spec", "selector"),),
    ("apps", "Deployment"): (("spec", "selector"),),
    ("apps", "ReplicaSet"): (("spec", "selector"),),
    ("batch", "Job"): (
        ("spec", "backoffLimitPerIndex"),
        ("spec", "completionMode"),
        ("spec", "completions"),
        ("spec", "managedBy"),
        ("spec", "podFailurePolicy"),
        ("spec", "podReplacementPolicy"),
        ("spec", "selector"),
        ("spec", "successPolicy"),
        ("spec", "template"),
    ),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): (("roleRef",),),
    ("rbac.authorization.k8s.io", "RoleBinding"): (("roleRef",),),
    ("scheduling.k8s.io", "PriorityClass"): (("preemptionPolicy",), ("value",)),
    ("", "Secret"): (("type",),),
    ("", "Service"): (("spec", "clusterIP"), ("spec", "clusterIPs")),
    ("storage.k8s.io", "StorageClass"): (
        ("parameters",),
        ("provisioner",),
        ("reclaimPolicy",),
        ("volumeBindingMode",),
    ),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): (
        ("spec", "group"),
        ("spec", "names", "kind"),
        ("spec", "names", "plural"),
        ("spec", "scope"),
    ),
}

# Kinds whose spec is fixed as a whole, but for some fields.
_SPEC_EXCEPT: dict[tuple[str, str], tuple[Path, ...]] = {
    ("apps", "StatefulSet"): (
        ("spec", "minReadySeconds"),
        ("spec", "ordinals"),
        ("spec", "persistentVolumeClaimRetentionPolicy"),
        ("spec", "replicas"),
        ("spec", "revisionHistoryLimit"),
        ("spec", "template"),
        ("spec", "updateStrategy"),
    ),
    ("", "PersistentVolumeClaim"): (
        ("spec", "resources"),
        ("spec", "volumeAttributesClassName"),
    ),
    ("", "Pod"): (
        ("spec", "activeDeadlineSeconds"),
        ("spec", "tolerations"),
        ("spec", "terminationGracePeriodSeconds"),
    ),
}
_SEALED_KINDS = {("", "ConfigMap"), ("", "Secret")}
_SEALED_FIELDS: tuple[Path, ...] = (
    ("binaryData",),
    ("data",),
    ("immutable",),
    ("stringData",),
)


def needs_replacement(kind: Kind, old: Manifest, path: Path) -> bool:
    """Return whether a change at a path cannot be made to the object that exists.

    Args:
        kind: kind of the object.
        old: inputs that it was made from.
        path: where the new inputs differ.
    """
    key = (kind.group, kind.name)
    fixed = _EVERY_KIND + _FIELDS.get(key, ())
    if key in _SEALED_KINDS and old.get("immutable") is True:
        fixed += _SEALED_FIELDS
    if any(_touches(path, field) for field in fixed):
        return True
    if key not in _SPEC_EXCEPT or path[0] != "spec":
        return False
    if key == ("", "Pod") and path[-1] == "image":
        return False
    return not any(_within(path, field) for field in _SPEC_EXCEPT[key])


def _within(path: Path, field: Path) -> bool:
    return path[: len(field)] == field


def _touches(path: Path, field: Path) -> bool:
    """Return whether a change is inside a field, or adds or removes a part that holds it."""
    return _within(path, field) or _within(field, path)
