"""Kafka in the cluster of a site, and what its topics mean for every kind of site."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pulumi

from components.certificate_authority import SecretPlace, TlsCertificate
from components.streaming import Acl, InCluster, Streaming, StreamingArgs, in_cluster
from components.streaming.topics import Topic, TopicAccess, TopicGrant
from environments import CloudRegion, Environment, OnPremises
from environments import Streaming as Declared
from stacks import place, sizing
from stacks.images import Images


def topics(declared: Declared) -> list[Topic]:
    """Every topic of an environment."""
    return [
        Topic(name=name, partitions=topic.partitions, retention_hours=topic.retention_hours)
        for name, topic in declared.topics.items()
    ]


def grants(declared: Declared) -> list[TopicGrant]:
    """Who may do what with them."""
    return [
        TopicGrant(user=user, topic=name, access=access)
        for name, topic in declared.topics.items()
        for users, access in (
            (topic.writers, TopicAccess.WRITE),
            (topic.readers, TopicAccess.READ),
        )
        for user in users
    ]


def groups(declared: Declared) -> list[str]:
    """Every consumer group that may read: each reader is one."""
    return sorted({user for topic in declared.topics.values() for user in topic.readers})


def certificates(declared: Declared | None, workloads: Collection[str]) -> list[TlsCertificate]:
    """By what brokers in pods, and who uses them, are known; none where brokers are no pods.

    Args:
        declared: The brokers and their topics.
        workloads: Workloads that the site runs.
    """
    if declared is None or declared.machine is not None:
        return []
    users = sorted({grant.user for grant in grants(declared)} & {*workloads})
    return [
        _certificate(
            place.STREAMING,
            place.BROKER_TLS,
            in_cluster.host_names(place.STREAMING, declared.brokers),
        ),
        _certificate(place.STREAMING, place.BROKER_SETUP_TLS, [in_cluster.ADMINISTRATOR]),
        *(_certificate(place.WORKLOADS[user], place.STREAMING_TLS, [user]) for user in users),
    ]


def mirror_certificate(user: str) -> TlsCertificate:
    """By what the brokers of a second site know what writes its copies."""
    return _certificate(place.MIRRORING, place.STREAMING_TLS, [user])


@dataclass(frozen=True, kw_only=True)
class Access:
    """How images are pulled at a site, and who uses its topics besides the workloads."""

    pull_secret: str | None
    """Secret with which images are pulled; None where nodes pull by themselves."""
    withheld: frozenset[TopicAccess] = frozenset()
    """What no workload may do for now."""
    acls: Sequence[Acl] = ()
    """Entries of the access list besides those of the workloads."""


def streaming(
    environment: Environment,
    site: CloudRegion | OnPremises,
    images: Images,
    access: Access,
    opts: pulumi.ResourceOptions,
) -> Streaming:
    """Make the brokers of a site, as pods of its cluster.

    Args:
        environment: The environment as the site sees it, with topics.
        site: The site.
        images: What its pods run.
        access: How images are pulled, and who may do what besides.
        opts: Options of the brokers.
    """
    declared = environment.streaming
    if declared is None:
        raise pulumi.RunError(f"{environment.name} has no section `streaming`")
    return Streaming(
        "streaming",
        StreamingArgs(
            topics=topics(declared),
            grants=[one for one in grants(declared) if one.access not in access.withheld],
            site=InCluster(
                namespace=place.STREAMING,
                cluster_name=f"{environment.name}.{site.name}",
                image=images.reference("kafka"),
                setup_image=images.reference("kafka-setup"),
                pull_secret=access.pull_secret,
                storage_class=place.ENCRYPTED_CLASS,
                brokers=declared.brokers,
                volume_size_gib=declared.volume_size_gib,
                retention_hours=declared.retention_hours,
                zones=site.zones,
                compute=sizing.own_compute(declared.pod),
                tls_secret=place.BROKER_TLS,
                setup_secret=place.BROKER_SETUP_TLS,
                acls=access.acls,
            ),
        ),
        opts=opts,
    )


def _certificate(namespace: str, name: str, hosts: Sequence[str]) -> TlsCertificate:
    return TlsCertificate(
        place=SecretPlace(namespace=namespace, name=name), hosts=hosts, client=True
    )
