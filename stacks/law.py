"""What the law compiles to for layers beyond the plan, read as data and filled in.

The files are those of `policies/layers/generated`: one source for the plan, the organisation, the
network and the cluster. Nothing here says what is allowed.
"""

import json
from pathlib import Path
from typing import Any

import pulumi

FOLDER = Path(__file__).resolve().parent.parent / "policies" / "layers" / "generated"
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
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise pulumi.RunError(
            f"{path}: what the law says here cannot be read ({error}); `python -m policies.layers` "
            "writes it"
        ) from error
