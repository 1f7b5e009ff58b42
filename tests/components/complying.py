"""Whether recorded resources of a component pass the policy pack."""

import json
from collections.abc import Iterable
from typing import Any

from policies import catalog
from stacks.hardening import hardened
from tests.components.recording import Record
from tests.support.aws_outputs import ACCOUNT, REGION
from tests.support.policy_fixtures import Case, violations

ENVIRONMENT_TAGS = {"owner": "ai-platform", "cost-centre": "CC-1", "environment": "trial"}
"""What the stack's provider adds to the tags of every resource."""
PROVIDERS: dict[str, dict[str, Any]] = {
    "aws": {
        "type": "pulumi:providers:aws",
        "props": {
            "region": REGION,
            "allowedAccountIds": json.dumps([ACCOUNT]),
            "defaultTags": json.dumps({"tags": ENVIRONMENT_TAGS}),
        },
    },
    "kubernetes": {"type": "pulumi:providers:kubernetes", "props": {}},
}
WHOLE_STACK = ("audit-access-logs", "cost-monthly-budget")
"""Rules that one component alone cannot keep."""

RULES = tuple(
    module.policy for module in catalog.modules() if module.policy.name not in WHOLE_STACK
)


def faults(records: Iterable[Record]) -> list[str]:
    """Every violation, of resources as the stack's own transform leaves them."""
    cases = [
        Case(
            type=record.type,
            name=record.name,
            props=hardened(record.type, record.inputs, {}),
            provider=PROVIDERS[record.type.partition(":")[0]],
        )
        for record in records
        if record.type.partition(":")[0] in PROVIDERS
    ]
    assert cases, "nothing was recorded"
    return [
        message
        for rule in RULES
        for messages in violations(rule, cases).values()
        for message in messages
    ]
