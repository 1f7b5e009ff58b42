"""What the law compiles to for layers beyond the plan, read as data and filled in.

The files are those of `policies/layers/generated`: one source for the plan, the organisation, the
network and the cluster. Nothing here says what is allowed.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pulumi
import yaml

FOLDER = Path(__file__).resolve().parent.parent / "policies" / "layers" / "generated"
OUTSIDE = '"<outside-blocks>"'
"""Where an expression of the API server takes address blocks."""
REST = "rest"
"""Endpoint policy of every service that has none of its own."""


def endpoint_policy(region: str, service: str, account: str) -> dict[str, Any]:
    """The policy of a private way to a service of AWS.

    Args:
        region: Region of the endpoint.
        service: The service, as AWS names its endpoint (`ecr.api`).
        account: Number of the account that it serves.

    Raises:
        pulumi.RunError: if the law knows no endpoint in the region.
    """
    own = FOLDER / "endpoints" / region / f"{service}.json"
    found = own if own.exists() else own.with_name(f"{REST}.json")
    return _document(found, account=[account])


def organisation(organisation_id: str, keepers: list[str]) -> dict[str, dict[str, Any]]:
    """The documents of the organisation's policies, by their names.

    Args:
        organisation_id: The organisation (`o-` and letters and digits).
        keepers: ARNs of the roles that may dismantle detection; may be empty.

    Raises:
        pulumi.RunError: if a document cannot be read.
    """
    return {
        path.stem: _document(path, organisation=[organisation_id], keepers=sorted(keepers))
        for path in sorted((FOLDER / "organisation").glob("*.json"))
    }


def resolvable(region: str, domains: tuple[str, ...]) -> list[str]:
    """Names that a network in a region resolves: those of AWS there, and the domains.

    Args:
        region: Region of the network.
        domains: Domains outside that an environment asks for.

    Raises:
        pulumi.RunError: if the law does not list a domain, or knows no names in the region.
    """
    allowed = _read(FOLDER / "names" / "reachable.json")
    strange = [domain for domain in domains if domain not in allowed]
    if strange:
        raise pulumi.RunError(
            f"network.allowed_domains names {', '.join(strange)}; allowed by domains of "
            f"policies/boundary.yaml: {', '.join(allowed) or '(none)'}"
        )
    return [*_read(FOLDER / "names" / f"{region}.json"), *domains]


def admission(outside_blocks: pulumi.Input[Sequence[str]]) -> list[dict[str, Any]]:
    """What the API server refuses: policies, each with what puts it in force.

    Args:
        outside_blocks: Addresses (CIDR) besides private ones that pods may be let to reach.

    Raises:
        pulumi.RunError: if a document cannot be read.
    """
    documents = [
        document
        for path in sorted((FOLDER / "admission").glob("*.yaml"))
        for document in yaml.safe_load_all(_text(path))
    ]
    for document in documents:
        for variable in document["spec"].get("variables", ()):
            if OUTSIDE in variable["expression"]:
                variable["expression"] = _with_blocks(variable["expression"], outside_blocks)
    return documents


def pod_settings() -> dict[str, str]:
    """The variables that every container gets, by their names.

    Raises:
        pulumi.RunError: if the file cannot be read.
    """
    found: dict[str, str] = _read(FOLDER / "pods" / "settings.json")
    return found


def _with_blocks(
    expression: str, outside_blocks: pulumi.Input[Sequence[str]]
) -> pulumi.Output[str]:
    def filled(blocks: Sequence[str]) -> str:
        return expression.replace(OUTSIDE, ", ".join(json.dumps(block) for block in blocks))

    return pulumi.Output.from_input(outside_blocks).apply(filled)


def _document(path: Path, **values: list[str]) -> dict[str, Any]:
    """A document with its blanks filled in; a condition of a denial on nothing falls away."""
    document: dict[str, Any] = _read(path)
    for statement in document.get("Statement", ()):
        conditions = _filled(statement.get("Condition", {}), values)
        if statement["Effect"] == "Deny":
            conditions = {
                operator: kept
                for operator, keys in conditions.items()
                if (kept := {key: value for key, value in keys.items() if value != []})
            }
        if conditions:
            statement["Condition"] = conditions
        else:
            statement.pop("Condition", None)
    return document


def _filled(value: Any, values: dict[str, list[str]]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, values) for key, item in value.items()}
    if isinstance(value, list):
        return [filled for item in value for filled in _meant(item, values)]
    return _meant(value, values)[0]


def _meant(text: str, values: dict[str, list[str]]) -> list[str]:
    if not text.startswith("<"):
        return [text]
    return values[text.strip("<>")]


def _read(path: Path) -> Any:
    return json.loads(_text(path))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise pulumi.RunError(
            f"{path}: what the law says here cannot be read ({error.strerror}); "
            "`python -m policies.layers` writes it"
        ) from error
