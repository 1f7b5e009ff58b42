"""What a region gives to the second site: a way to its objects over the link, and a role."""

from dataclasses import dataclass

import pulumi

from components.network import Role
from components.object_store import Access, Grant, ObjectStore
from components.remote_identity import RemoteIdentity, RemoteIdentityArgs
from components.remote_store_endpoint import RemoteStoreEndpoint, RemoteStoreEndpointArgs
from environments import OnPremises
from stacks import place
from stacks.region.facts import Facts
from stacks.region.surroundings import Surroundings, declared

GRANTS = [
    Grant(user=place.REPLICATION, bucket=bucket, access=Access.READ) for bucket in place.COPIED
]
"""What the second site may do: read what it copies, old versions too."""


@dataclass(frozen=True, kw_only=True)
class SecondSite:
    """The second site as the region knows it."""

    name: str
    endpoint: RemoteStoreEndpoint


def endpoint(facts: Facts, around: Surroundings, opts: pulumi.ResourceOptions) -> SecondSite | None:
    """A way to the objects; None where no second site stands behind a link."""
    site, blocks = facts.environment.sites.recovery, declared(facts).on_premises_cidrs
    if not isinstance(site, OnPremises) or not blocks:
        return None
    made = RemoteStoreEndpoint(
        "second-site-store",
        RemoteStoreEndpointArgs(
            vpc_id=around.network.vpc_id,
            subnet_ids=around.subnets(Role.ENDPOINTS),
            blocks=blocks,
            account=facts.account,
            region=facts.region,
            tags=facts.tags(),
        ),
        opts=opts,
    )
    return SecondSite(name=site.name, endpoint=made)


def reader(
    facts: Facts, site: SecondSite, store: ObjectStore, opts: pulumi.ResourceOptions
) -> dict[str, pulumi.Input[object]]:
    """The role with which the site reads; what the stack tells of both."""
    identity = RemoteIdentity(
        "second-site-reader",
        RemoteIdentityArgs(
            subject=f"{place.REPLICATION}.{site.name}",
            policy=store.grant_documents[place.REPLICATION],
            account=facts.account,
            region=facts.region,
            tags=facts.tags(),
        ),
        opts=opts,
    )
    return {"secondSiteEndpoint": site.endpoint.url, "secondSiteRole": identity.role_arn}
