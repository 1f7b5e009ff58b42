from typing import Any

import pytest

from components.compute import Compute
from components.connection import Peer
from components.topic_mirror import Own, Primary, TopicMirror, TopicMirrorArgs, acls
from tests.components.recording import Deploy, Engine


def build(deploy: Deploy, **changes: Any) -> Any:
    given: dict[str, Any] = {
        "namespace": "mirroring",
        "image": "registry:5000/mizan/kafka@sha256:" + "0" * 64,
        "pull_secret": "registry-pull",
        "primary": Primary(
            site="region",
            bootstrap="b-1.example:9098",
            blocks=["10.40.64.0/20"],
            port=9098,
            secret="there",  # noqa: S106 - the name of a Secret
        ),
        "own": Own(
            site="second",
            bootstrap="kafka-0:9094",
            peer=Peer(namespace="streaming", labels={"app": "kafka"}),
            port=9094,
            copies=3,
            tls_secret="here",  # noqa: S106 - the name of a Secret
        ),
        "topics": ["flights.events", "other"],
        "groups": ["landing"],
        "compute": Compute(
            requests={"cpu": "1", "memory": "1Gi"}, limits={"cpu": "1", "memory": "1Gi"}
        ),
        **changes,
    }
    arguments = TopicMirrorArgs(**given)
    return deploy(lambda: TopicMirror("topic-mirror", arguments).deployment)


def settings(engine: Engine) -> dict[str, str]:
    told = engine.one("ConfigMap").inputs["data"]["mirror.properties"]
    return dict(line.split("=", 1) for line in told.splitlines())


def test_it_reads_with_a_role_and_writes_with_a_certificate(deploy: Deploy, engine: Engine) -> None:
    assert build(deploy) == "topic-mirror"
    of = settings(engine)
    assert of["region.security.protocol"] == "SASL_SSL"
    assert of["region.sasl.mechanism"] == "AWS_MSK_IAM"
    assert of["region.ssl.endpoint.identification.algorithm"] == "https"
    assert of["second.security.protocol"] == "SSL"
    assert of["second.ssl.keystore.location"] == "/run/mizan/identity.pem"
    pod = engine.one("Deployment").spec["template"]["spec"]
    secrets = {one["secret"]["secretName"] for one in pod["volumes"] if "secret" in one}
    assert secrets == {"there", "here"}


def test_records_flow_one_way_once_and_keep_their_topics_name(
    deploy: Deploy, engine: Engine
) -> None:
    build(deploy)
    of = settings(engine)
    assert of["region->second.enabled"] == "true"
    assert of["second->region.enabled"] == "false"
    assert of["second->region.emit.heartbeats.enabled"] == "false"
    assert of["replication.policy.class"].endswith("IdentityReplicationPolicy")
    assert of["second.exactly.once.source.support"] == "enabled"
    # A name is no pattern: its dot stands for a dot. The file's own escape doubles it.
    assert of["region->second.topics"] == r"flights\\.events,other"


def test_positions_of_readers_are_copied_and_nothing_is_written_at_the_source(
    deploy: Deploy, engine: Engine
) -> None:
    build(deploy)
    of = settings(engine)
    assert of["sync.group.offsets.enabled"] == "true"
    assert of["region->second.groups"] == "landing"
    assert of["offset-syncs.topic.location"] == "target"
    assert of["checkpoints.topic.replication.factor"] == "3"


def test_it_may_reach_the_two_clusters_only(deploy: Deploy, engine: Engine) -> None:
    build(deploy)
    ways = [
        (rule["to"][0].get("ipBlock", {}).get("cidr"), rule["ports"][0]["port"])
        for policy in engine.of("NetworkPolicy")
        for rule in policy.spec.get("egress", [])
    ]
    assert sorted(ways, key=str) == [("10.40.64.0/20", 9098), (None, 9094)]


def test_there_is_never_more_than_one(deploy: Deploy, engine: Engine) -> None:
    build(deploy)
    spec = engine.one("Deployment").spec
    assert (spec["replicas"], spec["strategy"]["type"]) == (1, "Recreate")


def test_what_it_needs_of_its_own_brokers_is_its_own_topics_and_the_copies() -> None:
    entries = acls(primary="region", own="second", topics=["flights.events"], groups=["landing"])
    assert {one.user for one in entries} == {"topic-mirror"}
    written = {(one.name, one.prefixed) for one in entries
               if one.kind == "topic" and "write" in one.operations}  # fmt: skip
    assert written == {
        ("flights.events", False),
        ("mm2-", True),
        ("region.", True),
        ("heartbeats", True),
    }
    assert not [one for one in entries if "all" in one.operations or one.name in {"", "*"}]


def test_nothing_to_copy_is_refused(deploy: Deploy) -> None:
    with pytest.raises(ValueError, match="at least one"):
        build(deploy, topics=[])
