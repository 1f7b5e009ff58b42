import base64
import tomllib
from typing import Any

import pytest

from components.gpu_sharing import GpuSharing
from components.node_pool import bottlerocket, refuse_missing_architecture
from tests.components import estate
from tests.components.complying import faults
from tests.components.estate import FABRIC, G6, INFERENCE, M7G, M7I, P5EN, SLICED, ZONES, pool
from tests.components.recording import Deploy, Engine

GROUP = "aws:eks/nodeGroup:NodeGroup"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"


def test_fixed_nodes_stand_in_a_group_of_their_own_in_each_zone(
    engine: Engine, deploy: Deploy
) -> None:
    deploy(lambda: estate.node_pool(pool(min_nodes=4)).groups)
    sizes = {
        tuple(group.inputs["subnetIds"]): group.inputs["scalingConfig"]
        for group in engine.typed(GROUP)
    }
    assert {subnets: sizes[subnets]["desiredSize"] for subnets in sizes} == {
        ("subnet-a",): 2,
        ("subnet-b",): 1,
        ("subnet-c",): 1,
    }
    for scaling in sizes.values():
        assert scaling["minSize"] == scaling["desiredSize"] == scaling["maxSize"]


def test_nodes_are_launched_closed_encrypted_and_tagged(engine: Engine, deploy: Deploy) -> None:
    deploy(lambda: estate.node_pool(INFERENCE).groups)
    (template,) = engine.typed(TEMPLATE)
    metadata = template.inputs["metadataOptions"]
    assert (metadata["httpTokens"], metadata["httpPutResponseHopLimit"]) == ("required", 1)
    disks = [disk["ebs"] for disk in template.inputs["blockDeviceMappings"]]
    assert len(disks) == 2
    for disk in disks:
        assert disk["encrypted"] == "true"
        assert disk["kmsKeyId"].endswith("key/volumes")
        assert disk["volumeType"] == "gp3"
    assert not {"keyName", "networkInterfaces", "imageId"} & set(template.inputs)
    tagged = {one["resourceType"]: one["tags"] for one in template.inputs["tagSpecifications"]}
    assert set(tagged) == {"instance", "volume", "network-interface"}
    for tags in tagged.values():
        assert tags["owner"] == "ai-platform"
        assert tags["workload"] == "platform"


def test_what_is_fixed_is_never_spare_capacity(engine: Engine, deploy: Deploy) -> None:
    deploy(lambda: estate.node_pool(pool(M7I, spot=True)).groups)
    assert {group.inputs["capacityType"] for group in engine.typed(GROUP)} == {"ON_DEMAND"}


def test_a_pool_without_fixed_nodes_makes_no_group(engine: Engine, deploy: Deploy) -> None:
    deploy(lambda: estate.node_pool(SLICED).placement_group)
    assert not [record for record in engine.records if record.type.startswith("aws:")]


def test_nodes_that_train_together_get_a_placement_group_and_a_fabric_on_each_card(
    engine: Engine, deploy: Deploy
) -> None:
    fixed = pool(P5EN, min_nodes=1, max_nodes=2)
    together = deploy(lambda: estate.node_pool(fixed).placement_group)
    (placement,) = engine.typed("aws:ec2/placementGroup:PlacementGroup")
    assert placement.inputs["strategy"] == "cluster"
    (template,) = engine.typed(TEMPLATE)
    assert template.inputs["placement"] == {"groupName": together}
    interfaces = template.inputs["networkInterfaces"]
    assert sum(one["interfaceType"] == "efa-only" for one in interfaces) == 16
    places = [(one["networkCardIndex"], one["deviceIndex"]) for one in interfaces]
    assert places == [(0, 0), (0, 1), *((card, 0) for card in range(1, 16))]
    assert {tuple(one["securityGroups"]) for one in interfaces} == {("sg-nodes",)}
    assert "vpcSecurityGroupIds" not in template.inputs


def test_the_image_follows_architecture_and_accelerator() -> None:
    kinds = {bottlerocket.ami_type(pool(machine)) for machine in (M7I, M7G, G6)}
    assert kinds == {"BOTTLEROCKET_x86_64", "BOTTLEROCKET_ARM_64", "BOTTLEROCKET_x86_64_NVIDIA"}
    names = {bottlerocket.image_name(pool(one), "1.34", "1.54.0") for one in (M7I, M7G, G6)}
    assert names == {
        "bottlerocket-aws-k8s-1.34-x86_64-v1.54.0-*",
        "bottlerocket-aws-k8s-1.34-aarch64-v1.54.0-*",
        "bottlerocket-aws-k8s-1.34-nvidia-x86_64-v1.54.0-*",
    }


