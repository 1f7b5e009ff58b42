from typing import Any

import pytest

from components.compute import Compute
from components.target_registration import (
    TargetRegistration,
    TargetRegistrationArgs,
    definitions,
    readiness_gate,
)
from tests.components import estate
from tests.components.complying import faults
from tests.components.estate import TAGS
from tests.components.recording import Deploy, Engine
from tests.support.aws_outputs import ACCOUNT, REGION

GROUP = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/edge-pods/0123456789abcdef"


def registration() -> TargetRegistration:
    return TargetRegistration(
        "door",
        TargetRegistrationArgs(
            cluster_name="mizan",
            account=ACCOUNT,
            region=REGION,
            vpc_id="vpc-1",
            target_group_arn=GROUP,
            target_namespace="serving",
            service="serving",
            port=8443,
            namespace="door",
            image=estate.IMAGE,
            compute=Compute(
                requests={"cpu": "100m", "memory": "256Mi"},
                limits={"cpu": "500m", "memory": "512Mi"},
            ),
            tls_secret="door-tls",  # noqa: S106 - the name of a Secret
            reachable_blocks=["10.20.0.0/16", "172.20.0.0/16"],
            tags=TAGS,
        ),
    )


@pytest.fixture
def made(engine: Engine, deploy: Deploy) -> Engine:
    deploy(lambda: (estate.namespace("door").name, registration().binding))
    return engine


def container(engine: Engine) -> dict[str, Any]:
    (found,) = engine.one("Deployment").spec["template"]["spec"]["containers"]
    return dict(found)


def test_the_service_is_bound_to_the_target_group_by_address_and_tls(made: Engine) -> None:
    binding = made.one("TargetGroupBinding")
    assert binding.metadata["namespace"] == "serving"
    assert binding.spec == {
        "ipAddressType": "ipv4",
        "serviceRef": {"name": "serving", "port": 8443},
        "targetGroupARN": GROUP,
        "targetGroupProtocol": "HTTPS",
        "targetType": "ip",
        "vpcID": "vpc-1",
    }
    assert readiness_gate("serving") == f"target-health.{definitions.GROUP}/serving"


def test_the_definition_knows_every_field_that_the_binding_says(made: Engine) -> None:
    known = definitions.BINDING
    said = made.one("TargetGroupBinding").spec
    assert set(said) == set(known["properties"]) == set(known["required"])
    assert set(said["serviceRef"]) == set(known["properties"]["serviceRef"]["properties"])


def test_it_changes_the_targets_of_this_group_and_nothing_else(made: Engine) -> None:
    (rights,) = made.typed("aws:iam/rolePolicy:RolePolicy")
    filling, reading = estate.statements(rights.inputs["policy"])
    assert filling["Resource"] == [GROUP]
    assert {one.partition(":")[2] for one in filling["Action"]} == {
        "RegisterTargets",
        "DeregisterTargets",
    }
    assert all(one.partition(":")[2].startswith("Describe") for one in reading["Action"])
    assert reading["Condition"]["StringEquals"] == {"aws:RequestedRegion": REGION}


def test_it_reads_the_namespace_of_the_service_alone(made: Engine) -> None:
    over_all = [
        resource
        for record in made.of("ClusterRole")
        for rule in record.inputs["rules"]
        for resource in rule["resources"]
    ]
    assert sorted(over_all) == ["ingressclasses", "ingressclassparams", "nodes"]
    assert {record.metadata["namespace"] for record in made.of("Role")} == {"serving", "door"}
    for record in (*made.of("ClusterRole"), *made.of("Role")):
        for rule in record.inputs["rules"]:
            assert not {"secrets", "*"} & {*rule["resources"], *rule["verbs"], *rule["apiGroups"]}
    assert "--watch-namespace=serving" in container(made)["args"]


def test_what_else_the_program_could_do_is_off(made: Engine) -> None:
    flags = container(made)["args"]
    (gates,) = [one.partition("=")[2] for one in flags if one.startswith("--feature-gates=")]
    assert {one.partition("=")[2] for one in gates.split(",")} == {"false"}
    assert {"EnableServiceController", "ALBGatewayAPI", "NLBGatewayAPI"} <= {
        one.partition("=")[0] for one in gates.split(",")
    }
    assert "--metrics-bind-addr=0" in flags
    assert not any("Webhook" in record.type for record in made.records)


def test_two_pods_hold_one_lease_and_reach_named_addresses_only(made: Engine) -> None:
    assert made.one("Deployment").spec["replicas"] == 2
    (egress,) = [
        one
        for one in made.of("NetworkPolicy")
        if one.metadata["name"].endswith("controller-egress")
    ]
    blocks = [to["ipBlock"]["cidr"] for rule in egress.spec["egress"] for to in rule["to"]]
    assert blocks == ["10.20.0.0/16", "172.20.0.0/16", "169.254.170.23/32"]


def test_target_registration_breaks_no_rule(made: Engine) -> None:
    assert faults(made.records) == []
