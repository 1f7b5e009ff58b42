"""What EKS refuses, and so has to be refused here: a rehearsal that is too kind proves nothing."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.aws.provider.provider import AwsProvider
from sandbox.provider_service.errors import ProviderError
from tests.sandbox.aws.trial import Trial


@pytest.fixture
def eks(stand_in: str) -> Any:
    return boto3.client(
        "eks",
        endpoint_url=stand_in,
        region_name="me-central-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",  # noqa: S106 - no secret: the stand-in knows no accounts
    )


@pytest.fixture
def cluster(provider: AwsProvider, filled: Callable[[Any], Any]) -> Any:
    def make(name: str, **more: Any) -> Trial:
        trial = Trial(provider, "aws:eks/cluster:Cluster", name)
        subnets = filled(["${subnet.id}", "${subnet_b.id}"])
        inputs = {
            "name": name,
            "roleArn": filled("${role.arn}"),
            "vpcConfig": {"subnetIds": subnets},
            **more,
        }
        trial.create(trial.checked(inputs))
        return trial

    return make


def test_a_protected_cluster_is_deleted_only_after_an_update(cluster: Any) -> None:
    made = cluster("protected", deletionProtection=True)
    with pytest.raises(ProviderError, match="deletion protection"):
        made.delete()
    assert made.read() is not None
    made.update(made.checked({**made.inputs, "deletionProtection": False}))
    made.delete()
    assert made.read() is None


def test_a_cluster_in_one_zone_is_refused(cluster: Any, filled: Callable[[Any], Any]) -> None:
    with pytest.raises(ProviderError, match="two different AZs"):
        cluster("narrow", vpcConfig={"subnetIds": [filled("${subnet.id}")]})


def test_a_cluster_with_nodes_stays_and_takes_its_entries_along(
    cluster: Any, provider: AwsProvider, filled: Callable[[Any], Any], eks: Any
) -> None:
    made = cluster("peopled")
    role = filled("${node_role.arn}")
    group = Trial(provider, "aws:eks/nodeGroup:NodeGroup", "group")
    inputs = {
        "clusterName": "peopled",
        "nodeRoleArn": role,
        "subnetIds": [filled("${subnet.id}")],
        "scalingConfig": {"minSize": 1, "maxSize": 1, "desiredSize": 1},
    }
    group.create(group.checked(inputs))
    # EKS lets the nodes of its groups in by itself.
    assert eks.list_access_entries(clusterName="peopled")["accessEntries"] == [role]
    with pytest.raises(ProviderError, match="nodegroups attached"):
        made.delete()
    group.delete()
    made.delete()
    with pytest.raises(ClientError, match="No cluster found"):
        eks.list_access_entries(clusterName="peopled")


def test_one_call_changes_one_thing(cluster: Any, eks: Any) -> None:
    made = cluster("careful")
    with pytest.raises(ClientError, match="Only one type of update"):
        eks.update_cluster_config(
            name="careful",
            upgradePolicy={"supportType": "STANDARD"},
            deletionProtection=True,
        )
    made.delete()


def test_what_belongs_to_no_cluster_is_refused(eks: Any) -> None:
    with pytest.raises(ClientError, match="No cluster found for name: nowhere"):
        eks.create_addon(clusterName="nowhere", addonName="coredns")


def test_a_group_whose_template_is_missing_is_refused(
    cluster: Any, eks: Any, filled: Callable[[Any], Any]
) -> None:
    made = cluster("templated")
    with pytest.raises(ClientError, match="launch template that exists"):
        eks.create_nodegroup(
            clusterName="templated",
            nodegroupName="g",
            nodeRole=filled("${role.arn}"),
            subnets=[filled("${subnet.id}")],
            launchTemplate={"id": "lt-0", "version": "1"},
        )
    made.delete()


def test_the_security_group_of_a_cluster_lives_and_goes_with_it(
    cluster: Any, stand_in: str
) -> None:
    ec2 = boto3.client(
        "ec2",
        endpoint_url=stand_in,
        region_name="me-central-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",  # noqa: S106 - no secret: the stand-in knows no accounts
    )
    made = cluster("walled")
    group = made.state["vpcConfig"]["clusterSecurityGroupId"]
    assert ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    made.delete()
    with pytest.raises(ClientError, match="NotFound"):
        ec2.describe_security_groups(GroupIds=[group])
