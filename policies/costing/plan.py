"""The resources of a plan: their declared properties, and what those were made from."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any, Final, TypeAlias

from policies.costing.rates import UnpricedError
from policies.steps import DocumentError, planned

Tree: TypeAlias = Any
"""Plain data; what is not known before apply is anything but the type that is looked for."""


class PlanError(Exception):
    """What was given is no plan."""


LABELS: Final = "mizan.ae/"
"""How the labels of an object in a cluster begin that say what tags say elsewhere."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A resource as a plan declares it."""

    type: str
    urn: str
    name: str
    inputs: Mapping[str, Tree] = field(default_factory=dict)
    derived_from: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Top-level property to the URNs that it was made from."""

    @property
    def component(self) -> str:
        """The outermost component that it belongs to; empty for one that stands alone."""
        parents = self.urn.split("::")[2].split("$")[:-1] if self.urn.count("::") > 1 else []
        return parents[0].rpartition(":")[2] if parents else ""

    def tag(self, key: str) -> str:
        """A tag of a cloud resource, or of what an object of a cluster makes there; else empty."""
        for holder in ("tags", "spec.tags"):
            found = peek(self.inputs, f"{holder}.{key}")
            if isinstance(found, str):
                return found
        labels = peek(self.inputs, "metadata.labels")
        found = labels.get(f"{LABELS}{key}") if isinstance(labels, Mapping) else None
        return found if isinstance(found, str) else ""

    def number(self, path: str, default: int | None = None) -> int:
        """A count at a path (`scalingConfig.minSize`), also where it is written as text.

        Raises:
            UnpricedError: It is missing with no default, or not known before apply.
        """
        found = peek(self.inputs, path)
        if found is None and default is not None:
            return default
        if isinstance(found, bool) or not isinstance(found, int | float | str):
            raise UnpricedError(f"{path} is not known before apply, or missing")
        try:
            return int(float(found))
        except ValueError as error:
            raise UnpricedError(f"{path} is no number that is known before apply") from error

    def text(self, path: str, default: str | None = None) -> str:
        """A text at a path.

        Raises:
            UnpricedError: It is missing with no default, or not known before apply.
        """
        found = peek(self.inputs, path)
        if found is None and default is not None:
            return default
        if not isinstance(found, str) or found in UNKNOWNS:
            raise UnpricedError(f"{path} is not known before apply, or missing")
        return found

    def items(self, path: str) -> list[Tree]:
        """A list at a path, empty where it is missing.

        Raises:
            UnpricedError: It is not known before apply.
        """
        found = peek(self.inputs, path)
        if found is None:
            return []
        if not isinstance(found, list):
            raise UnpricedError(f"{path} is not known before apply")
        return found


UNKNOWNS: Final = frozenset({"04da6b54-80e4-46f7-96ec-b56ff0331ba9"})
"""What the engine writes where a text is not known yet."""


def peek(tree: Tree, path: str) -> Tree:
    """What stands at a path; `None` where nothing does. A key may itself hold a slash, not a dot.

    The first element is meant where a list is on the way: bridged providers write blocks of which
    there is one as a list or as itself.
    """
    for key in path.split("."):
        if isinstance(tree, list):
            tree = tree[0] if tree else None
        if not isinstance(tree, Mapping):
            return None if tree is None else tree
        tree = tree.get(key)
    return tree


@dataclass(frozen=True)
class Plan:
    """All resources that will be there when the plan is done."""

    resources: Sequence[Planned]

    def of(self, *types: str) -> Iterator[Planned]:
        """The resources of some types."""
        return chain.from_iterable(self._by_type.get(each, ()) for each in types)

    def node_class(self, pool: Planned) -> Planned | None:
        """What an elastic pool makes its nodes of, if that is in this plan."""
        name = peek(pool.inputs, "spec.template.spec.nodeClassRef.name")
        return next(
            (
                found
                for found in self.of("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass")
                if name is not None and peek(found.inputs, "metadata.name") == name
            ),
            None,
        )

    def source(self, resource: Planned, key: str, *types: str) -> Planned | None:
        """The resource of these types that a property was made from, if it is one."""
        sources = (self._by_urn.get(urn) for urn in resource.derived_from.get(key, ()))
        return next((found for found in sources if found and found.type in types), None)

    @cached_property
    def _by_type(self) -> Mapping[str, Sequence[Planned]]:
        found: dict[str, list[Planned]] = {}
        for resource in self.resources:
            found.setdefault(resource.type, []).append(resource)
        return found

    @cached_property
    def _by_urn(self) -> Mapping[str, Planned]:
        return {resource.urn: resource for resource in self.resources}


def read(text: str) -> Plan:
    """Reads what `pulumi preview --json --show-sames` writes.

    Raises:
        PlanError: It is no such document, the preview failed, or it holds no step.
    """
    if not text.strip():
        raise PlanError("the plan is empty: the preview did not get that far")
    try:
        document = json.loads(text)
    except ValueError as error:
        raise PlanError(f"the plan is not JSON: {error}") from error
    told = document if isinstance(document, dict) else {}
    steps = told.get("steps") if isinstance(told.get("steps"), list) else []
    try:
        states = list(planned({**told, "steps": steps}))
    except DocumentError as error:
        raise PlanError(str(error)) from error
    if not steps:
        raise PlanError("the plan has no steps; allowed: pulumi preview --json --show-sames")
    found = {
        state["urn"]: Planned(
            type=state["type"],
            urn=state["urn"],
            name=state["urn"].rpartition("::")[2],
            inputs=state.get("inputs") or {},
            derived_from={
                key: tuple(urns or ())
                for key, urns in (state.get("propertyDependencies") or {}).items()
            },
        )
        for state in states
        if state and state.get("custom")
    }
    return Plan(list(found.values()))
