"""What the engine would write of a program that was built under mocks, or of a few resources."""

import json
from collections.abc import Iterable
from typing import Any

from tests.support.aws_outputs import ACCOUNT
from tests.support.engine import Plan

Json = dict[str, Any]
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine writes where a text is not known yet."""

AWS_URN = "urn:pulumi:smb::mizan::pulumi:providers:aws::region"
AWS = {"type": "pulumi:providers:aws", "urn": AWS_URN, "custom": True, "id": "id",
       "inputs": {"region": "me-central-1"}}  # fmt: skip


def document(states: Iterable[Json]) -> str:
    """A plan that creates these resources."""
    steps = [{"op": "create", "urn": state["urn"], "newState": state} for state in states]
    written = {"config": {}, "steps": steps, "diagnostics": []}
    return json.dumps(written, default=lambda _: UNKNOWN)


def of_program(plan: Plan, stack: str) -> str:
    """The plan of a stack, with what each property was made from and who makes each resource."""
    urns = {
        record.urn: f"urn:pulumi:{stack}::mizan::{record.type}::{record.name}"
        for record in plan.records
    }
    providers = {
        record.type.rpartition(":")[2]: urns[record.urn]
        for record in plan.records
        if record.type.startswith("pulumi:providers:")
    }
    states = []
    for record in plan.records:
        maker = providers.get(record.type.partition(":")[0])
        states.append(
            {
                "type": record.type,
                "urn": urns[record.urn],
                "custom": record.custom,
                "inputs": _with_account(record.inputs),
                "provider": f"{maker}::id" if maker and record.custom else "",
                "propertyDependencies": {
                    key: [urns[urn] for urn in made if urn in urns]
                    for key, made in record.derived_from.items()
                },
            }
        )
    return document(states)


def _with_account(inputs: Json) -> Json:
    """Adds the account of what the mocks answer to those that a provider may work in."""
    if "allowedAccountIds" not in inputs:
        return inputs
    return {
        **inputs,
        "allowedAccountIds": json.dumps([*json.loads(inputs["allowedAccountIds"]), ACCOUNT]),
    }


def state(type_: str, name: str, inputs: Json, **made_from: list[str]) -> Json:
    """A resource of the stack `smb`, made by its AWS provider where it is of AWS."""
    return {
        "type": type_,
        "urn": urn(type_, name),
        "custom": not type_.startswith("mizan:"),
        "inputs": inputs,
        "provider": f"{AWS_URN}::id" if type_.startswith("aws:") else "",
        "propertyDependencies": made_from,
    }


def urn(type_: str, name: str) -> str:
    """The name by which the engine knows a resource of the stack `smb`."""
    return f"urn:pulumi:smb::mizan::{type_}::{name}"
