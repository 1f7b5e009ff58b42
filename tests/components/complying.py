"""What the policy pack says of recorded resources of a cloud."""

from collections.abc import Iterable

from policies import catalog
from tests.components.recording import Record
from tests.support.policy_fixtures import Case, violations

PROVIDER = {"type": "pulumi:providers:aws", "props": {"region": "me-central-1"}}


def faults(records: Iterable[Record]) -> list[str]:
    """Every violation, in the words of the rules."""
    cases = [
        Case(type=record.type, name=record.name, props=record.inputs, provider=PROVIDER)
        for record in records
        if record.type.startswith("aws:")
    ]
    assert cases, "nothing of a cloud was recorded"
    return [
        message
        for module in catalog.modules()
        for messages in violations(module.policy, cases).values()
        for message in messages
    ]
