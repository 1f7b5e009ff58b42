import json
from typing import Any

import pytest

from components import streaming
from components.streaming import Aws, Brokers, Streaming, StreamingArgs, TopicAccess, TopicGrant
from components.tags import Tags
from tests.components.recording import Deploy, Engine

ZONES = {f"me-central-1{letter}": f"subnet-{letter}" for letter in "abc"}
ARN = "arn:aws:kafka:me-central-1:111122223333:cluster/streaming/0a1b-2"


def brokers(**fields: Any) -> Brokers:
    given: dict[str, Any] = {
        "kafka_version": "3.9.x",
        "kind": "kafka.m7g.large",
        "count": 3,
        "storage_gib": 100,
        "largest_storage_gib": 1000,
        "retention_hours": 168,
    }
    return Brokers(**{**given, **fields})


def build(deploy: Deploy, **fields: Any) -> Any:
    given: dict[str, Any] = {
        "brokers": brokers(),
        "vpc_id": "vpc-1",
        "subnet_ids": ZONES,
        "key_arn": "arn:aws:kms:me-central-1:111122223333:key/stream",
        "log_key_arn": "arn:aws:kms:me-central-1:111122223333:key/logs",
        "log_retention_days": 365,
        "client_security_group_ids": {"nodes": "sg-nodes"},
        "client_cidrs": {"site-two": "10.64.0.0/16"},
        "tags": Tags(workload="landing", data_class="personal", profile="stream"),
    }
    site = Aws(**{**given, **fields})
    arguments = StreamingArgs(topics=[], grants=[], site=site)
    return deploy(lambda: Streaming("stream", arguments).bootstrap_brokers)


def cluster(engine: Engine) -> dict[str, Any]:
    (made,) = engine.typed("aws:msk/cluster:Cluster")
    return made.inputs


def test_brokers_speak_tls_only_and_to_known_identities_only(
    engine: Engine, deploy: Deploy
) -> None:
    assert build(deploy)
    made = cluster(engine)
    assert made["encryptionInfo"]["encryptionInTransit"] == {
        "clientBroker": "TLS",
        "inCluster": True,
    }
    assert made["clientAuthentication"] == {
        "sasl": {"iam": True, "scram": False},
        "unauthenticated": False,
    }
    assert made["brokerNodeGroupInfo"]["connectivityInfo"] == {"publicAccess": {"type": "DISABLED"}}


