"""An engine's plan as Terraform's own, so that checks written for Terraform judge it.

The document is what `terraform show -json` prints of a plan, as far as checkov reads it: planned
values, what is unknown, and which resource each expression refers to.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from policies.judging import Declared
from policies.reading import UNKNOWN, Tree
from policies.scanning.naming import identifier, property_name, snake, type_name
from policies.scanning.shapes import Property, block_properties, properties_of

_PROVIDER: Final = "registry.terraform.io/hashicorp/aws"
_OWN_TYPE: Final = "pulumi:providers:aws"
_VERSION: Final = "1.9.0"
"""Version of Terraform that is claimed; checkov asks only that there is one."""


@dataclass(frozen=True)
class Plan:
    """A plan of Terraform, and where each of its resources comes from.

    Attributes:
        document: What `terraform show -json` would print.
        urns: Address in the document to the URN.
    """

    document: dict[str, Any]
    urns: dict[str, str]

    def text(self) -> str:
        """The document as JSON, a line for each resource at least."""
        return json.dumps(self.document, indent=1, default=str)


@dataclass
class _Parts:
    """What becomes of one object of properties."""

    values: dict[str, Any] = field(default_factory=dict)
    unknown: dict[str, Any] = field(default_factory=dict)
    expressions: dict[str, Any] = field(default_factory=dict)


def is_aws(resource: Declared) -> bool:
    """Whether a resource is one of AWS; its provider is none."""
    return resource.type.startswith("aws:")


def plan(resources: list[Declared]) -> Plan:
    """Turns the AWS resources of a plan into a plan of Terraform.

    Raises:
        NotConvertedError: The installed SDK has no such type.
    """
    addresses = dict(_addresses([one for one in resources if is_aws(one)]))
    providers = [one for one in resources if one.type == _OWN_TYPE]
    planned, changes, configured = [], [], []
    for resource in resources:
        if not is_aws(resource):
            continue
        address = addresses[resource.urn]
        type_, _, name = address.partition(".")
        parts = _Conversion(type_, resource, addresses).object(
            resource.props, properties_of(resource.type)
        )
        head = {"address": address, "mode": "managed", "type": type_, "name": name}
        planned.append({**head, "provider_name": _PROVIDER, "values": parts.values})
        change = {
            "actions": ["create"],
            "before": None,
            "after": parts.values,
            "after_unknown": parts.unknown,
        }
        changes.append({**head, "provider_name": _PROVIDER, "change": change})
        configured.append({**head, "expressions": parts.expressions})
    document = {
        "format_version": "1.2",
        "terraform_version": _VERSION,
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": changes,
        "configuration": {
            "provider_config": {f"aws.{identifier(one.name)}": _provider(one) for one in providers},
            "root_module": {"resources": configured},
        },
    }
    urns = {address: urn for urn, address in addresses.items()}
    urns |= {f"aws.{identifier(one.name)}": one.urn for one in providers}
    return Plan(document=document, urns=urns)


def _addresses(resources: list[Declared]) -> Iterator[tuple[str, str]]:
    taken: set[str] = set()
    for resource in resources:
        wanted = f"{type_name(resource.type)}.{identifier(resource.name)}"
        address, count = wanted, 1
        while address in taken:
            count += 1
            address = f"{wanted}_{count}"
        taken.add(address)
        yield resource.urn, address


def _provider(resource: Declared) -> dict[str, Any]:
    known = {key: value for key, value in resource.props.items() if isinstance(value, str)}
    return {
        "name": "aws",
        "full_name": _PROVIDER,
        "alias": identifier(resource.name),
        "expressions": {snake(key): {"constant_value": value} for key, value in known.items()},
    }


@dataclass(frozen=True)
class _Conversion:
    """The conversion of one resource."""

    type: str
    resource: Declared
    addresses: Mapping[str, str]

    def object(self, tree: dict[str, Tree], shape: Mapping[str, Property], top: str = "") -> _Parts:
        """Converts an object; `top` is the property of the resource that it stands in."""
        parts = _Parts()
        for key, value in tree.items():
            if key.startswith("__") or value is None:
                continue  # the engine's own note of its defaults, or nothing
            held = shape.get(key) or Property.plain(snake(key), value)
            self._put(parts, held, value, top or key, key)
        return parts

    def _put(self, parts: _Parts, held: Property, value: Tree, top: str, key: str) -> None:
        name = property_name(self.type, held)
        sources = [
            self.addresses[urn]
            for urn in self.resource.derived_from.get(top, ())
            if urn in self.addresses
        ]
        if held.block is not None and not held.mapped and value is not UNKNOWN:
            self._blocks(parts, name, block_properties(held.block), value, top)
            return
        known = _known(value)
        if isinstance(known, dict) and not held.mapped:
            known = json.dumps(known)  # a document, which Terraform takes as text
        if known is UNKNOWN:
            parts.unknown[name] = True
        else:
            parts.values[name] = known
        if not (top == key or _has_unknown(value)):
            # A value that is known need not be made of what the property is made of.
            sources = [address for address in sources if _means(key, address)]
        if sources:
            parts.expressions[name] = {"references": _references(key, sources)}

    def _blocks(
        self, parts: _Parts, name: str, inner: Mapping[str, Property], value: Tree, top: str
    ) -> None:
        made = [
            self.object(each, inner, top) if isinstance(each, dict) else _Parts()
            for each in (value if isinstance(value, list) else [value])
        ]
        parts.values[name] = [one.values for one in made]
        parts.unknown[name] = [one.unknown for one in made]
        parts.expressions[name] = [one.expressions for one in made]


def _known(value: Tree) -> Tree:
    """The value as far as it is known: Terraform has null for an unknown element of a list."""
    if isinstance(value, list):
        return [None if (known := _known(each)) is UNKNOWN else known for each in value]
    if isinstance(value, dict):
        return {key: each for key, each in value.items() if each is not UNKNOWN}
    return value


def _has_unknown(value: Tree) -> bool:
    if isinstance(value, list | dict):
        return any(map(_has_unknown, value.values() if isinstance(value, dict) else value))
    return value is UNKNOWN


def _references(key: str, sources: list[str]) -> list[str]:
    """What an expression names, the likeliest first: the engine knows the property as a whole.

    A property that is made of a key, a role and a subnet names all three at every place in it.
    The place's own name says which is meant: ``kmsKeyArn`` is the key.
    """
    ordered = sorted(sources, key=lambda address: not _means(key, address))
    attribute = "arn" if key.lower().endswith(("arn", "arns")) else "id"
    return [f"{address}.{attribute}" for address in ordered] + ordered


def _means(key: str, address: str) -> bool:
    """Whether the name of a property speaks of the type of a resource."""
    noun = address.partition(".")[0].rpartition("_")[2]
    return not {noun, f"{noun}s"}.isdisjoint(snake(key).split("_"))
