"""The ground: namespaces, certificates, encrypted storage, the registry and its images."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.api_server_connection import ApiServerConnection, ApiServerConnectionArgs
from components.artifact_registry import (
    ArtifactRegistry,
    ArtifactRegistryArgs,
    InCluster,
    PublishedImages,
    PublishedImagesArgs,
)
from components.certificate_authority import LABELS as ISSUER
from components.certificate_authority import CertificateAuthority, CertificateAuthorityArgs
from components.connection import Peer
from components.encrypted_storage import EncryptedStorage, EncryptedStorageArgs
from components.namespace import Namespace
from environments import Environment
from stacks import credentials, place, settings, sizing
from stacks.images import Images, load_images

SEEDED = ("issuer", "registry", "token-service")
"""Images that are on the node before the registry runs."""


@dataclass(frozen=True, kw_only=True)
class Foundation:
    """What everything else stands on."""

    namespaces: Mapping[str, Namespace]
    """The walls, by name of the namespace."""
    authority: CertificateAuthority
    """Ready once every certificate, credential and key exists."""
    storage: EncryptedStorage
    """Storage class for data."""
    published: PublishedImages
    """Ready once every image can be pulled."""
    images: Images
    """Which image each name means."""

    def under(self, *more: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options of whatever stands on this ground, and on `more`."""
        return pulumi.ResourceOptions(
            depends_on=[*self.namespaces.values(), self.authority, self.published, *more]
        )

    def exports(self) -> dict[str, pulumi.Input[object]]:
        """What the stack tells of it."""
        return {
            "namespaces": list(self.namespaces),
            "images": {name: self.images.reference(name) for name in sorted(self.images.digests)},
            "registry": self.images.host,
        }


def build(environment: Environment) -> Foundation:
    """Build the ground of an environment."""
    cluster = settings.cluster(environment.sites.primary)
    images = load_images(environment.registry.host, environment.images)
    address = environment.registry.address or ""

    # Walls first: nothing runs in a namespace before it denies by default.
    namespaces = {args.name: Namespace(args.name, args) for args in sizing.namespaces(environment)}
    walls = pulumi.ResourceOptions(depends_on=list(namespaces.values()))

    # Certificates, credentials and keys, made in the cluster, never seen here.
    api_server = ApiServerConnection(
        "issuer-to-api-server",
        ApiServerConnectionArgs(
            source=Peer(namespace=place.IDENTITY, labels=ISSUER),
            addresses=[f"{cluster.api_address}/32"],
            port=cluster.api_port,
        ),
        opts=walls,
    )
    authority = CertificateAuthority(
        "authority",
        CertificateAuthorityArgs(
            namespace=place.IDENTITY,
            image=images.reference("issuer"),
            requests=credentials.requested(
                registry_host=environment.registry.host, registry_address=address
            ),
            trusting_namespaces=[place.EDGE],
            authority_days=environment.certificates.authority_days,
            leaf_hours=environment.certificates.leaf_hours,
            renew_before_hours=environment.certificates.renew_before_hours,
            compute=sizing.own_compute(environment.certificates.profile),
        ),
        opts=pulumi.ResourceOptions(depends_on=[*namespaces.values(), api_server]),
    )

    # Volumes that are encrypted, or a refusal.
    storage = EncryptedStorage(
        "storage",
        EncryptedStorageArgs(
            site=cluster.site,
            encrypted_provisioner=cluster.encrypted_provisioner,
            name=place.ENCRYPTED_CLASS,
        ),
    )

    # The registry, and the gate behind it.
    registry = ArtifactRegistry(
        "registry",
        ArtifactRegistryArgs(
            repositories=images.repositories(),
            site=InCluster(
                namespace=place.ARTIFACTS,
                address=address,
                registry_image=images.reference("registry"),
                token_service_image=images.reference("token-service"),
                storage_class=place.ENCRYPTED_CLASS,
                volume_size_gib=environment.registry.volume_size_gib,
                compute=sizing.own_compute(environment.registry.profile),
                tls_secret=place.REGISTRY_TLS,
                token_key_secret=place.REGISTRY_TOKEN_KEY,
                account_secrets={
                    user: place.registry_account(user) for user in ("puller", "pusher")
                },
            ),
        ),
        opts=pulumi.ResourceOptions(depends_on=[authority, storage]),
    )
    published = PublishedImages(
        "published-images",
        PublishedImagesArgs(
            namespace=place.ARTIFACTS,
            image=images.reference("token-service"),
            images=[
                images.reference(name) for name in sorted(images.digests) if name not in SEEDED
            ],
            login_secret=place.REGISTRY_PULL,
            remedy="run `make up`, or push the images of images.lock with `make mirror`",
        ),
        opts=pulumi.ResourceOptions(depends_on=[registry]),
    )
    return Foundation(
        namespaces=namespaces,
        authority=authority,
        storage=storage,
        published=published,
        images=images,
    )
