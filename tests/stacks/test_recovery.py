"""The second site of an environment: the same program, nothing of the first one's provider."""

import json
from ipaddress import IPv4Network
from pathlib import Path

import pytest
import yaml

from environments import folder, load, stacks
from stacks import place
from tests.support.engine import Plan, build, environment_plan

SECOND = [name for name in stacks() if "." in name]


@pytest.fixture(scope="module", params=SECOND)
def plan(request: pytest.FixtureRequest) -> Plan:
    return environment_plan(request.param)


def test_there_is_a_second_site() -> None:
    assert SECOND


def test_it_needs_nothing_of_the_lost_provider(plan: Plan) -> None:
    packages = {record.type.partition(":")[0] for record in plan.records}

    assert packages == {"kubernetes", "mizan"}
    assert not plan.errors


def test_every_pod_runs_an_image_of_the_sites_own_registry(plan: Plan) -> None:
    images = [
        container["image"] for _, pod in plan.pods() for container in pod["spec"]["containers"]
    ]
    assert len(images) > 6
    assert {image.partition("/")[0] for image in images} == {plan.exports["registry"]}


def test_it_answers_as_the_first_site_does(plan: Plan) -> None:
    environment = load(plan.exports["tags"]["environment"])

    assert plan.exports["variants"] == dict(environment.workloads.serving.variants)
    assert plan.exports["tags"] == environment.tags


def test_only_the_copying_may_write_copies(plan: Plan) -> None:
    told = plan.named("ConfigMap", "store-setup", "storage").inputs["data"]["declaration.json"]
    grants = json.loads(told)["grants"]
    copies = {place.copy_of(bucket) for bucket in place.COPIED}

    writers = {
        (grant["user"], grant["bucket"])
        for grant in grants
        if grant["access"] == "write" and grant["bucket"] in copies
    }
    assert writers == {("replication", bucket) for bucket in copies}


def test_it_serves_the_copies_of_what_the_first_site_signed_and_may_only_read_them(
    plan: Plan,
) -> None:
    pod = plan.named("Deployment", "serving").spec["template"]["spec"]
    settings = {one["name"]: one.get("value") for one in pod["containers"][0]["env"]}
    told = plan.named("ConfigMap", "store-setup", "storage").inputs["data"]["declaration.json"]
    grants = [one for one in json.loads(told)["grants"] if one["user"] == "serving"]

    assert settings["STORE_MODELS"] == "copy-of-models"
    assert grants == [
        {"user": "serving", "bucket": "copy-of-models", "access": "read", "prefix": ""}
    ]


def test_nothing_is_trained_or_signed_there(plan: Plan) -> None:
    requests = plan.named("ConfigMap", "issuer-requests", "identity").inputs["data"]
    namespaces = {record.metadata["name"] for record in plan.of("Namespace")}

    assert namespaces.isdisjoint({place.DATA, place.TRAINING, place.SIGNING})
    assert "signing-key" not in requests["requests.json"]


def test_serving_waits_until_the_release_was_copied_once(plan: Plan) -> None:
    first = plan.named("Job", "replication-first")

    assert plan.waits_for(plan.named("Deployment", "serving"), first)


