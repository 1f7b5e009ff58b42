"""What the cloud holds, beside what the stack knows: nothing is orphaned, nothing is left.

The stand-in tells all that it holds. A thing is known when one of its names stands in the stack's
state; what the cloud makes by itself with a thing is known with it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sandbox.rehearsal.cloud import Cloud
from sandbox.rehearsal.live import Resource

IMPLICIT: Final = frozenset({("ec2", "groups"), ("ec2", "network_acls"), ("ec2", "route_tables")})
"""Stores with things that every network is born with: they bear no tags, and go with it."""
SETTINGS: Final = frozenset(
    {
        ("athena", "databases", "('AwsDataCatalog', 'default')"),
        ("athena", "work_groups", "primary"),
        ("ec2", "account default"),
        ("ec2", "block public access options"),
        ("events", "event_buses", "default"),
        ("inspector2", "account_status"),
        ("route53resolver", "firewall config"),
    }
)
"""What an account or a network always has, with or without a value of ours; told when asked for."""
ENDING: Final = frozenset({"pendingdeletion", "deleted", "deleting"})
"""States of what is deleted, and only waits until AWS forgets it."""
NAMING: Final = ("id", "arn", "name")


@dataclass(frozen=True)
class Thing:
    """One thing that the cloud holds.

    Attributes:
        service: Service that holds it.
        region: Its region, `aws` for services that have none.
        store: Where the service keeps it.
        key: Its key there.
        names: Everything that it is called.
        tags: Its tags, as pairs.
        network: The network that it is part of; empty where it is in none.
    """

    service: str
    region: str
    store: str
    key: str
    names: frozenset[str] = frozenset()
    tags: frozenset[tuple[str, str]] = frozenset()
    network: str = ""

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What stays the same as long as it is there."""
        return (self.service, self.region, self.store, self.key)

    def __str__(self) -> str:
        return f"{self.service} {self.store} {self.key}"


def held(cloud: Cloud) -> list[Thing]:
    """Everything that the cloud holds, without what is being deleted."""
    return [
        _thing(one)
        for one in cloud.inventory()
        if one["state"].lower() not in ENDING
        and not one["store"].endswith("tags")
        and not {(one["service"], one["store"]), _place(one)} & SETTINGS
    ]


def born(cloud: Cloud) -> frozenset[tuple[str, str, str, str]]:
    """What every account is born with; asked before anything is made."""
    cloud.client("ec2").describe_vpcs()  # the stand-in makes networks when it is first asked
    cloud.client("iam").list_roles()
    return frozenset(thing.identity for thing in held(cloud))


def known(resources: Iterable[Resource]) -> set[str]:
    """Everything that the resources of a stack are called."""
    return {name for one in resources for name in _named(one)}


def besides(
    cloud: Cloud, first: frozenset[tuple[str, str, str, str]], names: set[str]
) -> list[Thing]:
    """What the cloud holds besides what it was born with and what bears one of the names."""
    things = held(cloud)
    networks = {thing.key for thing in things if thing.store == "vpcs"}
    return [
        thing
        for thing in things
        if thing.identity not in first
        and not thing.names & names
        and not (_implicit(thing) and (thing.network in names or thing.network not in networks))
    ]


def _named(resource: Resource) -> Iterator[str]:
    outputs = resource.get("outputs", {})
    own = resource["type"].rpartition(":")[2].lower()
    yield str(resource.get("id", ""))
    for name, value in outputs.items():
        plain = name.lower()
        if isinstance(value, str) and (plain in NAMING or plain.removesuffix("name") == own):
            yield value


def _place(told: dict[str, Any]) -> tuple[str, str, str]:
    return (told["service"], told["store"], told["key"])


def _implicit(thing: Thing) -> bool:
    return (thing.service, thing.store) in IMPLICIT and not thing.tags


def _thing(told: dict[str, Any]) -> Thing:
    return Thing(
        service=told["service"],
        region=told["region"],
        store=told["store"],
        key=told["key"],
        names=frozenset(told["names"]),
        tags=frozenset(told["tags"].items()),
        network=told.get("network", ""),
    )
