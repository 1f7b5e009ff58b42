"""What every Kubernetes object gets: the environment's tags, the restricted context, the law.

One transform for the whole stack, so that no workload can forget it. It fills in what is absent
and never overrules what is said: whoever asks for less is stopped by the policies, in the open.

The tags are labels of pods too, because cost and data class are asked of what runs. A Job's pod
cannot be changed, so another tag makes its Job anew.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

import pulumi

from stacks import law

TAG_PREFIX = "mizan.ae/"
NONROOT = 65532
LONGEST_LABEL = 63
SCRATCH = "/tmp"  # noqa: S108 - a path inside the pod, where an emptyDir of its own is mounted

TEMPLATES = {
    "Pod": (),
    "PodTemplate": ("template",),
    "ReplicationController": ("spec", "template"),
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
"""Kinds that bear pods, and where the pod's metadata and spec stand."""

OPAQUE = ("helm.sh",)
"""Groups of the provider whose resources make objects that no transform sees."""

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the wire format's mark, not a secret
"""A value with secrets in it stands on the wire in a wrapper with this mark.
https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/properties.go"""

POD_CONTEXT = {
    "runAsNonRoot": True,
    "runAsUser": NONROOT,
    "runAsGroup": NONROOT,
    "fsGroup": NONROOT,
    "fsGroupChangePolicy": "OnRootMismatch",
    "seccompProfile": {"type": "RuntimeDefault"},
}
CONTAINER_CONTEXT = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "privileged": False,
    "readOnlyRootFilesystem": True,
}
POD_DEFAULTS = {
    "automountServiceAccountToken": False,
    # Variables about every Service of the namespace: nobody asked for them, names resolve.
    "enableServiceLinks": False,
}


class NotHardenedError(Exception):
    """A resource cannot get what every resource must have."""


def label_value(text: str) -> str:
    """The text as a Kubernetes label value: one that fits stays as it is.

    Others lose what labels cannot hold, and get a digest so that two texts stay two values.

    Raises:
        ValueError: if nothing of the text can stand in a label.
    """
    value = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("._-")
    if not value:
        raise ValueError(
            f"the tag value {text!r} has no letter or digit, and a Kubernetes label needs one: "
            "correct it in the environment file"
        )
    if value == text and len(value) <= LONGEST_LABEL:
        return value
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{value[: LONGEST_LABEL - 9].rstrip('._-')}-{digest}"


def labels_of(tags: Mapping[str, str]) -> dict[str, str]:
    """The environment's tags as Kubernetes labels."""
    return {f"{TAG_PREFIX}{name}": label_value(value) for name, value in tags.items()}


