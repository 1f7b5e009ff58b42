"""What an update has to do to an object: nothing, change it, or replace it."""

from collections.abc import Callable
from dataclasses import dataclass

from pulumi.provider.experimental import provider as sdk

from sandbox.kubernetes_provider.immutable import needs_replacement
from sandbox.kubernetes_provider.kinds import Identity, Kind
from sandbox.kubernetes_provider.naming import is_autonamed
from sandbox.kubernetes_provider.values import Manifest, has_unknown
from sandbox.provider_service.difference import Difference, differences

_KINDS = {
    ("add", False): sdk.PropertyDiffKind.ADD,
    ("add", True): sdk.PropertyDiffKind.ADD_REPLACE,
    ("delete", False): sdk.PropertyDiffKind.DELETE,
    ("delete", True): sdk.PropertyDiffKind.DELETE_REPLACE,
    ("update", False): sdk.PropertyDiffKind.UPDATE,
    ("update", True): sdk.PropertyDiffKind.UPDATE_REPLACE,
}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The changes of one resource."""

    differences: tuple[tuple[Difference, bool], ...]
    """Each with whether it forces a replacement."""
    delete_before_replace: bool

    def response(self) -> sdk.DiffResponse:
        """Return the plan in the engine's form."""
        return sdk.DiffResponse(
            changes=bool(self.differences),
            replaces=sorted({str(found) for found, replaced in self.differences if replaced}),
            delete_before_replace=self.delete_before_replace,
            diffs=sorted({str(found.path[0]) for found, _ in self.differences}),
            detailed_diff={
                str(found): sdk.PropertyDiff(_KINDS[found.change, replaced], input_diff=True)
                for found, replaced in self.differences
            },
        )


def planned(
    old: Manifest,
    new: Manifest,
    state: Manifest,
    *,
    resource_id: str,
    dry_run: Callable[[Manifest], list[str]],
) -> Plan:
    """Compare two declarations of one resource.

    Args:
        old: inputs of the last update.
        new: inputs now, with unknowns at a preview.
        state: outputs of the last update.
        resource_id: Pulumi id, which holds the namespace that older inputs may lack.
        dry_run: asks the API server which fields of a declaration it will not change in place.
    """
    kind = Kind(new["apiVersion"], new["kind"])
    old = _with_known_namespace(old, kind, resource_id)
    found = tuple(differences(old, new))
    replaced = [needs_replacement(kind, old, difference.path) for difference in found]
    if found and not any(replaced) and not has_unknown(new):
        forbidden = dry_run(new)
        replaced = [_covers(str(difference), forbidden) for difference in found]
    planned_differences = list(zip(found, replaced, strict=True))
    if kind.name == "Job" and has_failed(state):
        # A Job never runs again: the way to try once more is a new one.
        failure = Difference(("status",), "update")
        planned_differences.append((failure, True))
    return Plan(
        differences=tuple(planned_differences),
        delete_before_replace=any(replaces for _, replaces in planned_differences)
        and _same_place(old, new)
        and not is_autonamed(new),
    )


def _with_known_namespace(old: Manifest, kind: Kind, resource_id: str) -> Manifest:
    metadata = old.get("metadata") or {}
    namespace = Identity.from_id(kind, resource_id).namespace if resource_id else ""
    if metadata.get("namespace") or not namespace:
        return old
    return {**old, "metadata": {**metadata, "namespace": namespace}}


def _covers(path: str, forbidden: list[str]) -> bool:
    return any(field and (_inside(path, field) or _inside(field, path)) for field in forbidden)


def _inside(path: str, field: str) -> bool:
    return path == field or path.startswith((f"{field}.", f"{field}["))


def _same_place(old: Manifest, new: Manifest) -> bool:
    before, after = old.get("metadata") or {}, new.get("metadata") or {}
    return all(before.get(key) == after.get(key) for key in ("name", "namespace"))


def has_failed(state: Manifest) -> bool:
    """Return whether a Job gave up."""
    conditions = (state.get("status") or {}).get("conditions") or ()
    return any(c.get("type") == "Failed" and c.get("status") == "True" for c in conditions)
