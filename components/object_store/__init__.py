"""The object store: versioned buckets behind TLS, one account per workload, least privilege."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.object_store import in_cluster
from components.object_store.access import Access, Grant
from components.object_store.in_cluster import InCluster

__all__ = ["Access", "Grant", "InCluster", "ObjectStore", "ObjectStoreArgs"]


@dataclass(frozen=True, kw_only=True)
class ObjectStoreArgs:
    """Which buckets there are, who may use them, and where they are realised."""

    buckets: Sequence[str]
    """Names of the buckets; every one keeps old versions."""
    grants: Sequence[Grant]
    """Who may do what; every user and bucket named here must exist."""
    region: str
    """Region that requests are signed for."""
    site: InCluster
    """Where and out of what the store is made."""


class ObjectStore(pulumi.ComponentResource):
    """Buckets that speak S3 over TLS, encrypted at rest, in which every change keeps what was.

    It is ready once every account has been tried: that it can do what it was granted, and is
    refused the rest.
    """

    endpoint: pulumi.Output[str]
    region: pulumi.Output[str]
    bucket_names: Mapping[str, pulumi.Output[str]]
    """For each declared bucket, the name by which clients call it."""

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
        service = in_cluster.build(
            self,
            name,
            args.site,
            region=args.region,
            buckets=args.buckets,
            grants=args.grants,
        )
        self.endpoint = service.metadata.apply(lambda _: in_cluster.endpoint(args.site.namespace))
        self.region = pulumi.Output.from_input(args.region)
        self.bucket_names = {
            bucket: pulumi.Output.all(bucket, service.id).apply(lambda known: str(known[0]))
            for bucket in args.buckets
        }
        self.register_outputs({"endpoint": self.endpoint, "region": self.region})
