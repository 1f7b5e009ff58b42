"""One node that plays every pool: it bears the labels of the fixed one, and takes others' pods."""

from collections.abc import Mapping, Sequence
from typing import Any

from kubernetes import client

from sandbox.cluster.address import NODE
from sandbox.rehearsal.nodes import INSTANCE_TYPE, ZONE, Group, Joining

REGION = "topology.kubernetes.io/region"


class Pools:
    """The pools that the estate asked AWS and Karpenter for.

    Args:
        eks: Client of EKS.
        ec2: Client of EC2.
        api: Client of the API server.
    """

    def __init__(self, eks: Any, ec2: Any, api: Any) -> None:
        self._asked = Joining(eks, ec2, api)
        self._core = client.CoreV1Api(api)
        self._region = ec2.meta.region_name
        self._groups: Sequence[Group] = ()

    def __call__(self) -> None:
        """Look which pools there are, and join the first fixed one."""
        self._groups = [*self._asked.groups()]
        joined = next((group for group in self._groups if group.zones), None)
        if joined is None:
            return
        labels = labels_of(joined, self._region)
        there = self._core.read_node(NODE).metadata.labels
        if labels.items() - there.items():
            self._core.patch_node(NODE, {"metadata": {"labels": labels}})
            print(f"the node joined pool {joined.name}", flush=True)

    def played(
        self, selector: Mapping[str, str], tolerations: Sequence[Mapping[str, Any]]
    ) -> str | None:
        """The pool that the node has to play for a pod; None where the scheduler finds the node.

        A pod that asks for nodes of no pool waits for ever here, as it would in an account.

        Args:
            selector: Labels of the nodes that it asks for.
            tolerations: Taints that it tolerates.
        """
        if not selector:
            return None
        own = self._core.read_node(NODE).metadata.labels
        if selector.items() <= own.items():
            return None
        self._groups = [*self._asked.groups()]
        return next(
            (
                group.name
                for group in self._groups
                if selector.items() <= group.labels.items() and tolerated(group, tolerations)
            ),
            None,
        )


def labels_of(group: Group, region: str) -> dict[str, str]:
    """The labels of a node of a group."""
    return {
        **group.labels,
        INSTANCE_TYPE: group.instance_type,
        ZONE: min(group.zones),
        REGION: region,
    }


def tolerated(group: Group, tolerations: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a pod with these tolerations may run on the nodes of a group."""
    return all(
        any(
            one.get("key") in {None, taint["key"]}
            and (one.get("operator") == "Exists" or one.get("value", "") == taint.get("value", ""))
            and one.get("effect") in {None, "", taint["effect"]}
            for one in tolerations
        )
        for taint in group.taints
        if taint["effect"] != "PreferNoSchedule"
    )
