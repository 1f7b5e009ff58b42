from typing import Any

import pulumi
import pytest

from components.address_connection import AddressConnection, AddressConnectionArgs
from components.connection import Peer
from tests.components.recording import Deploy, Engine

PODS = Peer(namespace="data", labels={"app.kubernetes.io/name": "landing"})


def build(deploy: Deploy, blocks: Any) -> None:
    args = AddressConnectionArgs(source=PODS, blocks=blocks, port=443)
    deploy(lambda: AddressConnection("landing-to-store", args).egress_policy)


def test_only_the_named_addresses_are_reached_and_only_at_the_port(
    engine: Engine, deploy: Deploy
) -> None:
    build(deploy, pulumi.Output.from_input(["192.0.2.0/24", "198.51.100.0/24"]))

    policy = engine.one("NetworkPolicy")
    assert policy.metadata == {"name": "landing-to-store-egress", "namespace": "data"}
    assert policy.spec["podSelector"] == {"matchLabels": dict(PODS.labels)}
    assert policy.spec["egress"] == [
        {
            "to": [{"ipBlock": {"cidr": "192.0.2.0/24"}}, {"ipBlock": {"cidr": "198.51.100.0/24"}}],
            "ports": [{"protocol": "TCP", "port": 443}],
        }
    ]


def test_no_address_is_not_every_address(deploy: Deploy) -> None:
    with pytest.raises(ValueError, match="reads an empty list of targets as every target"):
        build(deploy, [])
