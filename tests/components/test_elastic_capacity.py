import json
from dataclasses import replace
from typing import Any

import pytest

from components.compute import Compute
from components.elastic_capacity import ElasticCapacity, ElasticCapacityArgs, definitions
from components.elastic_capacity.declared_pools import node_pool
from components.elastic_capacity.interruption import EVENTS
from tests.components import estate
from tests.components.complying import faults
from tests.components.estate import CPU_TRAINING, FABRIC, INFERENCE, SLICED, TAGS, ZONES
from tests.components.recording import Deploy, Engine, Record
from tests.support.aws_outputs import ACCOUNT, REGION

POOLS = [INFERENCE, SLICED, FABRIC, CPU_TRAINING]


def elastic(**more: Any) -> ElasticCapacity:
    cluster = estate.cluster()
    return ElasticCapacity(
        "elastic",
        ElasticCapacityArgs(
            **{
                "cluster": cluster,
                "nodes": estate.nodes(cluster),
                "account": ACCOUNT,
                "region": REGION,
                "pools": POOLS,
                "pool_tags": {pool.name: replace(TAGS, workload=pool.purpose) for pool in POOLS},
                "placement_groups": {FABRIC.name: "together"},
                "launch": estate.launch(),
                "kubernetes_version": "1.34",
                "bottlerocket_version": "1.54.0",
                "queue_key_arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/events",
                "namespace": "capacity",
                "image": estate.IMAGE,
                "compute": Compute(
                    requests={"cpu": "500m", "memory": "512Mi"},
                    limits={"cpu": "1", "memory": "1Gi"},
                ),
                "reachable_blocks": ["10.20.0.0/16", "172.20.0.0/16"],
                "tags": TAGS,
                **more,
            }
        ),
    )


@pytest.fixture
def made(engine: Engine, deploy: Deploy) -> Engine:
    deploy(lambda: (estate.namespace("capacity").name, elastic().queue_name))
    return engine


def pool_named(engine: Engine, name: str) -> Record:
    return engine.named("NodePool", name)


def test_every_pool_that_may_grow_is_declared_within_its_limits(made: Engine) -> None:
    limits = {record.metadata["name"]: record.spec["limits"] for record in made.of("NodePool")}
    # Three of the six nodes for inference are fixed, so three more may come.
    assert limits == {
        "inference": {"cpu": "24", "memory": "96Gi"},
        "gpu-g6": {"cpu": "288", "memory": "1152Gi", "nvidia.com/gpu": "24"},
        "gpu-p5en": {"cpu": "384", "memory": "4096Gi", "nvidia.com/gpu": "16"},
        "cpu-training": {"cpu": "96", "memory": "384Gi"},
    }


def test_a_pool_that_may_not_grow_is_left_out(engine: Engine, deploy: Deploy) -> None:
    still = estate.pool(name="still", min_nodes=3, max_nodes=3)
    deploy(lambda: elastic(pools=[still]).queue_name)
    assert engine.of("NodePool") == []


def requirements(pool: Any) -> dict[str, list[str]]:
    found = node_pool(pool)["template"]["spec"]["requirements"]
    assert {one["operator"] for one in found} == {"In"}
    return {one["key"]: one["values"] for one in found}


def test_nodes_come_in_zones_that_have_the_family_and_spare_only_where_allowed() -> None:
    assert requirements(SLICED)["topology.kubernetes.io/zone"] == ZONES[:1]
    assert requirements(SLICED)["karpenter.sh/capacity-type"] == ["on-demand"]
    assert requirements(CPU_TRAINING)["karpenter.sh/capacity-type"] == ["spot", "on-demand"]
    assert requirements(CPU_TRAINING)["node.kubernetes.io/instance-type"] == [
        "m7i.2xlarge",
        "m7i.4xlarge",
    ]
    assert requirements(CPU_TRAINING)["kubernetes.io/arch"] == ["amd64"]


def test_only_work_that_can_move_is_moved() -> None:
    assert node_pool(INFERENCE)["disruption"]["consolidationPolicy"] == "WhenEmptyOrUnderutilized"
    for still in (SLICED, CPU_TRAINING, estate.pool(purpose="data")):
        assert node_pool(still)["disruption"]["consolidationPolicy"] == "WhenEmpty"
    assert node_pool(SLICED)["template"]["spec"]["expireAfter"] == "Never"