@pytest.mark.parametrize("name", SECOND)
def test_a_site_that_works_alone_trains_signs_and_trusts_its_own_key(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = name.partition(".")[0]
    facts = yaml.safe_load((folder() / environment / "environment.yaml").read_text())
    facts["sites"]["recovery"]["takeover"]["releases"] = "own"
    (tmp_path / environment).mkdir()
    (tmp_path / environment / "environment.yaml").write_text(yaml.safe_dump(facts))
    monkeypatch.setenv("MIZAN_ENVIRONMENTS", str(tmp_path))

    plan = build(name, preview=True)

    serving = plan.named("Deployment", "serving")
    (trust,) = (
        one for one in serving.spec["template"]["spec"]["volumes"] if one["name"] == "verification"
    )
    assert trust["secret"]["secretName"] == place.SIGNING_PUBLIC
    assert plan.waits_for(serving, plan.named("Job", "signing"))
    assert not any(one.metadata["name"] == "replication-first" for one in plan.of("Job"))


def test_copies_are_kept_as_long_as_backups_in_the_region(plan: Plan) -> None:
    backup = load(plan.exports["tags"]["environment"]).backup
    assert backup is not None
    store = plan.named("ConfigMap", "store-setup", "storage").inputs["data"]["declaration.json"]
    told = plan.named("ConfigMap", "replication", "replication").inputs["data"]["declaration.json"]

    copies = {place.copy_of(bucket) for bucket in place.COPIED}
    assert json.loads(store)["locked_days"] == dict.fromkeys(copies, backup.retention_days)
    assert json.loads(told)["locked_days"] == backup.retention_days


def test_copying_reaches_the_first_sites_network_and_nothing_beside_it(plan: Plan) -> None:
    way = plan.named("NetworkPolicy", "replication-to-primary-egress", "replication")
    network = load(plan.exports["tags"]["environment"]).network
    assert network is not None

    assert way.spec["egress"] == [
        {
            "to": [{"ipBlock": {"cidr": network.cidr}}],
            "ports": [{"protocol": "TCP", "port": 443}],
        }
    ]


def test_copying_waits_for_the_store_and_its_own_account(plan: Plan) -> None:
    job = plan.named("CronJob", "replication")

    assert plan.waits_for(job, plan.named("Job", "store-setup"))
    assert plan.waits_for(job, plan.named("NetworkPolicy", "default-deny", "replication"))


def test_every_secret_but_the_first_sites_is_made_in_the_cluster(plan: Plan) -> None:
    requests = plan.named("ConfigMap", "issuer-requests", "identity").inputs["data"]
    told = requests["requests.json"]
    pod = plan.named("CronJob", "replication").spec["jobTemplate"]["spec"]["template"]["spec"]
    mounted = {volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume}

    accounts = [
        request for request in json.loads(told)["requests"] if request.get("user") == "replication"
    ]
    assert mounted == {place.PRIMARY_CREDENTIAL, place.STORE_CREDENTIAL}
    assert {"namespace": "replication", "name": place.STORE_CREDENTIAL} in accounts[0]["copies"]
    assert place.PRIMARY_CREDENTIAL not in told


def test_images_of_a_new_release_are_listed_before_they_are_waited_for(plan: Plan) -> None:
    told = plan.named("ConfigMap", "image-replication", "replication")
    gate = plan.named("Job", "published-images")

    assert plan.waits_for(gate, told)
    # What copies is copied too: it changes when its own image is there.
    assert plan.waits_for(plan.named("CronJob", "image-replication"), gate)
    waited = json.loads(plan.named("ConfigMap", "published-images").inputs["data"]["images.json"])
    names = {one.rpartition("/")[2].partition("@")[0] for one in waited["images"]}
    assert {"replication", "image-replication", "serving"} <= names
    assert "karpenter" not in names


def test_images_come_from_the_first_site_and_go_into_the_sites_own_registry(plan: Plan) -> None:
    region = load(plan.exports["tags"]["environment"])
    told = plan.named("ConfigMap", "image-replication", "replication").inputs["data"]

    hosts = [one["registry"] for one in json.loads(told["regsync.json"])["creds"]]
    assert hosts == [region.registry.host, plan.exports["registry"]]
    requests = plan.named("ConfigMap", "issuer-requests", "identity").inputs["data"]
    (account,) = (
        one
        for one in json.loads(requests["requests.json"])["requests"]
        if one.get("user") == "image-replication"
    )
    assert account["rights"] == ["pull", "push"]
    assert account["logins"] == [{"namespace": "replication", "name": place.REGISTRY_PUSH}]


@pytest.mark.parametrize("name", [name.partition(".")[0] for name in SECOND])
def test_the_first_site_lets_the_second_pull_its_images_and_push_none(name: str) -> None:
    region = environment_plan(name)
    (policy,) = (one for one in region.records if one.name == "second-site-puller-policy")
    login, pull = json.loads(policy.inputs["policy"])["Statement"]

    assert login["Action"] == ["ecr:GetAuthorizationToken"]
    assert set(pull["Action"]) == {
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
    }
    assert all(":repository/mizan/" in resource for resource in pull["Resource"])
    assert "secondSiteImageRole" in region.exports


@pytest.mark.parametrize("name", [name.partition(".")[0] for name in SECOND])
def test_the_first_site_lets_the_second_read_what_it_copies_and_write_nothing(name: str) -> None:
    region = environment_plan(name)
    (policy,) = (one for one in region.records if one.name == "second-site-reader-policy")
    statements = json.loads(policy.inputs["policy"])["Statement"]

    actions = {action for one in statements for action in one["Action"]}
    assert actions == {
        "s3:ListBucket",
        "s3:ListBucketVersions",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "kms:Decrypt",
    }
    assert len({one["Resource"][0] for one in statements if "s3:GetObject" in one["Action"]}) == (
        len(place.COPIED)
    )
    assert {"secondSiteEndpoint", "secondSiteRole", "bucketNames"} <= set(region.exports)


def test_topics_are_the_first_sites_and_only_the_mirror_writes_them(plan: Plan) -> None:
    environment = load(plan.exports["tags"]["environment"])
    assert environment.streaming is not None
    setup = plan.named("ConfigMap", "kafka-setup", place.STREAMING).inputs["data"]
    told = json.loads(setup["declaration.json"])

    assert {topic["name"]: topic["partitions"] for topic in told["topics"]} == {
        name: topic.partitions for name, topic in environment.streaming.topics.items()
    }
    writers = {
        acl["user"]
        for acl in told["acls"]
        if acl["name"] in environment.streaming.topics and "write" in acl["operations"]
    }
    assert writers == {"topic-mirror"}


def test_the_mirror_takes_every_topic_with_the_positions_of_its_readers(plan: Plan) -> None:
    environment = load(plan.exports["tags"]["environment"])
    assert environment.streaming is not None
    told = plan.named("ConfigMap", "topic-mirror", place.MIRRORING).inputs["data"]
    settings = dict(line.split("=", 1) for line in told["mirror.properties"].splitlines())
    (flow,) = [key.removesuffix(".topics") for key in settings if key.endswith(".topics")]

    copied = settings[f"{flow}.topics"].replace("\\", "").split(",")
    assert copied == list(environment.streaming.topics)
    readers = {user for topic in environment.streaming.topics.values() for user in topic.readers}
    assert set(settings[f"{flow}.groups"].split(",")) == readers


@pytest.mark.parametrize("name", SECOND)
def test_a_site_that_took_over_mirrors_nothing_and_its_writers_write(name: str) -> None:
    plan = build(name, config={"mizan:mirroring": "false"})
    setup = plan.named("ConfigMap", "kafka-setup", place.STREAMING).inputs["data"]

    assert not [one for one in plan.of("Deployment") if one.metadata["name"] == "topic-mirror"]
    assert "topic-mirror" not in setup["declaration.json"]
    assert not plan.errors


def test_the_mirror_reaches_the_first_sites_brokers_and_nothing_beside_them(plan: Plan) -> None:
    way = plan.named("NetworkPolicy", "topic-mirror-to-primary-egress", place.MIRRORING)
    network = load(plan.exports["tags"]["environment"]).network
    assert network is not None
    (rule,) = way.spec["egress"]

    assert rule["ports"] == [{"protocol": "TCP", "port": 9098}]
    blocks = [IPv4Network(one["ipBlock"]["cidr"]) for one in rule["to"]]
    assert len(blocks) == 3
    assert all(block.subnet_of(IPv4Network(network.cidr)) for block in blocks)
    assert sum(block.num_addresses for block in blocks) < IPv4Network(network.cidr).num_addresses


def test_the_mirror_holds_a_certificate_of_the_site_and_a_credential_of_the_first(
    plan: Plan,
) -> None:
    told = plan.named("ConfigMap", "issuer-requests", "identity").inputs["data"]["requests.json"]
    pod = plan.named("Deployment", "topic-mirror").spec["template"]["spec"]
    mounted = {volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume}

    assert mounted == {place.PRIMARY_STREAMING_CREDENTIAL, place.STREAMING_TLS}
    (request,) = [
        request
        for request in json.loads(told)["requests"]
        if request.get("place") == {"namespace": place.MIRRORING, "name": place.STREAMING_TLS}
    ]
    assert (request["hosts"], request["client"]) == (["topic-mirror"], True)
    assert place.PRIMARY_STREAMING_CREDENTIAL not in told


@pytest.mark.parametrize("name", [name.partition(".")[0] for name in SECOND])
def test_the_first_site_lets_the_mirror_read_topics_and_change_nothing(name: str) -> None:
    region = environment_plan(name)
    (policy,) = (one for one in region.records if one.name == "second-site-mirror-policy")
    statements = json.loads(policy.inputs["policy"])["Statement"]

    actions = {action for one in statements for action in one["Action"]}
    assert actions == {
        "kafka-cluster:Connect",
        "kafka-cluster:DescribeCluster",
        "kafka-cluster:DescribeGroup",
        "kafka-cluster:DescribeTopic",
        "kafka-cluster:DescribeTopicDynamicConfiguration",
        "kafka-cluster:ReadData",
    }
    (role,) = (one for one in region.records if one.name == "second-site-mirror-role")
    (trusted,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert trusted["Condition"]["StringEquals"]["aws:PrincipalTag/x509Subject/CN"].startswith(
        f"{place.MIRRORING}."
    )
    assert {"secondSiteMirrorRole", "brokers"} <= set(region.exports)
