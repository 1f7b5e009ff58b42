"""What an object would become, without changing anything."""

from collections.abc import Callable
from typing import Any

from pulumi.runtime.rpc import UNKNOWN

from sandbox.kubernetes_provider.cluster import Cluster
from sandbox.kubernetes_provider.declared import Declared
from sandbox.kubernetes_provider.errors import ApiError, UnknownKindError
from sandbox.kubernetes_provider.kinds import Identity
from sandbox.kubernetes_provider.values import Manifest, has_unknown

# What only a real write decides; a dry run makes values up that would look known.
_DECIDED_LATER = ("creationTimestamp", "generation", "resourceVersion", "uid")
_INVALID = 422
_NAME_ROOM = 50
_ADDRESSES = ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")


def previewed(
    cluster: Cluster,
    inputs: Manifest,
    state: Manifest | None,
    declared: Declared,
    say: Callable[[str], None],
) -> Manifest:
    """Return the outputs that an update would give, unknown where only the update decides.

    The API server judges the object by a dry run, so what admission refuses fails here. Skipped,
    and said so, for what it cannot judge yet.

    Args:
        cluster: where the object would be.
        inputs: the declaration.
        state: outputs of the last update, None for an object to be made.
        declared: what else this run declares.
        say: shows why the dry run was skipped.

    Raises:
        ApiError: the API server refuses the object.
        UnknownKindError: neither the cluster nor this run defines the kind.
    """
    judged = _dry_run(cluster, inputs, state, declared, say)
    outputs = dict(judged or inputs)
    outputs["status"] = UNKNOWN
    if not isinstance(outputs.get("metadata", {}), dict):
        return outputs  # the metadata as a whole is known only after the update
    metadata = dict(outputs.get("metadata") or {})
    before = (state or {}).get("metadata") or {}
    for key in _DECIDED_LATER:
        kept = state is not None and key in {"creationTimestamp", "uid"} and key in before
        metadata[key] = before[key] if kept else UNKNOWN
    outputs["metadata"] = metadata
    if outputs.get("kind") == "Service" and isinstance(outputs.get("spec"), dict):
        outputs["spec"] = _later_addresses(inputs, outputs["spec"], (state or {}).get("spec"))
    return outputs


def _dry_run(
    cluster: Cluster,
    inputs: Manifest,
    state: Manifest | None,
    declared: Declared,
    say: Callable[[str], None],
) -> Manifest | None:
    if has_unknown(inputs):
        say("not judged by the cluster yet: it holds values that are known only after the update")
        return None
    identity = Identity.of(inputs)
    try:
        return cluster.apply(inputs, dry_run=True)
    except UnknownKindError:
        if not declared.defines(identity.kind):
            raise
        say(f"not judged by the cluster yet: this update defines its kind {identity.kind}")
    except ApiError as error:
        if state is None and error.status == _INVALID and cluster.get(identity):
            return _replacement(cluster, inputs)
        if not error.namespace_missing:
            raise
        say(
            f"not judged by the cluster yet: namespace {identity.namespace!r} does not exist"
            + ("" if declared.makes_namespace(identity.namespace) else ", and nothing makes it")
        )
    return None


def _replacement(cluster: Cluster, inputs: Manifest) -> Manifest:
    """Judge an object whose name is still taken by the one that it replaces."""
    name = inputs["metadata"]["name"]
    twin = {**inputs, "metadata": {**inputs["metadata"], "name": f"{name[:_NAME_ROOM]}-next"}}
    if inputs["kind"] == "Service":
        # The old Service still holds its fixed addresses, too.
        spec = inputs.get("spec") or {}
        twin["spec"] = {k: v for k, v in spec.items() if k not in {"clusterIP", "clusterIPs"}}
    judged = cluster.apply(twin, dry_run=True)
    return {**judged, "metadata": {**judged["metadata"], "name": name}}


def _later_addresses(inputs: Manifest, spec: dict[str, Any], state: Any) -> dict[str, Any]:
    """Return a Service's spec with the addresses that only a real write assigns unknown."""
    given = inputs.get("spec") or {}
    if isinstance(state, dict):
        return spec
    later: dict[str, Any] = {key: UNKNOWN for key in _ADDRESSES if key not in given}
    if "clusterIP" in given:
        later.pop("clusterIPs", None)
    if any("nodePort" in port for port in spec.get("ports") or () if isinstance(port, dict)):
        later["ports"] = [
            port
            if not isinstance(port, dict) or port.get("nodePort") in _node_ports(given)
            else {**port, "nodePort": UNKNOWN}
            for port in spec["ports"]
        ]
    return {**spec, **later}


def _node_ports(given: Any) -> set[Any]:
    ports = given.get("ports") or ()
    return {port["nodePort"] for port in ports if isinstance(port, dict) and "nodePort" in port}
