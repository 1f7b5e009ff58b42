"""The resources of a recorded plan as the rules take them."""

import json
from typing import Any

from pulumi.output import Unknown
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

from tests.support.aws_outputs import ACCOUNT
from tests.support.engine import Plan, Record
from tests.support.policy_fixtures import Case


def cases(plan: Plan) -> list[Case]:
    """All resources of a plan, each under the provider that makes it."""
    by_urn = {
        record.urn: Case(type=record.type, name=record.name).urn
        for record in plan.records
        if record.custom
    }
    return [_case(record, plan, by_urn) for record in plan.records]


def _case(record: Record, plan: Plan, by_urn: dict[str, str]) -> Case:
    return Case(
        type=record.type,
        name=record.name,
        props=_plain(record.inputs),
        provider=_provider(record, plan) if record.custom else None,
        depends={
            key: [by_urn[urn] for urn in urns if urn in by_urn]
            for key, urns in record.derived_from.items()
        },
    )


def _provider(record: Record, plan: Plan) -> dict[str, Any]:
    """The provider that makes a resource: the plan's own, or the default one."""
    type_ = f"pulumi:providers:{record.type.partition(':')[0]}"
    own = [other for other in plan.records if other.type == type_]
    props = _plain(own[0].inputs) if own else {}
    if "allowedAccountIds" in props:
        # What the mocks answer is of an account that stands for that of the environment.
        props["allowedAccountIds"] = json.dumps([*json.loads(props["allowedAccountIds"]), ACCOUNT])
    return {"type": type_, "props": props}


def _plain(value: Any) -> Any:
    """Properties with the engine's own word wherever nothing is known yet."""
    if isinstance(value, Unknown):
        return UNKNOWN_STRING_VALUE
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
