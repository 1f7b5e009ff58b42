"""The object store: versioned buckets behind TLS, one account per workload, least privilege."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.object_store import aws, in_cluster
from components.object_store.access import Access, Grant
from components.object_store.in_cluster import InCluster
from components.object_store.zone import Aws, Lock, Writer, Zone

__all__ = [
    "Access",
    "Aws",
    "Grant",
    "InCluster",
    "Lock",
    "ObjectStore",
    "ObjectStoreArgs",
    "Writer",
    "Zone",
]


@dataclass(frozen=True, kw_only=True)
class ObjectStoreArgs:
    """Which buckets there are, who may use them, and where they are realised."""

    buckets: Sequence[str]
    """Names of the buckets; every one keeps old versions."""
    grants: Sequence[Grant]
    """Who may do what; every user and bucket named here must exist."""
    region: str
    """Region that requests are signed for."""
    site: InCluster | Aws
    """Where and out of what the store is made."""


class ObjectStore(pulumi.ComponentResource):
    """Buckets that speak S3 over TLS, encrypted at rest, in which every change keeps what was.

    Inside a cluster it is ready once every account has been tried: that it can do what it was
    granted, and is refused the rest. On AWS an account is a role, which takes what it was granted
    from `grant_documents`.
    """

    endpoint: pulumi.Output[str]
    region: pulumi.Output[str]
    bucket_names: Mapping[str, pulumi.Output[str]]
    """What each bucket is called at this site."""
    bucket_arns: Mapping[str, pulumi.Output[str]]
    """ARN of each bucket; none where the store has no such thing."""
    grant_documents: Mapping[str, pulumi.Output[str]]
    """Policy document of each user's role; none where the store has accounts of its own."""

    def __init__(
        self, name: str, args: ObjectStoreArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the store.

        Raises:
            ValueError: if a grant names a bucket or a user that is not declared.
        """
        super().__init__("mizan:components:ObjectStore", name, None, opts)
        for grant in args.grants:
            if grant.bucket not in args.buckets:
                raise ValueError(
                    f"{grant.user} is granted {grant.access} on the bucket {grant.bucket}, which "
                    f"is not declared; declared are {', '.join(args.buckets) or 'none'}: correct "
                    "the grant, or add the bucket to `buckets`"
                )
        self.region = pulumi.Output.from_input(args.region)
        match args.site:
            case InCluster() as site:
                service = in_cluster.build(
                    self,
                    name,
                    site,
                    region=args.region,
                    buckets=args.buckets,
                    grants=args.grants,
                )
                url = in_cluster.endpoint(site.namespace)
                self.endpoint = service.metadata.apply(lambda _: url)
                self.bucket_names = {
                    bucket: pulumi.Output.from_input(bucket) for bucket in args.buckets
                }
                self.bucket_arns = {}
                self.grant_documents = {}
            case Aws() as site:
                built = aws.build(
                    self,
                    name,
                    site,
                    region=args.region,
                    buckets=args.buckets,
                    grants=args.grants,
                )
                self.endpoint = pulumi.Output.from_input(aws.endpoint(args.region))
                self.bucket_names = built.bucket_names
                self.bucket_arns = built.bucket_arns
                self.grant_documents = built.grant_documents
        self.register_outputs(
            {
                "endpoint": self.endpoint,
                "region": self.region,
                "bucket_names": self.bucket_names,
                "bucket_arns": self.bucket_arns,
                "grant_documents": self.grant_documents,
            }
        )