def test_a_node_knows_where_names_are_resolved(engine: Engine, deploy: Deploy) -> None:
    deploy(lambda: estate.node_pool(pool(M7G, min_nodes=1)).groups)
    (template,) = engine.typed(TEMPLATE)
    settings = tomllib.loads(base64.b64decode(template.inputs["userData"]).decode())
    assert settings == {"settings": {"kubernetes": {"cluster-dns-ip": "172.20.0.10"}}}


def test_sharing_reaches_the_nodes_as_settings(engine: Engine, deploy: Deploy) -> None:
    deploy(lambda: estate.node_pool(pool(G6, min_nodes=1, sharing=SLICED.sharing)).groups)
    (template,) = engine.typed(TEMPLATE)
    settings = tomllib.loads(base64.b64decode(template.inputs["userData"]).decode())
    plugin = settings["settings"]["kubelet-device-plugins"]["nvidia"]
    assert plugin["time-slicing"]["replicas"] == 4


def test_labels_and_taints_tell_a_pool_from_all_others(engine: Engine, deploy: Deploy) -> None:
    fixed = pool(G6, name="gpu-g6", min_nodes=1)
    deploy(lambda: estate.node_pool(fixed).groups)
    (group,) = engine.typed(GROUP)
    assert group.inputs["labels"] == {
        "mizan.ae/pool": "gpu-g6",
        "mizan.ae/purpose": "gpu-training",
        "mizan.ae/accelerator": "nvidia-l4",
    }
    assert group.inputs["taints"] == [
        {"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"},
        {"key": "mizan.ae/purpose", "value": "gpu-training", "effect": "NO_SCHEDULE"},
    ]


def test_pools_that_answer_and_store_take_whatever_has_no_other_place() -> None:
    assert INFERENCE.taints() == []
    assert pool(purpose="data").taints() == []


def test_turns_and_partitions_count_as_devices() -> None:
    assert SLICED.devices(G6) == {"nvidia.com/gpu": 16}
    assert FABRIC.devices(P5EN) == {"nvidia.com/gpu": 8, "vpc.amazonaws.com/efa": 16}
    assert INFERENCE.devices(M7I) == {}


def test_growth_is_bounded_by_the_largest_size() -> None:
    assert INFERENCE.limits() == {"cpu": "24", "memory": "96Gi"}
    assert SLICED.limits() == {"cpu": "288", "memory": "1152Gi", "nvidia.com/gpu": "24"}


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ({"machines": []}, "at least one machine size"),
        ({"zones": []}, "one zone"),
        ({"machines": [M7I, M7G]}, "not sizes of one family"),
        ({"min_nodes": 7}, "min_nodes 7, max_nodes 6"),
        ({"min_nodes": 0, "max_nodes": 0}, "max_nodes from 1"),
        ({"machines": [G6]}, "does not suit cpu-inference"),
        ({"purpose": "gpu-training"}, "holds no accelerator"),
        ({"machines": [P5EN], "purpose": "gpu-training"}, "stays in a zone"),
        ({"sharing": GpuSharing(strategy="time-slicing", parts=2)}, "no accelerator to share"),
    ],
)
def test_a_pool_that_cannot_exist_is_refused(made: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        pool(**{"zones": ZONES, **made})


def test_a_family_that_earns_its_cpu_is_refused() -> None:
    burstable = M7I.__class__(
        instance_type="t3.large", vcpus=2, memory_gib=8, architecture="x86_64"
    )
    with pytest.raises(ValueError, match="credits"):
        pool(burstable)


def test_a_pool_whose_architecture_an_image_lacks_is_refused() -> None:
    refuse_missing_architecture(pool(M7I), {"serving": ["x86_64"]})
    with pytest.raises(ValueError, match=r"m7g needs images for arm64, and serving is built for"):
        refuse_missing_architecture(pool(M7G), {"serving": ["x86_64"], "landing": ["arm64"]})


def test_a_refused_image_stops_the_pool_before_anything_is_made(
    engine: Engine, deploy: Deploy
) -> None:
    with pytest.raises(ValueError, match="serving is built for x86_64"):
        deploy(lambda: estate.node_pool(pool(M7G), images={"serving": ["x86_64"]}).groups)
    assert not [record for record in engine.records if record.type.startswith("aws:")]


def test_a_zone_without_a_subnet_is_refused(engine: Engine, deploy: Deploy) -> None:
    with pytest.raises(ValueError, match="zone me-central-1z has no subnet"):
        deploy(lambda: estate.node_pool(pool(zones=["me-central-1z"])).groups)


@pytest.mark.parametrize("made", [INFERENCE, pool(P5EN, min_nodes=1)])
def test_a_pool_breaks_no_rule(engine: Engine, deploy: Deploy, made: Any) -> None:
    deploy(lambda: estate.node_pool(made).groups)
    assert faults(engine.records) == []
