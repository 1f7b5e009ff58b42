"""Nodes as the cloud would let them join: by what node groups and elastic pools ask for.

Nothing here knows what the environment declares. Labels, taints, instance types and zones are those
that the deployed estate asked AWS and Karpenter for, so that a wrong label is seen as what it would
be: pods that find no node.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kubernetes import client

from sandbox.rehearsal.machines import Machine, machine

ZONE: Final = "topology.kubernetes.io/zone"
INSTANCE_TYPE: Final = "node.kubernetes.io/instance-type"
FAMILY: Final = "karpenter.k8s.aws/instance-family"
ARCHITECTURE: Final = "kubernetes.io/arch"
CAPACITY: Final = "karpenter.sh/capacity-type"
GROUP_LABEL: Final = "eks.amazonaws.com/nodegroup"
ELASTIC_LABEL: Final = "karpenter.sh/nodepool"
ELASTIC_API: Final = ("karpenter.sh", "v1", "nodepools")
EFFECTS: Final = {
    "NO_SCHEDULE": "NoSchedule",
    "NO_EXECUTE": "NoExecute",
    "PREFER_NO_SCHEDULE": "PreferNoSchedule",
}


@dataclass(frozen=True, kw_only=True)
class Group:
    """Like nodes that something asked for.

    Attributes:
        name: Begins the nodes' names.
        labels: Labels of each node.
        taints: Taints of each, as Kubernetes spells them.
        instance_type: Its type.
        zones: Zone -> number of nodes.
    """

    name: str
    labels: Mapping[str, str]
    taints: Sequence[Mapping[str, str]]
    instance_type: str
    zones: Mapping[str, int]


class Joining:
    """Lets nodes join and leave, as what asks for them comes and goes.

    Args:
        eks: Client of EKS.
        ec2: Client of EC2, in the same account and region.
        api: Client of the Kubernetes API server.
    """

    def __init__(self, eks: Any, ec2: Any, api: Any) -> None:
        self._eks = eks
        self._ec2 = ec2
        self._region = ec2.meta.region_name
        self._core = client.CoreV1Api(api)
        self._custom = client.CustomObjectsApi(api)
        self._machines: dict[str, Machine] = {}
        self._zones: dict[str, str] = {}

    def __call__(self) -> None:
        """Make the nodes that are missing, and take away those that nobody asks for any more."""
        wanted = {
            node["metadata"]["name"]: node
            for group in self.groups()
            for node in nodes(group, self._machine(group.instance_type), self._region)
        }
        there = {node.metadata.name for node in self._core.list_node().items}
        for name in wanted.keys() - there:
            self._core.create_node(wanted[name])
        for name in there - wanted.keys():
            self._core.delete_node(name)

    def groups(self) -> Iterator[Group]:
        """What was asked for: the managed node groups, then the elastic pools."""
        yield from self._managed()
        yield from self._elastic()

    def _managed(self) -> Iterator[Group]:
        """The managed node groups of every cluster."""
        for cluster in self._eks.list_clusters()["clusters"]:
            for name in self._eks.list_nodegroups(clusterName=cluster)["nodegroups"]:
                group = self._eks.describe_nodegroup(clusterName=cluster, nodegroupName=name)
                found = group["nodegroup"]
                if found["status"] in {"ACTIVE", "UPDATING"}:
                    yield self._group(found)

    def _group(self, found: Mapping[str, Any]) -> Group:
        zones = [self._zone(subnet) for subnet in found["subnets"]]
        count = found.get("scalingConfig", {}).get("desiredSize") or len(zones)
        labels = {
            GROUP_LABEL: found["nodegroupName"],
            "eks.amazonaws.com/capacityType": "ON_DEMAND",
        }
        return Group(
            name=found["nodegroupName"],
            labels={**labels, **(found.get("labels") or {})},
            taints=[
                {"key": one["key"], "value": one.get("value", ""), "effect": EFFECTS[one["effect"]]}
                for one in found.get("taints") or ()
            ],
            instance_type=self._type(found),
            zones=Counter(zones[place % len(zones)] for place in range(count)),
        )

    def _type(self, found: Mapping[str, Any]) -> str:
        if types := found.get("instanceTypes"):
            return str(types[0])
        template = found["launchTemplate"]
        named = {
            key: template[name]
            for key, name in (("LaunchTemplateId", "id"), ("LaunchTemplateName", "name"))
            if template.get(name)
        }
        versions = self._ec2.describe_launch_template_versions(
            Versions=[str(template.get("version", "$Default"))], **named
        )
        data = versions["LaunchTemplateVersions"][0]["LaunchTemplateData"]
        return str(data["InstanceType"])

    def _elastic(self) -> Iterator[Group]:
        """The pools of Karpenter: one node in each zone, as if each had one pod to carry."""
        try:
            pools = self._custom.list_cluster_custom_object(*ELASTIC_API)["items"]
        except client.ApiException as error:
            if error.status == 404:  # noqa: PLR2004 - the kind is not there yet
                return
            raise
        for pool in pools:
            yield from self._of_pool(pool)

    def _of_pool(self, pool: Mapping[str, Any]) -> Iterator[Group]:
        name, template = pool["metadata"]["name"], pool["spec"]["template"]
        asked = {
            one["key"]: one.get("values", ())
            for one in template["spec"].get("requirements", ())
            if one.get("operator") == "In"
        }
        types = [*asked.get(INSTANCE_TYPE, ())] or self._smallest(asked.get(FAMILY, ()))
        for instance_type in types[:1]:
            offered = self._offered(instance_type)
            yield Group(
                name=name,
                labels={
                    ELASTIC_LABEL: name,
                    CAPACITY: (*asked.get(CAPACITY, ()), "on-demand")[0],
                    **template.get("metadata", {}).get("labels", {}),
                },
                taints=template["spec"].get("taints", ()),
                instance_type=instance_type,
                zones={zone: 1 for zone in asked.get(ZONE, offered) if zone in offered},
            )

    def _smallest(self, families: Iterable[str]) -> list[str]:
        """The type with the least memory of the first family that is offered."""
        for family in families:
            found = self._ec2.describe_instance_types(
                Filters=[{"Name": "instance-type", "Values": [f"{family}.*"]}]
            )["InstanceTypes"]
            if found:
                least = min(found, key=lambda one: one["MemoryInfo"]["SizeInMiB"])
                return [least["InstanceType"]]
        return []

    def _offered(self, instance_type: str) -> list[str]:
        offers = self._ec2.describe_instance_type_offerings(
            LocationType="availability-zone",
            Filters=[{"Name": "instance-type", "Values": [instance_type]}],
        )["InstanceTypeOfferings"]
        return sorted(offer["Location"] for offer in offers)

    def _zone(self, subnet: str) -> str:
        if subnet not in self._zones:
            found = self._ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]
            self._zones[subnet] = found["AvailabilityZone"]
        return self._zones[subnet]

    def _machine(self, instance_type: str) -> Machine:
        if instance_type not in self._machines:
            found = self._ec2.describe_instance_types(InstanceTypes=[instance_type])
            self._machines[instance_type] = machine(found["InstanceTypes"][0])
        return self._machines[instance_type]


def nodes(group: Group, kind: Machine, region: str) -> Iterator[dict[str, Any]]:
    """The nodes of a group, as their kubelets would register them."""
    prefix = re.sub(r"[^a-z0-9-]+", "-", group.name.lower())
    for zone, count in group.zones.items():
        for ordinal in range(1, count + 1):
            name = f"{prefix}-{zone}-{ordinal}"
            yield {
                "apiVersion": "v1",
                "kind": "Node",
                "metadata": {
                    "name": name,
                    "labels": {
                        **group.labels,
                        "kubernetes.io/hostname": name,
                        "kubernetes.io/os": "linux",
                        ARCHITECTURE: kind.architecture,
                        INSTANCE_TYPE: kind.instance_type,
                        ZONE: zone,
                        "topology.kubernetes.io/region": region,
                    },
                },
                "spec": {
                    "taints": [dict(taint) for taint in group.taints],
                    "providerID": f"aws:///{zone}/{name}",
                },
                "status": {
                    "capacity": kind.capacity(),
                    "allocatable": kind.allocatable(),
                    "nodeInfo": {
                        "architecture": kind.architecture, "operatingSystem": "linux",
                        "kubeletVersion": "simulated", "kubeProxyVersion": "",
                        "containerRuntimeVersion": "simulated", "kernelVersion": "simulated",
                        "osImage": "simulated", "machineID": name, "systemUUID": name,
                        "bootID": name,
                    },
                },
            }  # fmt: skip