def hardened(
    token: str,
    props: Mapping[str, Any],
    labels: Mapping[str, str],
    settings: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The properties of one resource, labelled, and with the restricted context in its pods.

    Args:
        token: Type of the resource (`kubernetes:apps/v1:Deployment`).
        props: Its properties, spelt as Kubernetes spells them.
        labels: Labels that it gets.
        settings: Variables that each container gets; by default those of the law.

    Raises:
        NotHardenedError: if its pods cannot be seen, so could not be hardened either.
    """
    settings = law.pod_settings() if settings is None else settings
    result: dict[str, Any] = _copied(props)
    package, _, rest = token.partition(":")
    group, _, kind = rest.partition(":")
    if package != "kubernetes":
        return result
    if kind.endswith("List") or group.partition("/")[0] in OPAQUE:
        raise NotHardenedError(
            f"{token}: the objects inside would get neither tags nor the restricted context: "
            "declare each one by itself"
        )
    _label(token, result, labels)
    for template in _templates(token, kind.removesuffix("Patch"), result):
        if template is not result:
            _label(token, template, labels)
        _restrict(_opened(template["spec"]), settings)
    return result


def harden(tags: Mapping[str, str]) -> None:
    """Apply `hardened` to everything that the stack declares from here on.

    A transform is called by the engine, on what providers and policies will see, so it holds for
    resources of other packages too and works with any language host.
    """
    pulumi.runtime.register_resource_transform(transform(tags))


def transform(
    tags: Mapping[str, str],
) -> Callable[[pulumi.ResourceTransformArgs], pulumi.ResourceTransformResult | None]:
    """The transform that `harden` registers."""
    labels = labels_of(tags)

    def apply(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        if not args.custom or not args.type_.startswith("kubernetes:"):
            return None
        return pulumi.ResourceTransformResult(
            props=hardened(args.type_, args.props, labels), opts=args.opts
        )

    return apply


def _copied(value: Any) -> Any:
    """A copy of the containers; late values (outputs, unknowns) stay the ones they are."""
    if isinstance(value, Mapping):
        return {key: _copied(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(item) for item in value]
    return value


def _opened(value: Any) -> Any:
    """The value itself, if it stands in the wrapper of secrets; changes to it stay inside."""
    if isinstance(value, dict) and value.get(SIGNATURE) == SECRET:
        return value["value"]
    return value


def _label(token: str, holder: dict[str, Any], labels: Mapping[str, str]) -> None:
    metadata = _opened(holder.setdefault("metadata", {}))
    own = _opened(metadata.get("labels", {})) if isinstance(metadata, dict) else None
    if not isinstance(own, dict):
        raise NotHardenedError(
            f"{token}: its metadata or their labels are not known while the program runs, so it "
            "cannot get the environment's tags: give them as plain values, late ones only inside"
        )
    metadata["labels"] = {**labels, **own}


def _templates(token: str, kind: str, props: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What holds a pod's metadata and spec, by kind and, in kinds nobody knows, by shape."""
    if kind not in TEMPLATES:
        yield from _shaped_like_a_template(props)
        return
    holder: Any = props
    for step in TEMPLATES[kind]:
        holder = _opened(holder.get(step)) if isinstance(holder, dict) else None
    if not isinstance(holder, dict) or not isinstance(_opened(holder.get("spec")), dict):
        place = ".".join((*TEMPLATES[kind], "spec"))
        raise NotHardenedError(
            f"{token}: {place} is not known while the program runs, so its pods cannot get the "
            "restricted context: give it as plain values, late ones only inside it"
        )
    yield holder


def _shaped_like_a_template(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        spec = _opened(value.get("spec"))
        if isinstance(spec, dict) and isinstance(_opened(spec.get("containers")), list):
            yield value
        for item in value.values():
            yield from _shaped_like_a_template(item)
    elif isinstance(value, list):
        for item in value:
            yield from _shaped_like_a_template(item)


def _restrict(spec: dict[str, Any], settings: Mapping[str, str]) -> None:
    """Fill in the restricted context of one pod specification, and what its programs are told."""
    for key, value in POD_DEFAULTS.items():
        spec.setdefault(key, value)
    spec["securityContext"] = deepcopy({**POD_CONTEXT, **spec.get("securityContext", {})})
    for container in map(
        _opened, (*_opened(spec.get("containers", [])), *_opened(spec.get("initContainers", [])))
    ):
        container["securityContext"] = deepcopy(
            {**CONTAINER_CONTEXT, **container.get("securityContext", {})}
        )
        told = _opened(container.setdefault("env", []))
        named = {_opened(one).get("name") for one in told}
        told += [{"name": n, "value": v} for n, v in settings.items() if n not in named]
        mounts = _opened(container.setdefault("volumeMounts", []))
        if all(mount.get("mountPath") != SCRATCH for mount in mounts):
            mounts.append({"name": _scratch_volume(spec), "mountPath": SCRATCH})


def _scratch_volume(spec: dict[str, Any]) -> str:
    """The name of the pod's scratch volume, made where it is missing."""
    volumes = _opened(spec.setdefault("volumes", []))
    if all(volume.get("name") != "tmp" for volume in volumes):
        volumes.append({"name": "tmp", "emptyDir": {}})
    return "tmp"
