import json
from typing import Any

import pytest

from components.compute import Compute
from components.streaming import (
    Acl,
    InCluster,
    Streaming,
    StreamingArgs,
    Topic,
    TopicAccess,
    TopicGrant,
    in_cluster,
)
from tests.components.recording import Deploy, Engine

TOPICS = [Topic(name="flights.events", partitions=3, retention_hours=5)]
GRANTS = [
    TopicGrant(user="landing", topic="flights.events", access=TopicAccess.READ),
    TopicGrant(user="gateway", topic="flights.events", access=TopicAccess.WRITE),
]


def site(**fields: Any) -> InCluster:
    given: dict[str, Any] = {
        "namespace": "streaming",
        "cluster_name": "estate.site",
        "image": "registry:5000/mizan/kafka@sha256:" + "0" * 64,
        "setup_image": "registry:5000/mizan/kafka-setup@sha256:" + "0" * 64,
        "pull_secret": "registry-pull",
        "storage_class": "mizan-encrypted",
        "brokers": 3,
        "volume_size_gib": 20,
        "retention_hours": 72,
        "zones": ["a", "b", "c"],
        "compute": Compute(
            requests={"cpu": "250m", "memory": "1Gi"}, limits={"cpu": "1", "memory": "1Gi"}
        ),
        "tls_secret": "kafka-tls",
        "setup_secret": "kafka-setup-tls",
        **fields,
    }
    return InCluster(**given)


def build(deploy: Deploy, topics: Any = TOPICS, grants: Any = GRANTS, **fields: Any) -> Any:
    arguments = StreamingArgs(topics=topics, grants=grants, site=site(**fields))
    return deploy(lambda: Streaming("stream", arguments).bootstrap_brokers)


def settings(engine: Engine, node: int = 0) -> dict[str, str]:
    told = engine.named("ConfigMap", "kafka").inputs["data"][f"broker-{node}.properties"]
    return dict(line.split("=", 1) for line in told.splitlines())


def declared(engine: Engine) -> dict[str, Any]:
    told = engine.named("ConfigMap", "kafka-setup").inputs["data"]["declaration.json"]
    found: dict[str, Any] = json.loads(told)
    return found


def pod(engine: Engine) -> dict[str, Any]:
    found: dict[str, Any] = engine.one("StatefulSet").spec["template"]["spec"]
    return found


