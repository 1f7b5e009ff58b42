from collections.abc import Sequence

import pytest

from components.address_admission import AddressAdmission, AddressAdmissionArgs
from components.connection import Peer
from tests.components.recording import Deploy, Engine

SERVING = Peer(namespace="serving", labels={"app.kubernetes.io/name": "serving"})


def admit(deploy: Deploy, blocks: Sequence[str], ports: Sequence[int] = (8443,)) -> object:
    return deploy(
        lambda: (
            AddressAdmission(
                "door-to-serving", AddressAdmissionArgs(blocks=blocks, target=SERVING, ports=ports)
            ).ingress_policy
        )
    )


def test_the_addresses_reach_the_pods_port_and_nothing_else(engine: Engine, deploy: Deploy) -> None:
    admit(deploy, ["10.20.4.0/26", "10.20.4.64/26"])

    policy = engine.one("NetworkPolicy")
    assert policy.metadata["namespace"] == "serving"
    assert policy.spec == {
        "podSelector": {"matchLabels": SERVING.labels},
        "policyTypes": ["Ingress"],
        "ingress": [
            {
                "from": [
                    {"ipBlock": {"cidr": "10.20.4.0/26"}},
                    {"ipBlock": {"cidr": "10.20.4.64/26"}},
                ],
                "ports": [{"protocol": "TCP", "port": 8443}],
            }
        ],
    }


@pytest.mark.parametrize(
    ("blocks", "ports", "told"),
    [([], [8443], "every source"), (["10.20.4.0/26"], [], "every port")],
)
def test_what_would_admit_everybody_is_refused(
    deploy: Deploy, blocks: list[str], ports: list[int], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        admit(deploy, blocks, ports)
