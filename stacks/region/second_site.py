"""What a region gives to the second site: ways to its objects and images, and a role for each."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components import iam
from components.network import Role
from components.object_store import Access, Grant, ObjectStore
from components.remote_identity import RemoteIdentity, RemoteIdentityArgs
from components.remote_store_endpoint import RemoteStoreEndpoint, RemoteStoreEndpointArgs
from components.streaming import Streaming
from components.streaming import mirror as may_mirror
from environments import OnPremises
from stacks import brokers, law, place
from stacks.region.facts import Facts
from stacks.region.surroundings import Surroundings, declared

PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]

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
            policy=law.endpoint_policy(facts.region, "s3", facts.account),
            region=facts.region,
            tags=facts.tags(),
        ),
        opts=opts,
    )
    return SecondSite(name=site.name, endpoint=made)


def roles(
    facts: Facts,
    site: SecondSite,
    store: ObjectStore,
    repositories: Sequence[str],
    opts: pulumi.ResourceOptions,
) -> dict[str, pulumi.Input[object]]:
    """The roles with which the site reads objects and pulls images; what the stack tells of it."""
    reads = store.grant_documents[place.REPLICATION]
    reader = _role(facts, site, "reader", subject=place.REPLICATION, policy=reads, opts=opts)
    pulls = pulling(facts, repositories)
    puller = _role(facts, site, "puller", subject=place.IMAGE_REPLICATION, policy=pulls, opts=opts)
    return {
        "secondSiteEndpoint": site.endpoint.url,
        "secondSiteRole": reader,
        "secondSiteImageRole": puller,
    }


def pulling(facts: Facts, repositories: Sequence[str]) -> pulumi.Output[str]:
    """What lets the site pull the images of these repositories, and nothing else."""
    registry = f"arn:aws:ecr:{facts.region}:{facts.account}:repository"
    return iam.document(
        # A login names no repository; what it opens is what the second statement says.
        iam.allow(["ecr:GetAuthorizationToken"], ["*"]),
        iam.allow(PULL, [f"{registry}/{one}" for one in repositories]),
    )


def mirror(
    facts: Facts, site: SecondSite, streaming: Streaming, opts: pulumi.ResourceOptions
) -> dict[str, pulumi.Input[object]]:
    """The role with which the site reads topics; nothing where it has no brokers of its own."""
    recovery, declared = facts.environment.sites.recovery, facts.environment.streaming
    takes = isinstance(recovery, OnPremises) and recovery.takeover and recovery.takeover.streaming
    if not takes or declared is None or not declared.topics or streaming.arn is None:
        return {}
    policy = may_mirror(streaming.arn, list(declared.topics), brokers.groups(declared))
    mirroring = _role(facts, site, "mirror", subject=place.MIRRORING, policy=policy, opts=opts)
    return {"secondSiteMirrorRole": mirroring}


def _role(  # noqa: PLR0913 - what one role is made of
    facts: Facts,
    site: SecondSite,
    role: str,
    *,
    subject: str,
    policy: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[str]:
    """ARN of a role that only a certificate of this subject at the site opens."""
    made = RemoteIdentity(
        f"second-site-{role}",
        RemoteIdentityArgs(
            subject=f"{subject}.{site.name}",
            policy=policy,
            account=facts.account,
            region=facts.region,
            tags=facts.tags(),
        ),
        opts=opts,
    )
    return made.role_arn