def test_elastic_nodes_bear_the_marks_of_fixed_ones(made: Engine) -> None:
    template = pool_named(made, "gpu-g6").spec["template"]
    assert template["metadata"]["labels"] == SLICED.labels()
    assert template["spec"]["taints"] == [
        {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"},
        {"key": "mizan.ae/purpose", "value": "gpu-training", "effect": "NoSchedule"},
    ]


def test_elastic_nodes_are_made_as_closed_as_fixed_ones(made: Engine) -> None:
    for record in made.of("EC2NodeClass"):
        spec = record.spec
        assert spec["metadataOptions"]["httpTokens"] == "required"
        assert spec["metadataOptions"]["httpPutResponseHopLimit"] == 1
        for disk in spec["blockDeviceMappings"]:
            assert disk["ebs"]["encrypted"] is True
            assert disk["ebs"]["kmsKeyID"].endswith("key/volumes")
        (image,) = spec["amiSelectorTerms"]
        assert image["owner"] == "amazon"
        assert image["name"].endswith("x86_64-v1.54.0-*")
        assert ("-nvidia-" in image["name"]) == ("gpu" in record.metadata["name"])
        assert 'cluster-dns-ip = "172.20.0.10"' in spec["userData"]
        assert spec["instanceProfile"] == "nodes-profile-name"
        assert spec["tags"]["owner"] == "ai-platform"
        purpose = pool_named(made, record.metadata["name"]).spec["template"]["metadata"]["labels"]
        assert spec["tags"]["workload"] == purpose["mizan.ae/purpose"]
        assert spec.get("associatePublicIPAddress") is not True
    inference = made.named("EC2NodeClass", "inference").spec
    assert inference["subnetSelectorTerms"] == [{"id": f"subnet-{one}"} for one in "abc"]
    assert inference["associatePublicIPAddress"] is False


def test_nodes_that_train_together_join_their_placement_group(made: Engine) -> None:
    spec = made.named("EC2NodeClass", "gpu-p5en").spec
    assert spec["placementGroupSelector"] == {"name": "together"}
    assert sum(one["interfaceType"] == "efa-only" for one in spec["networkInterfaces"]) == 16


def test_nodes_that_train_together_without_a_group_are_refused(
    engine: Engine, deploy: Deploy
) -> None:
    with pytest.raises(ValueError, match="no placement group was given"):
        deploy(lambda: elastic(placement_groups={}).queue_name)


def fits(value: Any, schema: dict[str, Any], at: str) -> None:
    """Hold a value against a structural schema; what the schema does not name is refused."""
    if schema.get("x-kubernetes-int-or-string"):
        assert isinstance(value, str | int), at
        return
    kinds: dict[str, Any] = {
        "object": dict,
        "array": list,
        "string": str,
        "boolean": bool,
        "integer": (int, float),
    }
    assert isinstance(value, kinds[schema["type"]]), f"{at}: {value}"
    if "enum" in schema:
        assert value in schema["enum"], f"{at}: {value}"
    if schema["type"] == "array":
        for item in value:
            fits(item, schema["items"], f"{at}[]")
    if schema["type"] == "object" and not schema.get("x-kubernetes-preserve-unknown-fields"):
        assert set(schema.get("required", [])) <= set(value), at
        for key, item in value.items():
            inner = schema.get("properties", {}).get(key) or schema.get("additionalProperties")
            assert inner, f"{at}.{key} would be dropped without a word"
            fits(item, inner, f"{at}.{key}")


@pytest.mark.parametrize("plural", ["nodepools", "ec2nodeclasses"])
def test_the_definitions_know_every_field_that_objects_say(made: Engine, plural: str) -> None:
    _, kind, schema = definitions.KINDS[plural]
    objects = made.of(kind)
    assert len(objects) == len(POOLS)
    for record in objects:
        fits(record.spec, schema, kind)


def test_an_unencrypted_disk_is_refused_by_the_definition_itself() -> None:
    ebs = definitions.NODE_CLASS["properties"]["blockDeviceMappings"]["items"]["properties"]["ebs"]
    with pytest.raises(AssertionError, match="encrypted"):
        fits({"encrypted": False, "kmsKeyID": "k"}, ebs, "ebs")


def test_the_controller_changes_nothing_but_nodes_of_its_own_cluster(made: Engine) -> None:
    (rights,) = [
        record
        for record in made.typed("aws:iam/rolePolicy:RolePolicy")
        if record.name == "elastic-identity-nodes"
    ]
    changing = ("Run", "Create", "Terminate", "Delete", "Pass", "Send")
    owned = "kubernetes.io/cluster/mizan"
    for statement in estate.statements(rights.inputs["policy"]):
        actions = [action.partition(":")[2] for action in statement["Action"]]
        assert not any("*" in action for action in actions)
        condition = json.dumps(statement.get("Condition", {}))
        if statement["Resource"] == ["*"]:
            assert not any(action.startswith(changing) for action in actions)
            assert REGION in condition
        elif any(action.startswith(changing) for action in actions) and statement["Sid"] not in {
            "LaunchFrom",
            "HearOfEnds",
            "GiveRole",
            "LendDiskKey",
        }:
            assert owned in condition, statement["Sid"]
    assert len(rights.inputs["policy"]) < 10240


def test_the_controller_hears_of_every_kind_of_end(made: Engine) -> None:
    (queue,) = made.typed("aws:sqs/queue:Queue")
    assert queue.inputs["kmsMasterKeyId"].endswith("key/events")
    targets = made.typed("aws:cloudwatch/eventTarget:EventTarget")
    assert len(targets) == len(made.typed("aws:cloudwatch/eventRule:EventRule")) == len(EVENTS)
    (policy,) = made.typed("aws:sqs/queuePolicy:QueuePolicy")
    allowed, denied = estate.statements(policy.inputs["policy"])
    assert allowed["Principal"] == {"Service": "events.amazonaws.com"}
    assert len(allowed["Condition"]["ArnEquals"]["aws:SourceArn"]) == len(EVENTS)
    assert denied["Effect"] == "Deny"


def test_without_a_way_to_a_queue_there_is_none_and_nobody_asks_for_it(
    engine: Engine, deploy: Deploy
) -> None:
    deploy(lambda: elastic(queue_key_arn=None).queue_name)
    tokens = {record.type for record in engine.records}
    assert not {token for token in tokens if "sqs" in token or "eventRule" in token}
    (container,) = engine.named("Deployment", "karpenter").spec["template"]["spec"]["containers"]
    assert "INTERRUPTION_QUEUE" not in {one["name"] for one in container["env"]}
    (rights,) = [record for record in engine.records if record.name == "elastic-identity-nodes"]
    assert "sqs" not in rights.inputs["policy"]


def test_the_controller_runs_on_fixed_nodes_and_reads_no_secret(made: Engine) -> None:
    spec = made.named("Deployment", "karpenter", "capacity").spec
    assert spec["replicas"] == 2
    pod = spec["template"]["spec"]
    required = pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    ((pools, elastic_label),) = [term["matchExpressions"] for term in required["nodeSelectorTerms"]]
    assert pools["values"] == ["inference"]
    assert elastic_label["operator"] == "DoesNotExist"
    settings = {one["name"]: one["value"] for one in pod["containers"][0]["env"]}
    assert settings["ISOLATED_VPC"] == "true"
    assert settings["INTERRUPTION_QUEUE"] == "elastic-interruption-name"
    granted = [
        resource
        for kind in ("ClusterRole", "Role")
        for record in made.of(kind)
        for rule in record.inputs["rules"]
        for resource in rule["resources"]
    ]
    assert "secrets" not in granted
    assert "*" not in granted


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"pools": [SLICED]}, "no pool without taints has a fixed node"),
        ({"bottlerocket_version": "latest"}, "is no release of Bottlerocket"),
    ],
)
def test_capacity_that_could_not_start_is_refused(
    engine: Engine, deploy: Deploy, more: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        deploy(lambda: elastic(**more).queue_name)


def test_elastic_capacity_breaks_no_rule(made: Engine) -> None:
    assert faults(made.records) == []
