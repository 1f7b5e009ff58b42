import json
from typing import Any

import pytest

from policies.judging import Declared
from policies.reading import UNKNOWN
from policies.scanning import naming, shapes, terraform
from policies.scanning.manifests import NOT_KNOWN_YET, manifest
from policies.scanning.material import lay
from policies.scanning.shapes import NotConvertedError


def declared(type_: str, name: str, props: dict[str, Any], **derived: tuple[str, ...]) -> Declared:
    return Declared(
        type=type_,
        urn=f"urn:pulumi:s::mizan::{type_}::{name}",
        name=name,
        props=props,
        provider_type="pulumi:providers:x",
        derived_from=derived,
    )


KEY = declared(
    "aws:kms/key:Key", "lake.key", {"enableKeyRotation": True, "tags": {"dataClass": "x"}}
)
BUCKET = declared("aws:s3/bucket:Bucket", "lake", {"bucket": "lake-1af58b7"})
ENCRYPTION = declared(
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "lake-encryption",
    {
        "bucket": "lake-1af58b7",
        "rules": [
            {
                "applyServerSideEncryptionByDefault": {
                    "kmsMasterKeyId": UNKNOWN,
                    "sseAlgorithm": "aws:kms",
                },
                "bucketKeyEnabled": True,
            }
        ],
    },
    bucket=(BUCKET.urn,),
    rules=(KEY.urn,),
)


