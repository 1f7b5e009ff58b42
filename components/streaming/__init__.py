"""Streaming: Kafka over TLS, in which nobody reads or writes but whom a grant names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.streaming import aws, in_cluster
from components.streaming.access import grant_documents, keeper, mirror
from components.streaming.aws import Aws
from components.streaming.brokers import Brokers
from components.streaming.in_cluster import InCluster
from components.streaming.topics import Acl, Topic, TopicAccess, TopicGrant, check

__all__ = [
    "Acl",
    "Aws",
    "Brokers",
    "InCluster",
    "Streaming",
    "StreamingArgs",
    "Topic",
    "TopicAccess",
    "TopicGrant",
    "grant_documents",
    "keeper",
    "mirror",
]


@dataclass(frozen=True, kw_only=True)
class StreamingArgs:
    """Which topics there are, who may use them, and where the brokers are realised."""

    topics: Sequence[Topic]
    """Every topic."""
    grants: Sequence[TopicGrant]
    """Who may do what; every topic named here must be declared."""
    site: InCluster | Aws
    """Where and out of what the brokers are made."""


class Streaming(pulumi.ComponentResource):
    """A Kafka cluster that only known identities reach, over TLS, on encrypted volumes.

    Inside a cluster it is ready once topics and access list are as declared; who somebody is says
    a certificate. On AWS it is a role, which takes what it was granted from `grant_documents`.
    """

    bootstrap_brokers: pulumi.Output[str]
    """Addresses of the brokers, by commas."""
    arn: pulumi.Output[str] | None
    """ARN of the cluster; None where it has no such thing."""
    security_group_id: pulumi.Output[str] | None
    """Security group of the brokers; None where they are pods."""
    grant_documents: Mapping[str, pulumi.Output[str]]
    """Policy document of each user's role; none where brokers have an access list of their own."""

    def __init__(
        self, name: str, args: StreamingArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the cluster.

        Raises:
            ValueError: if a grant names a topic that is not declared, or the site cannot bear the
                brokers.
        """
        super().__init__("mizan:components:Streaming", name, None, opts)
        check(args.topics, args.grants)
        match args.site:
            case InCluster() as site:
                ready = in_cluster.build(self, name, site, topics=args.topics, grants=args.grants)
                addresses = in_cluster.cluster(site).bootstrap()
                self.bootstrap_brokers = ready.metadata.apply(lambda _: addresses)
                self.arn = None
                self.security_group_id = None
                self.grant_documents = {}
            case Aws() as site:
                built = aws.build(self, name, site, grants=args.grants)
                self.bootstrap_brokers = built.bootstrap_brokers
                self.arn = built.arn
                self.security_group_id = built.security_group_id
                self.grant_documents = built.grant_documents
        self.register_outputs(
            {
                "bootstrap_brokers": self.bootstrap_brokers,
                "arn": self.arn,
                "security_group_id": self.security_group_id,
                "grant_documents": self.grant_documents,
            }
        )
