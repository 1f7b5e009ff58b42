"""What AWS would answer for a resource that a test only records: a value for each output.

The names come from pulumi-aws itself. The values are no facts: they only have the right type.
"""

import functools
import importlib
from typing import Any

ACCOUNT = "111122223333"
REGION = "me-central-1"

_sdk: Any = importlib.import_module("pulumi._types")

ZONES = ("me-central-1a", "me-central-1b", "me-central-1c")

# Outputs that a component reaches into.
NESTED: dict[str, dict[str, Any]] = {
    "aws:ec2/vpcEndpoint:VpcEndpoint": {"cidrBlocks": ["192.0.2.0/24"]},
    "aws:eks/cluster:Cluster": {
        "certificateAuthority": {"data": "Q0E="},
        "endpoint": "https://cluster.gr7.me-central-1.eks.amazonaws.com",
        "identities": [{"oidcs": [{"issuer": "https://oidc.example"}]}],
        "vpcConfig": {"clusterSecurityGroupId": "sg-cluster"},
    },
    "aws:networkfirewall/firewall:Firewall": {
        "firewallStatuses": [
            {
                "syncStates": [
                    {
                        "availabilityZone": zone,
                        "attachments": [{"endpointId": f"vpce-{zone}", "subnetId": "subnet"}],
                    }
                    for zone in ZONES
                ]
            }
        ],
    },
}


@functools.cache
def outputs_of(token: str) -> dict[str, Any]:
    """Every output property of a type, by its name on the wire, with its Python type.

    Args:
        token: Type of the resource (`aws:s3/bucket:Bucket`).
    """
    module, _, class_name = token.removeprefix("aws:").partition(":")
    folder = module.partition("/")[0]
    folder = {"lambda": "lambda_"}.get(folder, folder)
    holder = importlib.import_module(f"pulumi_aws.{folder}")
    found: dict[str, Any] = _sdk.resource_types(getattr(holder, class_name))
    return found


def answered(token: str, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """The state of a resource as the provider would give it: its inputs, and its outputs."""
    state = dict(inputs)
    if not token.startswith("aws:"):
        return state
    for key, kind in outputs_of(token).items():
        if key in state:
            continue
        if key in NESTED.get(token, {}):
            state[key] = NESTED[token][key]
        elif key == "arn" or (key.endswith("Arn") and kind is str):
            service = token.removeprefix("aws:").partition("/")[0]
            state[key] = f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"
        elif kind is str:
            state[key] = f"{name}-{key}"
        elif key == "tagsAll":
            state[key] = dict(state.get("tags", {}))
    return state
