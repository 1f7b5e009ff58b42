"""What a region gives to who stands outside it: a way to its objects, and a role."""

import json
from typing import Any

import pytest

from components.remote_identity import RemoteIdentity, RemoteIdentityArgs
from components.remote_store_endpoint import RemoteStoreEndpoint, RemoteStoreEndpointArgs
from components.tags import Tags
from stacks import law
from tests.components.complying import faults
from tests.components.recording import Deploy, Engine

ACCOUNT = "111122223333"
REGION = "me-central-1"
TAGS = Tags(workload="platform", profile="shared", data_class="internal")


def endpoint(**changes: Any) -> Any:
    given: dict[str, Any] = {
        "vpc_id": "vpc-1",
        "subnet_ids": {"me-central-1a": "subnet-1", "me-central-1b": "subnet-2"},
        "blocks": ["10.8.0.0/16"],
        "policy": law.endpoint_policy(REGION, "s3", ACCOUNT),
        "region": REGION,
        "tags": TAGS,
        **changes,
    }
    return RemoteStoreEndpoint("store", RemoteStoreEndpointArgs(**given)).url


def identity() -> Any:
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    arguments = RemoteIdentityArgs(
        subject="replication.there", policy=policy, account=ACCOUNT, region=REGION, tags=TAGS
    )
    return RemoteIdentity("reader", arguments).role_arn


def test_objects_are_reached_from_behind_the_link_only(deploy: Deploy, engine: Engine) -> None:
    deploy(endpoint)

    (rule,) = engine.typed("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert (rule.inputs["cidrIpv4"], rule.inputs["toPort"]) == ("10.8.0.0/16", 443)
    (made,) = engine.typed("aws:ec2/vpcEndpoint:VpcEndpoint")
    assert (made.inputs["vpcEndpointType"], made.inputs["privateDnsEnabled"]) == (
        "Interface",
        False,
    )
    own = json.loads(made.inputs["policy"])["Statement"][0]["Condition"]["StringEquals"]
    assert own == {"aws:PrincipalAccount": ACCOUNT, "aws:ResourceAccount": ACCOUNT}


def test_an_endpoint_for_nobody_is_refused(deploy: Deploy) -> None:
    with pytest.raises(ValueError, match="those behind the link"):
        deploy(lambda: endpoint(blocks=[]))


def test_the_role_opens_for_one_certificate_and_this_accounts_anchors(
    deploy: Deploy, engine: Engine
) -> None:
    deploy(identity)

    (role,) = engine.typed("aws:iam/role:Role")
    (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert statement["Principal"] == {"Service": "rolesanywhere.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:PrincipalTag/x509Subject/CN": "replication.there"},
        "ArnLike": {"aws:SourceArn": f"arn:aws:rolesanywhere:{REGION}:{ACCOUNT}:trust-anchor/*"},
    }


def test_both_break_no_rule(deploy: Deploy, engine: Engine) -> None:
    deploy(lambda: (endpoint(), identity())[0])

    assert faults(engine.records) == []
