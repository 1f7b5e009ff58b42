from typing import Any

import pytest

from components.api_server_connection import ApiServerConnection, ApiServerConnectionArgs
from components.connection import Connection, ConnectionArgs, Peer
from tests.components.recording import Deploy, Engine

TRAINING = Peer(namespace="training", labels={"app": "training"})
STORE = Peer(namespace="storage", labels={"app": "store"})


def selector(peer: Peer) -> dict[str, Any]:
    return {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": peer.namespace}},
        "podSelector": {"matchLabels": dict(peer.labels)},
    }


def test_one_declaration_opens_both_ends_and_only_those(engine: Engine, deploy: Deploy) -> None:
    names = deploy(
        lambda: (
            Connection(
                "training-store", ConnectionArgs(source=TRAINING, target=STORE, ports=[7070])
            ).ingress_policy
        )
    )
    assert names == "training-store-ingress"
    assert len(engine.of("NetworkPolicy")) == 2
    egress = engine.named("NetworkPolicy", "training-store-egress", "training")
    assert egress.spec == {
        "podSelector": {"matchLabels": {"app": "training"}},
        "policyTypes": ["Egress"],
        "egress": [{"to": [selector(STORE)], "ports": [{"protocol": "TCP", "port": 7070}]}],
    }
    ingress = engine.named("NetworkPolicy", "training-store-ingress", "storage")
    assert ingress.spec == {
        "podSelector": {"matchLabels": {"app": "store"}},
        "policyTypes": ["Ingress"],
        "ingress": [{"from": [selector(TRAINING)], "ports": [{"protocol": "TCP", "port": 7070}]}],
    }


def test_a_connection_without_ports_is_refused_because_it_would_open_all(
    engine: Engine, deploy: Deploy
) -> None:
    with pytest.raises(ValueError, match="names no port"):
        deploy(lambda: Connection("x", ConnectionArgs(source=TRAINING, target=STORE, ports=[])))


def test_the_api_server_is_reached_at_its_own_address(engine: Engine, deploy: Deploy) -> None:
    deploy(
        lambda: (
            ApiServerConnection(
                "issuer-api-server",
                ApiServerConnectionArgs(source=TRAINING, addresses=["10.255.255.1/32"], port=6443),
            ).egress_policy
        )
    )
    policy = engine.one("NetworkPolicy")
    assert policy.metadata["namespace"] == "training"
    assert policy.spec["policyTypes"] == ["Egress"]
    assert policy.spec["egress"] == [
        {
            "to": [{"ipBlock": {"cidr": "10.255.255.1/32"}}],
            "ports": [{"protocol": "TCP", "port": 6443}],
        }
    ]


def test_no_address_of_the_api_server_is_refused_because_it_would_open_all(
    engine: Engine, deploy: Deploy
) -> None:
    arguments = ApiServerConnectionArgs(source=TRAINING, addresses=[], port=6443)
    with pytest.raises(ValueError, match="no address of the API server"):
        deploy(lambda: ApiServerConnection("x", arguments))
