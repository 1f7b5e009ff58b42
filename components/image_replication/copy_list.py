"""Which images are copied from where to where, and the ways that the copying needs for it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_kubernetes.core.v1 import ConfigMap

from components.address_connection import AddressConnection, AddressConnectionArgs
from components.connection import Connection, ConnectionArgs, Peer

NAME = "image-replication"
LABELS = {"app.kubernetes.io/name": NAME}
HTTPS = 443
LIST_FILE = "regsync.json"
OWN_FOLDER = "/etc/mizan/own"
LOGIN_OF_AWS = "docker-credential-ecr-login"
"""Gets a login of Amazon ECR for a credential of AWS, which itself is no login."""
AT_ONCE = 2


@dataclass(frozen=True, kw_only=True)
class Primary:
    """The registry that is copied: Amazon ECR of one account in one region."""

    host: str
    """How its image references begin."""
    region: str
    """Its region."""
    blocks: Sequence[str]
    """Address blocks (CIDR) behind its endpoints: those of the primary site's network."""
    secret: str
    """Secret in the namespace with a credential that may pull: `access_key`, `secret_key`, and
    where they are temporary `session_token`. Somebody outside the stack fills and renews it."""
    addresses: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Addresses of the endpoints by their service (`ecr.api`, `ecr.dkr`, `s3`); without them the
    site's own resolver has to lead the names of AWS there."""


@dataclass(frozen=True, kw_only=True)
class Own:
    """The registry of this site."""

    host: str
    """How its image references begin."""
    peer: Peer
    """Its pods."""
    ports: Sequence[int]
    """Ports of its pods: of the registry and of what says who may push."""
    secret: str
    """Secret in the namespace with a login that may push (`.dockerconfigjson`, `ca.crt`)."""


@dataclass(frozen=True, kw_only=True)
class CopyListArgs:
    """What is copied from where to where."""

    namespace: str
    """Namespace of the copying."""
    primary: Primary
    """The registry that is copied."""
    own: Own
    """The registry of this site."""
    images: Mapping[str, str | None]
    """Digest of each image by its repository (`mizan/serving`); None where there is none yet."""


class CopyList(pulumi.ComponentResource):
    """The list that each run reads anew, and what its pods may reach: the two registries.

    A new release is on it before anything waits for the release, so that it is fetched by what
    runs already.
    """

    config_map: pulumi.Output[str]

    def __init__(
        self, name: str, args: CopyListArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Write the list and open the two ways.

        Raises:
            ValueError: if there is no image to copy.
        """
        super().__init__("mizan:components:CopyList", name, None, opts)
        if not args.images:
            raise ValueError(f"{name}: no image is given; allowed: one or more repositories")
        child = pulumi.ResourceOptions(parent=self)
        source = Peer(namespace=args.namespace, labels=LABELS)
        AddressConnection(
            f"{name}-to-primary",
            AddressConnectionArgs(source=source, blocks=args.primary.blocks, port=HTTPS),
            opts=child,
        )
        Connection(
            f"{name}-to-own",
            ConnectionArgs(source=source, target=args.own.peer, ports=args.own.ports),
            opts=child,
        )
        config = ConfigMap(
            f"{name}-declaration",
            metadata={"name": NAME, "namespace": args.namespace},
            data={LIST_FILE: json.dumps(document(args), indent=2, sort_keys=True)},
            opts=child,
        )
        self.config_map = config.metadata.apply(lambda metadata: str(metadata.name))
        self.register_outputs({"config_map": self.config_map})


def document(args: CopyListArgs, own_folder: str = OWN_FOLDER) -> dict[str, Any]:
    """The list as regsync reads it. Both sides are named by digest, so no tag is ever trusted."""
    here, there = args.own.host, args.primary.host
    return {
        "version": 1,
        "creds": [
            {"registry": there, "credHelper": LOGIN_OF_AWS},
            {"registry": here, "regcert": f'{{{{file "{own_folder}/ca.crt"}}}}'},
        ],
        "defaults": {"parallel": AT_ONCE},
        "sync": [
            {
                "type": "image",
                "source": f"{there}/{repository}@{digest}",
                "target": f"{here}/{repository}@{digest}",
            }
            for repository, digest in sorted(args.images.items())
            if digest is not None
        ],
    }