def test_every_listener_asks_for_a_certificate(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    for node in range(3):
        of = settings(engine, node)
        protocols = dict(one.split(":") for one in of["listener.security.protocol.map"].split(","))
        assert set(protocols.values()) == {"SSL"}
        assert {one.partition(":")[0] for one in of["listeners"].split(",")} == set(protocols)
        assert of["ssl.client.auth"] == "required"
        assert of["ssl.enabled.protocols"] == "TLSv1.3"
        assert of["ssl.endpoint.identification.algorithm"] == "https"


def test_what_no_entry_allows_is_denied_but_to_brokers_and_who_administers(
    engine: Engine, deploy: Deploy
) -> None:
    build(deploy)
    of = settings(engine)
    assert of["authorizer.class.name"].endswith("StandardAuthorizer")
    assert of["allow.everyone.if.no.acl.found"] == "false"
    assert of["super.users"] == "User:kafka.streaming.svc.cluster.local;User:kafka-setup"


def test_brokers_know_each_other_by_names_that_their_certificate_is_good_for(
    engine: Engine, deploy: Deploy
) -> None:
    addresses = build(deploy)
    names = in_cluster.host_names("streaming", 3)
    assert [address.partition(":")[0] for address in addresses.split(",")] == names[1:]
    voters = settings(engine)["controller.quorum.voters"]
    assert [one.partition("@")[2].partition(":")[0] for one in voters.split(",")] == names[1:]
    assert {settings(engine, node)["node.id"] for node in range(3)} == {"0", "1", "2"}
    service = engine.one("Service").spec
    assert service["clusterIP"] == "None"
    assert service["publishNotReadyAddresses"] is True


@pytest.mark.parametrize(("brokers", "copies", "in_sync"), [(1, 1, 1), (3, 3, 2), (5, 3, 2)])
def test_records_are_on_as_many_brokers_as_can_be(
    engine: Engine, deploy: Deploy, brokers: int, copies: int, in_sync: int
) -> None:
    build(deploy, brokers=brokers)
    of = settings(engine)
    assert of["default.replication.factor"] == of["offsets.topic.replication.factor"] == str(copies)
    assert of["min.insync.replicas"] == of["transaction.state.log.min.isr"] == str(in_sync)
    assert of["unclean.leader.election.enable"] == "false"
    assert declared(engine)["copies"] == copies
    assert len(engine.of("PodDisruptionBudget")) == (brokers > 1)


@pytest.mark.parametrize("brokers", [0, 2, 4])
def test_a_vote_without_a_majority_is_refused(deploy: Deploy, brokers: int) -> None:
    with pytest.raises(ValueError, match="give an odd number"):
        build(deploy, brokers=brokers)


def test_brokers_stand_in_zones_of_their_own(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    zones, nodes = pod(engine)["topologySpreadConstraints"]
    assert (zones["topologyKey"], zones["whenUnsatisfiable"], zones["maxSkew"]) == (
        "topology.kubernetes.io/zone", "DoNotSchedule", 1,
    )  # fmt: skip
    assert nodes["topologyKey"] == "kubernetes.io/hostname"


def test_records_lie_on_an_encrypted_volume_and_the_key_in_memory_only(
    engine: Engine, deploy: Deploy
) -> None:
    build(deploy)
    (claim,) = engine.one("StatefulSet").spec["volumeClaimTemplates"]
    assert claim["spec"]["storageClassName"] == "mizan-encrypted"
    assert claim["spec"]["resources"]["requests"]["storage"] == "20Gi"
    volumes = {volume["name"]: volume for volume in pod(engine)["volumes"]}
    assert volumes["identity"]["emptyDir"]["medium"] == "Memory"
    assert volumes["tls"]["secret"]["secretName"] == "kafka-tls"


def test_a_grant_becomes_entries_of_the_access_list(engine: Engine, deploy: Deploy) -> None:
    more = Acl(user="mirror", kind="cluster", name="kafka-cluster", operations=("describe",))
    build(deploy, acls=[more])
    entries = {
        (acl["user"], acl["kind"], acl["name"], operation)
        for acl in declared(engine)["acls"]
        for operation in acl["operations"]
    }
    assert entries == {
        ("landing", "topic", "flights.events", "read"),
        ("landing", "topic", "flights.events", "describe"),
        ("landing", "group", "landing", "read"),
        ("gateway", "topic", "flights.events", "write"),
        ("gateway", "topic", "flights.events", "describe"),
        ("mirror", "cluster", "kafka-cluster", "describe"),
    }
    assert declared(engine)["topics"] == [
        {"name": "flights.events", "partitions": 3, "settings": {"retention.ms": "18000000"}}
    ]


def test_only_the_brokers_reach_the_ports_between_them(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    ways = {
        (
            rule["from"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/name"],
            port["port"],
        )
        for policy in engine.of("NetworkPolicy")
        for rule in policy.spec.get("ingress", [])
        for port in rule["ports"]
    }
    assert ways == {("kafka-setup", 9094), ("kafka", 9095), ("kafka", 9096)}


def test_the_job_runs_again_when_topics_or_grants_change(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    build(deploy, grants=GRANTS[:1])
    first, second = (
        job.spec["template"]["metadata"]["annotations"]["mizan/declaration"]
        for job in engine.of("Job")
    )
    assert first != second


def test_a_cluster_keeps_its_identifier_and_no_other_has_it() -> None:
    identifiers = {in_cluster.cluster_id(name) for name in ("a.x", "a.y", "a.x")}
    assert len(identifiers) == 2
    assert all(len(one) == 22 for one in identifiers)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"topics": []}, "granted read on the topic flights.events, which is not declared"),
        ({"topics": [*TOPICS, *TOPICS]}, "a name of its own"),
        ({"topics": [Topic(name="flights.events", partitions=0)]}, "give 1 up"),
    ],
)
def test_a_declaration_that_does_not_add_up_is_refused(
    deploy: Deploy, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        build(deploy, **fields)
