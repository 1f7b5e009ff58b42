from components.batch_executors import BatchExecutors, BatchExecutorsArgs
from tests.support.engine import Plan, build

NAME = "app.kubernetes.io/name"
DRIVER = {NAME: "batch", "part": "driver"}
EXECUTOR = {NAME: "batch", "part": "executor"}


def plan() -> Plan:
    return build(
        "any",
        program=lambda: BatchExecutors(
            "executors",
            BatchExecutorsArgs(
                namespace="batch",
                service_account="spark",
                template="executor",
                driver=DRIVER,
                executor=EXECUTOR,
                driver_port=7078,
                block_port=7079,
                api_server_blocks=["10.0.0.1/32"],
                api_server_port=6443,
            ),
        ),
    )


def test_a_driver_may_make_and_end_pods_and_read_one_template() -> None:
    role = plan().named("Role", "spark", "batch")
    pods, template = role.inputs["rules"]
    assert pods["resources"] == ["pods"]
    assert set(pods["verbs"]) == {"create", "delete", "deletecollection", "get", "list", "watch"}
    assert template == {
        "apiGroups": [""],
        "resources": ["podtemplates"],
        "verbs": ["get"],
        "resourceNames": ["executor"],
    }


def test_the_right_is_the_drivers_account_and_ends_at_its_namespace() -> None:
    made = plan()
    assert made.of("ClusterRole") == []
    binding = made.named("RoleBinding", "spark", "batch")
    assert binding.inputs["subjects"] == [
        {"kind": "ServiceAccount", "name": "spark", "namespace": "batch"}
    ]


def test_pods_reach_each_other_on_their_two_ports_and_only_the_driver_the_api_server() -> None:
    opened = {
        (
            rule["to"][0].get("ipBlock", {}).get("cidr")
            or rule["to"][0]["podSelector"]["matchLabels"]["part"],
            policy.spec["podSelector"]["matchLabels"]["part"],
            tuple(port["port"] for port in rule["ports"]),
        )
        for policy in plan().of("NetworkPolicy")
        for rule in policy.spec.get("egress", [])
    }
    assert opened == {
        ("driver", "executor", (7078, 7079)),
        ("executor", "driver", (7079,)),
        ("executor", "executor", (7079,)),
        ("10.0.0.1/32", "driver", (6443,)),
    }
