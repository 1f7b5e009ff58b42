"""Plans and states as the engine writes them, read into what the rules judge.

A plan is what `pulumi preview --json --show-sames` prints, a state what `pulumi stack export` does.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from policies.judging import Declared
from policies.reading import thaw
from policies.steps import DocumentError, planned


@dataclass(frozen=True)
class Document:
    """What the engine wrote of one stack.

    Attributes:
        stack: Name of the stack.
        resources: All of them, providers and components included, in the order of the engine.
    """

    stack: str
    resources: list[Declared]


def read(text: str) -> Document:
    """Reads a plan or an exported state.

    Raises:
        DocumentError: It is neither, the preview that wrote it failed, or it holds no resource.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise DocumentError(f"the document is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise DocumentError("the document is no object; allowed: a plan or an exported state")
    exported = (document.get("deployment") or {}).get("resources") or []
    states = [one for one in chain(planned(document), exported) if isinstance(one, Mapping)]
    if not states:
        raise DocumentError(
            "the document holds no resource; allowed: `pulumi preview --json --show-sames` or "
            "`pulumi stack export`"
        )
    return Document(stack=states[0]["urn"].split(":")[2], resources=_declared(states))


def _declared(states: list[Mapping[str, Any]]) -> list[Declared]:
    by_urn = {state["urn"]: state for state in states if not state.get("delete")}
    return [_resource(state, by_urn) for state in by_urn.values()]


def _resource(state: Mapping[str, Any], by_urn: Mapping[str, Mapping[str, Any]]) -> Declared:
    # A reference to a provider is its URN and its id.
    provider = by_urn.get(str(state.get("provider") or "").rpartition("::")[0], {})
    dependencies = state.get("propertyDependencies") or {}
    return Declared(
        type=state["type"],
        urn=state["urn"],
        name=state["urn"].rpartition("::")[2],
        props=thaw(state.get("inputs") or {}),
        provider_type=provider.get("type") or _made_by_default(state),
        provider_props=thaw(provider.get("inputs") or {}) if provider else None,
        derived_from={key: tuple(urns or ()) for key, urns in dependencies.items()},
    )


def _made_by_default(state: Mapping[str, Any]) -> str | None:
    """The provider of a resource that a plan does not show with it; none of a component."""
    type_ = str(state["type"])
    if not state.get("custom") or type_.startswith("pulumi:"):
        return None
    return f"pulumi:providers:{type_.partition(':')[0]}"
