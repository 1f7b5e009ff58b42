"""What a change of a resource's inputs means: nothing, an update, or a replacement."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi.provider.experimental import provider as sdk

from sandbox.aws.provider.likeness import differing
from sandbox.aws.provider.naming import is_autonamed, named
from sandbox.aws.provider.parameters import takes
from sandbox.aws.provider.resource import Resource, call
from sandbox.aws.provider.schema import Schema
from sandbox.provider_service.difference import Difference, differences
from sandbox.provider_service.values import Values

_KINDS = {
    ("add", False): sdk.PropertyDiffKind.ADD,
    ("add", True): sdk.PropertyDiffKind.ADD_REPLACE,
    ("delete", False): sdk.PropertyDiffKind.DELETE,
    ("delete", True): sdk.PropertyDiffKind.DELETE_REPLACE,
    ("update", False): sdk.PropertyDiffKind.UPDATE,
    ("update", True): sdk.PropertyDiffKind.UPDATE_REPLACE,
}


@dataclass(frozen=True)
class Plan:
    """What is to be done."""

    changed: tuple[str, ...]
    replacing: tuple[str, ...]
    delete_first: bool = False
    details: Mapping[str, Difference] = field(default_factory=dict)

    def response(self) -> sdk.DiffResponse:
        """Return it as the engine wants it."""
        detailed = {
            path: sdk.PropertyDiff(
                _KINDS[one.change, one.path[0] in self.replacing], input_diff=True
            )
            for path, one in self.details.items()
        }
        return sdk.DiffResponse(
            changes=bool(self.changed),
            diffs=list(self.changed),
            replaces=list(self.replacing),
            delete_before_replace=self.delete_first,
            detailed_diff=detailed or None,
        )


def planned(resource: Resource, schema: Schema, old: Values, new: Values) -> Plan:
    """Compare two versions of the inputs."""
    changed = tuple(differing(old, new))
    name = named(schema, resource)
    same_name = name is not None and not is_autonamed(name, new) and old.get(name) == new.get(name)
    details = {
        str(one): one for top in changed for one in differences(old.get(top), new.get(top), (top,))
    }
    within = {one.path[0] for one in details.values() if _needs_another(resource, one)}
    replacing = tuple(
        name for name in changed if name in within or replaces(resource, schema, name)
    )
    return Plan(
        changed,
        replacing,
        bool(replacing) and (resource.delete_before_replace or same_name),
        details,
    )


def _needs_another(resource: Resource, one: Difference) -> bool:
    """Return whether `replace` names a part of a property that differs (`block.part`)."""
    here = ".".join(step for step in one.path if isinstance(step, str))
    return any(
        f"{named}.".startswith(f"{here}.") or f"{here}.".startswith(f"{named}.")
        for named in resource.replace
        if "." in named
    )


def replaces(resource: Resource, schema: Schema, name: str) -> bool:
    """Return whether a change of a property needs a new resource."""
    if name == "region" or name in resource.replace:
        return True
    if resource.replace != "*" or name in resource.apart:
        return False
    return not any(
        callable(given) or name in takes(resource, schema, call(given))
        for given in resource.updates
    )
