from typing import Any

import pytest

from components.namespace import SYSTEM_NAMESPACES, Namespace, NamespaceArgs
from tests.components.recording import Deploy, Engine


def build(deploy: Deploy, **more: Any) -> Any:
    arguments = NamespaceArgs(name="lake", cpu="1", memory="2Gi", **more)
    return deploy(lambda: Namespace("data", arguments).name)


def test_pods_are_held_to_the_restricted_standard(engine: Engine, deploy: Deploy) -> None:
    assert build(deploy) == "lake"
    labels = engine.one("Namespace").metadata["labels"]
    for mode in ("enforce", "audit", "warn"):
        assert labels[f"pod-security.kubernetes.io/{mode}"] == "restricted"
        assert labels[f"pod-security.kubernetes.io/{mode}-version"] == "latest"


def test_every_pod_is_closed_both_ways(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    policy = engine.named("NetworkPolicy", "default-deny", "lake")
    assert policy.spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_names_can_be_resolved_and_nothing_else_is_open(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    assert len(engine.of("NetworkPolicy")) == 2
    policy = engine.named("NetworkPolicy", "allow-dns", "lake")
    assert policy.spec["podSelector"] == {}
    assert policy.spec["policyTypes"] == ["Egress"]
    (rule,) = policy.spec["egress"]
    assert rule["to"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
        }
    ]
    assert {(port["protocol"], port["port"]) for port in rule["ports"]} == {
        ("UDP", 53),
        ("TCP", 53),
    }


def test_the_quota_caps_requests_limits_storage_and_pods(engine: Engine, deploy: Deploy) -> None:
    build(deploy, cpu_limit="4", storage="5Gi", pods=3)
    assert engine.one("ResourceQuota").spec["hard"] == {
        "requests.cpu": "1",
        "requests.memory": "2Gi",
        "limits.cpu": "4",
        "limits.memory": "2Gi",
        "requests.storage": "5Gi",
        "pods": "3",
    }


def test_no_volume_may_be_claimed_unless_it_was_planned(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    assert engine.one("ResourceQuota").spec["hard"]["requests.storage"] == "0"


def test_a_container_that_says_nothing_gets_the_default_size(
    engine: Engine, deploy: Deploy
) -> None:
    build(deploy, container_memory="64Mi")
    (limit,) = engine.one("LimitRange").spec["limits"]
    expected = {"cpu": "100m", "memory": "64Mi"}
    assert limit == {"type": "Container", "default": expected, "defaultRequest": expected}


@pytest.mark.parametrize("name", SYSTEM_NAMESPACES)
def test_a_namespace_of_kubernetes_own_is_left_alone(
    engine: Engine, deploy: Deploy, name: str
) -> None:
    arguments = NamespaceArgs(name=name, cpu="1", memory="1Gi")
    with pytest.raises(ValueError, match=f"{name} belongs to Kubernetes"):
        deploy(lambda: Namespace("system", arguments).name)
    assert not engine.of("Namespace")