def made(*resources: Declared) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values and expressions of the last resource."""
    document = terraform.plan(list(resources)).document
    planned = document["planned_values"]["root_module"]["resources"][-1]
    configured = document["configuration"]["root_module"]["resources"][-1]
    return planned["values"], configured["expressions"]


def test_objects_are_blocks_by_their_singular_name() -> None:
    values, _ = made(KEY, BUCKET, ENCRYPTION)

    assert values == {
        "bucket": "lake-1af58b7",
        "rule": [
            {
                "apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms"}],
                "bucket_key_enabled": True,
            }
        ],
    }


def test_what_a_value_is_made_of_is_a_reference() -> None:
    _, expressions = made(KEY, BUCKET, ENCRYPTION)

    assert expressions["bucket"] == {"references": ["aws_s3_bucket.lake.id", "aws_s3_bucket.lake"]}
    rule = expressions["rule"][0]["apply_server_side_encryption_by_default"][0]
    assert rule == {
        "kms_master_key_id": {"references": ["aws_kms_key.lake_key.id", "aws_kms_key.lake_key"]}
    }


def test_what_is_not_known_is_no_value() -> None:
    plan = terraform.plan([KEY, BUCKET, ENCRYPTION])

    change = plan.document["resource_changes"][-1]["change"]
    rule = change["after_unknown"]["rule"][0]
    assert rule["apply_server_side_encryption_by_default"] == [{"kms_master_key_id": True}]


def test_the_keys_of_a_map_are_the_users() -> None:
    values, _ = made(KEY)
    assert values["tags"] == {"dataClass": "x"}


def test_the_name_of_a_place_says_which_source_it_is() -> None:
    group = declared("aws:ec2/securityGroup:SecurityGroup", "brokers", {})
    subnet = declared("aws:ec2/subnet:Subnet", "a", {})
    brokers = {"clientSubnets": [UNKNOWN], "securityGroups": [UNKNOWN], "instanceType": "m"}
    cluster = declared(
        "aws:msk/cluster:Cluster",
        "kafka",
        {"brokerNodeGroupInfo": brokers},
        brokerNodeGroupInfo=(subnet.urn, group.urn),
    )

    values, expressions = made(group, subnet, cluster)

    place = expressions["broker_node_group_info"][0]
    assert place["security_groups"]["references"][0] == "aws_security_group.brokers.id"
    assert place["client_subnets"]["references"][0] == "aws_subnet.a.id"
    assert values["broker_node_group_info"][0]["security_groups"] == [None]


def test_a_known_value_refers_only_to_what_its_name_speaks_of() -> None:
    group = declared("aws:ec2/securityGroup:SecurityGroup", "brokers", {})
    brokers = {"instanceType": "m", "securityGroups": ["sg-1"]}
    cluster = declared(
        "aws:msk/cluster:Cluster",
        "kafka",
        {"brokerNodeGroupInfo": brokers},
        brokerNodeGroupInfo=(group.urn,),
    )

    _, expressions = made(group, cluster)

    assert set(expressions["broker_node_group_info"][0]) == {"security_groups"}


def test_a_document_is_text_whether_given_as_text_or_as_an_object() -> None:
    policy = {"Version": "2012-10-17", "Statement": []}
    type_ = "aws:s3/bucketPolicy:BucketPolicy"
    for given in (policy, json.dumps(policy)):
        values, _ = made(declared(type_, "p", {"bucket": "b", "policy": given}))
        assert json.loads(values["policy"]) == policy


def test_two_resources_never_share_an_address() -> None:
    first, second = (
        declared("aws:s3/bucket:Bucket", name, {"bucket": name}) for name in ("a.b", "a/b")
    )

    plan = terraform.plan([first, second])

    assert plan.urns == {"aws_s3_bucket.a_b": first.urn, "aws_s3_bucket.a_b_2": second.urn}


def test_the_provider_is_there_with_its_region() -> None:
    provider = declared("pulumi:providers:aws", "region", {"region": "me-central-1"})

    plan = terraform.plan([provider, BUCKET])

    written = plan.document["configuration"]["provider_config"]["aws.region"]
    assert written["expressions"] == {"region": {"constant_value": "me-central-1"}}
    assert plan.urns["aws.region"] == provider.urn


@pytest.mark.parametrize(
    ("token", "name"),
    [
        ("aws:s3/bucket:Bucket", "aws_s3_bucket"),
        ("aws:ec2/vpc:Vpc", "aws_vpc"),
        ("aws:cfg/rule:Rule", "aws_config_config_rule"),
        ("aws:lb/loadBalancer:LoadBalancer", "aws_lb"),
        ("aws:rds/instance:Instance", "aws_db_instance"),
        ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
         "aws_vpc_security_group_ingress_rule"),
        ("aws:ec2transitgateway/route:Route", "aws_ec2_transit_gateway_route"),
        ("aws:costexplorer/anomalyMonitor:AnomalyMonitor", "aws_ce_anomaly_monitor"),
    ],
)  # fmt: skip
def test_types_have_terraforms_names(token: str, name: str) -> None:
    assert naming.type_name(token) == name


@pytest.mark.parametrize(
    ("type_", "token", "prop", "name"),
    [
        ("aws_launch_template", "aws:ec2/launchTemplate:LaunchTemplate", "blockDeviceMappings",
         "block_device_mappings"),
        ("aws_wafv2_web_acl", "aws:wafv2/webAcl:WebAcl", "rules", "rule"),
        ("aws_security_group", "aws:ec2/securityGroup:SecurityGroup", "ingress", "ingress"),
        ("aws_eks_cluster", "aws:eks/cluster:Cluster", "enabledClusterLogTypes",
         "enabled_cluster_log_types"),
        ("aws_autoscaling_group", "aws:autoscaling/group:Group", "vpcZoneIdentifiers",
         "vpc_zone_identifier"),
        ("aws_cloudtrail", "aws:cloudtrail/trail:Trail", "advancedEventSelectors",
         "advanced_event_selector"),
    ],
)  # fmt: skip
def test_properties_have_terraforms_names(type_: str, token: str, prop: str, name: str) -> None:
    assert naming.property_name(type_, shapes.properties_of(token)[prop]) == name


def test_every_type_of_the_sdk_can_be_read() -> None:
    tokens = shapes.tokens()
    assert len(tokens) > 1_700
    for token in sorted(tokens)[::40]:
        assert shapes.properties_of(token), token


def test_a_type_that_is_not_in_the_sdk_is_refused() -> None:
    with pytest.raises(NotConvertedError, match="aws:new/thing:Thing"):
        terraform.plan([declared("aws:new/thing:Thing", "x", {})])


def test_a_resource_of_another_provider_is_refused(tmp_path: Any) -> None:
    with pytest.raises(NotConvertedError, match="random:index/randomId:RandomId"):
        lay([declared("random:index/randomId:RandomId", "x", {})], None, tmp_path)


def test_a_chart_is_refused_and_an_object_is_a_manifest() -> None:
    with pytest.raises(NotConvertedError, match="declare what it renders"):
        manifest(declared("kubernetes:helm.sh/v3:Release", "x", {"chart": "c"}))
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": UNKNOWN}}
    text = manifest(declared("kubernetes:core/v1:Namespace", "x", space))
    assert text == f"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {NOT_KNOWN_YET}\n"
