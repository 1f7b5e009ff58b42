"""A cluster, its nodes and its pools under the recording engine, and what the pack says of them."""

import json
from typing import Any

from components.cluster import AddOns, AddOnsArgs, Cluster, ClusterArgs
from components.gpu_sharing import GpuSharing
from components.namespace import Namespace, NamespaceArgs
from components.node_identity import NodeIdentity, NodeIdentityArgs
from components.node_pool import Launch, Machine, NodePool, NodePoolArgs, Pool
from components.tags import Tags
from tests.support.aws_outputs import ACCOUNT, REGION

TAGS = Tags(workload="platform", data_class="personal", profile="shared")
MACHINE_TAGS = {"owner": "ai-platform", "cost-centre": "CC-1", "environment": "e"}
ZONES = [f"{REGION}{letter}" for letter in "abc"]
SUBNETS = {zone: f"subnet-{zone[-1]}" for zone in ZONES}
ADMIN = f"arn:aws:iam::{ACCOUNT}:role/deployer"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/mizan/karpenter@sha256:{'a' * 64}"

M7I = Machine(instance_type="m7i.2xlarge", vcpus=8, memory_gib=32, architecture="x86_64")
M7I_LARGER = Machine(instance_type="m7i.4xlarge", vcpus=16, memory_gib=64, architecture="x86_64")
M7G = Machine(instance_type="m7g.xlarge", vcpus=4, memory_gib=16, architecture="arm64")
G6 = Machine(
    instance_type="g6.12xlarge",
    vcpus=48,
    memory_gib=192,
    architecture="x86_64",
    accelerator="NVIDIA L4",
    accelerators=4,
)
P5EN = Machine(
    instance_type="p5en.48xlarge",
    vcpus=192,
    memory_gib=2048,
    architecture="x86_64",
    accelerator="NVIDIA H200",
    accelerators=8,
    fabric_interfaces=16,
)


def pool(machine: Machine = M7I, **more: Any) -> Pool:
    """A pool of one size; for inference unless the machine has accelerators."""
    return Pool(
        **{
            "name": "workers",
            "purpose": "gpu-training" if machine.accelerator else "cpu-inference",
            "machines": [machine],
            "zones": ZONES[:1] if machine.accelerator else ZONES,
            "min_nodes": 0 if machine.accelerator else 3,
            "max_nodes": 6,
            **more,
        }
    )


INFERENCE = pool(name="inference")
SLICED = pool(G6, name="gpu-g6", sharing=GpuSharing(strategy="time-slicing", parts=4))
FABRIC = pool(P5EN, name="gpu-p5en", max_nodes=2)
CPU_TRAINING = pool(
    name="cpu-training", purpose="cpu-training", min_nodes=0, machines=[M7I, M7I_LARGER], spot=True
)


def launch() -> Launch:
    return Launch(
        subnet_ids=SUBNETS,
        security_group_ids=["sg-nodes"],
        volume_key_arn=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/volumes",
        dns_address="172.20.0.10",
        machine_tags=MACHINE_TAGS,
    )


def cluster(**more: Any) -> Cluster:
    return Cluster(
        "cluster",
        ClusterArgs(
            **{
                "name": "mizan",
                "kubernetes_version": "1.34",
                "region": REGION,
                "account": ACCOUNT,
                "vpc_id": "vpc-1",
                "subnet_ids": SUBNETS,
                "client_blocks": ["10.20.0.0/16"],
                "secrets_key_arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/secrets",
                "log_key_arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/logs",
                "log_days": 365,
                "admin_role_arns": [ADMIN],
                "tags": TAGS,
                **more,
            }
        ),
    )


def add_ons(of: Cluster) -> AddOns:
    return AddOns(
        "add-ons",
        AddOnsArgs(
            cluster=of.name,
            kubernetes_version="1.34",
            account=ACCOUNT,
            volume_key_arn=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/volumes",
            machine_tags=MACHINE_TAGS,
            tags=TAGS,
        ),
    )


def nodes(of: Cluster) -> NodeIdentity:
    return NodeIdentity("nodes", NodeIdentityArgs(cluster=of.name, tags=TAGS))


def node_pool(made: Pool, **more: Any) -> NodePool:
    return NodePool(
        made.name,
        NodePoolArgs(
            **{
                "pool": made,
                "images": {"serving": ["x86_64", "arm64"]},
                "cluster": "mizan",
                "kubernetes_version": "1.34",
                "node_role_arn": f"arn:aws:iam::{ACCOUNT}:role/nodes",
                "launch": launch(),
                "tags": TAGS,
                **more,
            }
        ),
    )


def namespace(name: str) -> Namespace:
    return Namespace(name, NamespaceArgs(name=name, cpu="2", memory="2Gi", pods=4))


def statements(document: str) -> list[dict[str, Any]]:
    """The statements of a policy document."""
    found: list[dict[str, Any]] = json.loads(document)["Statement"]
    return found
