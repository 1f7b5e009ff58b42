"""What every node of a cluster is launched with, fixed or elastic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.node_pool.machine import Pool


@dataclass(frozen=True, kw_only=True)
class Launch:
    """Network, disks' key and tags of nodes."""

    subnet_ids: Mapping[str, pulumi.Input[str]]
    """Private subnet of each zone."""
    security_group_ids: Sequence[pulumi.Input[str]]
    """Security groups of the nodes (`Cluster.security_group_id`)."""
    volume_key_arn: pulumi.Input[str]
    """Key of the nodes' disks."""
    dns_address: str
    """Address of the cluster's DNS (`Cluster.dns_address`)."""
    machine_tags: Mapping[str, str]
    """Tags that the provider gives to all that it makes (owner, cost centre, environment): it does
    not make the machines themselves, so they are told."""

    def subnets_of(self, pool: Pool) -> list[pulumi.Input[str]]:
        """The subnets of the pool's zones.

        Raises:
            ValueError: if a zone has none.
        """
        for zone in pool.zones:
            if zone not in self.subnet_ids:
                raise ValueError(
                    f"pool {pool.name}: zone {zone} has no subnet; there are subnets in "
                    f"{', '.join(self.subnet_ids) or 'no zone'}"
                )
        return [self.subnet_ids[zone] for zone in pool.zones]