def test_volumes_and_logs_have_keys_of_ones_own(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    assert cluster(engine)["encryptionInfo"]["encryptionAtRestKmsKeyArn"].endswith("key/stream")
    (logs,) = engine.typed("aws:cloudwatch/logGroup:LogGroup")
    assert logs.inputs["kmsKeyId"].endswith("key/logs")
    written = cluster(engine)["loggingInfo"]["brokerLogs"]
    assert written["cloudwatchLogs"]["enabled"] is True
    assert "s3" not in written


def test_logs_go_to_a_bucket_too_where_one_is_given(engine: Engine, deploy: Deploy) -> None:
    build(deploy, log_bucket="audit")
    written = cluster(engine)["loggingInfo"]["brokerLogs"]
    assert written["s3"] == {"enabled": True, "bucket": "audit", "prefix": "kafka/stream"}
    assert "cloudwatchLogs" in written


def test_brokers_stand_in_every_zone(engine: Engine, deploy: Deploy) -> None:
    build(deploy, brokers=brokers(count=6))
    assert cluster(engine)["brokerNodeGroupInfo"]["clientSubnets"] == list(ZONES.values())
    assert cluster(engine)["numberOfBrokerNodes"] == 6


def test_only_the_given_clients_reach_the_one_port(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    (group,) = engine.typed("aws:ec2/securityGroup:SecurityGroup")
    assert "ingress" not in group.inputs
    assert "egress" not in group.inputs
    rules = engine.typed("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert {(rule.inputs["fromPort"], rule.inputs["toPort"]) for rule in rules} == {(9098, 9098)}
    admitted = {
        rule.inputs.get("referencedSecurityGroupId") or rule.inputs["cidrIpv4"] for rule in rules
    }
    assert admitted == {"sg-nodes", "10.64.0.0/16"}
    assert not engine.typed("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")


@pytest.mark.parametrize("cidr", ["0.0.0.0/0", "8.8.8.0/24", "10.0.0.0/7", "172.0.0.0/8"])
def test_a_range_that_is_not_private_is_refused(cidr: str, deploy: Deploy) -> None:
    with pytest.raises(ValueError, match=r"the range all is .* not private|has host bits set"):
        build(deploy, client_cidrs={"all": cidr})


def test_volumes_grow_to_their_limit_and_no_deployment_shrinks_them(
    engine: Engine, deploy: Deploy
) -> None:
    build(deploy)
    (target,) = engine.typed("aws:appautoscaling/target:Target")
    assert target.inputs["maxCapacity"] == 1000
    (policy,) = engine.typed("aws:appautoscaling/policy:Policy")
    tracked = policy.inputs["targetTrackingScalingPolicyConfiguration"]
    assert tracked["disableScaleIn"] is True
    assert tracked["targetValue"] < 80
    assert policy.inputs["resourceId"] == target.inputs["resourceId"]


def test_a_volume_that_may_not_grow_stays_as_it_is(engine: Engine, deploy: Deploy) -> None:
    build(deploy, brokers=brokers(largest_storage_gib=None))
    assert not engine.typed("aws:appautoscaling/target:Target")


def test_no_acknowledged_record_is_lost_with_a_zone(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    (made,) = engine.typed("aws:msk/configuration:Configuration")
    settings = dict(line.split("=") for line in made.inputs["serverProperties"].splitlines())
    assert settings["unclean.leader.election.enable"] == "false"
    assert settings["auto.create.topics.enable"] == "false"
    assert int(settings["min.insync.replicas"]) == int(settings["default.replication.factor"]) - 1
    assert settings["log.retention.hours"] == "168"


@pytest.mark.parametrize("count", [0, 1, 2, 4, 5, 7])
def test_brokers_that_do_not_spread_evenly_are_refused(count: int, deploy: Deploy) -> None:
    with pytest.raises(ValueError, match=rf"{count} brokers cannot be spread evenly .* such as"):
        build(deploy, brokers=brokers(count=count))


def test_fewer_zones_than_copies_are_refused(deploy: Deploy) -> None:
    two = dict(list(ZONES.items())[:2])
    with pytest.raises(ValueError, match=r"brokers in 2 zones .*give 3 zones"):
        build(deploy, subnet_ids=two, brokers=brokers(count=4))


def test_brokers_are_counted_by_zone() -> None:
    assert [brokers(count=count).in_each(ZONES) for count in (3, 6, 30)] == [1, 2, 10]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kafka_version": "3.5.1"}, "3.6 or later"),
        ({"kafka_version": "latest"}, "3.6 or later"),
        ({"kind": "m7g.large"}, "kafka.<family>.<size>"),
        ({"kind": "kafka.t3.small"}, "cannot tier"),
        ({"storage_gib": 0}, "rise from 1 to at most 16384"),
        ({"largest_storage_gib": 50}, "rise from 1 to at most 16384"),
        ({"largest_storage_gib": 20000}, "rise from 1 to at most 16384"),
        ({"retention_hours": 0}, "give 1 to"),
        ({"retention_hours": -1}, "give 1 to"),
    ],
)
def test_what_msk_cannot_run_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        brokers(**fields)


def statements(document: str) -> dict[str, list[str]]:
    return {
        action: statement["Resource"]
        for statement in json.loads(document)["Statement"]
        for action in statement["Action"]
    }


def rights(deploy: Deploy, **topics: TopicAccess) -> dict[str, list[str]]:
    grants = [
        TopicGrant(user="landing", topic=topic, access=access) for topic, access in topics.items()
    ]
    return statements(deploy(lambda: streaming.grant_documents(ARN, grants)["landing"]))


def test_who_may_write_a_topic_reads_none(engine: Engine, deploy: Deploy) -> None:
    allowed = rights(deploy, events=TopicAccess.WRITE)
    assert allowed["kafka-cluster:WriteData"] == [ARN.replace(":cluster/", ":topic/") + "/events"]
    assert allowed["kafka-cluster:Connect"] == [ARN]
    assert "kafka-cluster:WriteDataIdempotently" in allowed
    assert "kafka-cluster:ReadData" not in allowed
    assert not any("*" in action for action in allowed)


def test_who_may_read_a_topic_does_so_as_the_group_of_its_name(
    engine: Engine, deploy: Deploy
) -> None:
    allowed = rights(deploy, events=TopicAccess.READ)
    assert allowed["kafka-cluster:ReadData"] == [ARN.replace(":cluster/", ":topic/") + "/events"]
    assert allowed["kafka-cluster:AlterGroup"] == [ARN.replace(":cluster/", ":group/") + "/landing"]
    assert not {"kafka-cluster:WriteData", "kafka-cluster:CreateTopic"} & set(allowed)
    assert "kafka-cluster:WriteDataIdempotently" not in allowed


def test_a_mirror_reads_and_changes_nothing(engine: Engine, deploy: Deploy) -> None:
    allowed = statements(deploy(lambda: streaming.mirror(ARN, ["events"], ["landing"])))
    assert allowed["kafka-cluster:ReadData"] == [ARN.replace(":cluster/", ":topic/") + "/events"]
    assert allowed["kafka-cluster:DescribeGroup"] == [
        ARN.replace(":cluster/", ":group/") + "/landing"
    ]
    assert not any(word in action for action in allowed for word in ("Alter", "Write", "Create"))


def test_who_keeps_topics_sees_no_record(engine: Engine, deploy: Deploy) -> None:
    allowed = statements(deploy(lambda: streaming.keeper(ARN, ["events"])))
    assert "kafka-cluster:CreateTopic" in allowed
    assert not {"kafka-cluster:ReadData", "kafka-cluster:WriteData"} & set(allowed)


def test_a_name_that_reaches_past_its_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="without slashes"):
        streaming.keeper(ARN, ["a/b"])
