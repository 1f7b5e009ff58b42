"""A pool's elastic nodes as the controller reads them: how many of which kind, and how made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi

from components.elastic_capacity.definitions import CLOUD_GROUP
from components.node_pool import bottlerocket
from components.node_pool.launch import Launch
from components.node_pool.machine import KUBERNETES_ARCHITECTURES, Pool, Purpose
from components.tags import Tags

# Work that cannot be moved ends by itself, and its node goes once it is empty. Answering pods move.
MOVABLE: Final[tuple[Purpose, ...]] = ("cpu-inference",)
TRAINING: Final[tuple[Purpose, ...]] = ("gpu-training", "cpu-training")
EMPTY_FOR: Final = "5m"
RENEWED_AFTER: Final = "720h"
"""A node is replaced after a month, so that it never misses more than a month of fixes."""
DRAINED_WITHIN: Final = "1h"


def node_pool(pool: Pool) -> dict[str, Any]:
    """Which elastic nodes the pool may have, and when they go."""
    capacity = ["spot", "on-demand"] if pool.spot else ["on-demand"]
    wanted = {
        "node.kubernetes.io/instance-type": [one.instance_type for one in pool.machines],
        "topology.kubernetes.io/zone": list(pool.zones),
        "karpenter.sh/capacity-type": capacity,
        "kubernetes.io/arch": [KUBERNETES_ARCHITECTURES[pool.machine.architecture]],
        "kubernetes.io/os": ["linux"],
    }
    training = pool.purpose in TRAINING
    spec: dict[str, Any] = {
        "nodeClassRef": {"group": CLOUD_GROUP, "kind": "EC2NodeClass", "name": pool.name},
        "requirements": [
            {"key": key, "operator": "In", "values": values} for key, values in wanted.items()
        ],
        "taints": [taint.effect("kubernetes") for taint in pool.taints()],
        # A long training is not cut off by its node's age: the node goes when it is done.
        "expireAfter": "Never" if training else RENEWED_AFTER,
    }
    if not training:
        spec["terminationGracePeriod"] = DRAINED_WITHIN
    return {
        "limits": pool.limits(),
        "weight": 1,
        "disruption": {
            "consolidationPolicy": (
                "WhenEmptyOrUnderutilized" if pool.purpose in MOVABLE else "WhenEmpty"
            ),
            "consolidateAfter": EMPTY_FOR,
            "budgets": [{"nodes": "10%"}],
        },
        "template": {"metadata": {"labels": pool.labels()}, "spec": spec},
    }


@dataclass(frozen=True, kw_only=True)
class Made:
    """What elastic nodes are made of; the same as fixed ones."""

    launch: Launch
    instance_profile: pulumi.Input[str]
    kubernetes_version: str
    bottlerocket_version: str
    placement_groups: Mapping[str, pulumi.Input[str]]
    tags: Mapping[str, Tags]


def node_class(pool: Pool, made: Made) -> dict[str, Any]:
    """What the pool's elastic nodes are made of.

    Raises:
        ValueError: if its nodes train together and no placement group was given.
    """
    launch = made.launch
    if pool.fabric and pool.name not in made.placement_groups:
        raise ValueError(
            f"pool {pool.name}: its nodes train together, and no placement group was given: take "
            "`NodePool.placement_group` of the pool"
        )
    spec: dict[str, Any] = {
        "amiFamily": "Bottlerocket",
        # By name, which EC2 knows: an alias is looked up in a service that needs a way of its own.
        "amiSelectorTerms": [
            {
                "name": bottlerocket.image_name(
                    pool, made.kubernetes_version, made.bottlerocket_version
                ),
                "owner": bottlerocket.PUBLISHER,
            }
        ],
        "instanceProfile": made.instance_profile,
        "subnetSelectorTerms": [{"id": subnet} for subnet in launch.subnets_of(pool)],
        "securityGroupSelectorTerms": [{"id": group} for group in launch.security_group_ids],
        "metadataOptions": {
            "httpEndpoint": "enabled",
            "httpProtocolIPv6": "disabled",
            "httpPutResponseHopLimit": bottlerocket.METADATA_HOPS,
            "httpTokens": "required",
        },
        "blockDeviceMappings": [
            {
                "deviceName": device,
                "rootVolume": device == bottlerocket.DATA_DISK,
                "ebs": {
                    "volumeSize": f"{size}Gi",
                    "volumeType": "gp3",
                    "encrypted": True,
                    "kmsKeyID": launch.volume_key_arn,
                    "deleteOnTermination": True,
                },
            }
            for device, size in bottlerocket.disks(pool.volume_gib).items()
        ],
        "detailedMonitoring": True,
        "tags": {**launch.machine_tags, **made.tags[pool.name].of(pool.name)},
    }
    spec["userData"] = bottlerocket.user_data(pool, launch.dns_address)
    if pool.fabric:
        # EC2 takes no word on public addresses for several interfaces; the subnet gives none.
        spec["placementGroupSelector"] = {"name": made.placement_groups[pool.name]}
        spec["networkInterfaces"] = [
            {
                "networkCardIndex": one.card,
                "deviceIndex": one.device,
                "interfaceType": one.kind,
            }
            for one in bottlerocket.interfaces(pool)
        ]
    else:
        spec["associatePublicIPAddress"] = False
    return spec
