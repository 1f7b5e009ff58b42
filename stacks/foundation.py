"""The ground: namespaces, certificates, encrypted storage, the registry and its images."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.api_server_connection import ApiServerConnection, ApiServerConnectionArgs
from components.certificate_authority import LABELS as ISSUER
from components.certificate_authority import CertificateAuthority, CertificateAuthorityArgs
from components.cluster_admission import ClusterAdmission, ClusterAdmissionArgs
from components.connection import Peer
from components.encrypted_storage import EncryptedStorage
from components.namespace import Namespace
from environments import CloudRegion, Environment, OnPremises
from stacks import credentials, law, place, sizing
from stacks.images import Images, load_images
from stacks.sites import Site, realised


@dataclass(frozen=True, kw_only=True)
class Foundation:
    """What everything else stands on."""

    site: Site
    """Where it stands."""
    namespaces: Mapping[str, Namespace]
    """The walls, by name of the namespace."""
    authority: CertificateAuthority
    """Ready once every certificate, credential and key exists."""
    storage: EncryptedStorage
    """Storage class for data."""
    published: pulumi.Resource
    """Ready once every image can be pulled."""
    images: Images
    """Which image each name means."""

    def under(self, *more: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options of whatever stands on this ground, and on `more`."""
        return self.site.placed(*self.namespaces.values(), self.authority, self.published, *more)

    def exports(self) -> dict[str, pulumi.Input[object]]:
        """What the stack tells of it."""
        return {
            "namespaces": sorted(self.namespaces),
            "images": {
                name: self.images.reference(name)
                for name in sorted(self.images.digests)
                if name not in self.images.elsewhere
            },
            "registry": self.images.host,
            **self.site.exports(),
        }


def build(environment: Environment, where: CloudRegion | OnPremises) -> Foundation:
    """Build the ground of an environment at one of its sites.

    Args:
        environment: The environment as that site sees it.
        where: The site.
    """
    images = load_images(environment.registry.host, environment.images, environment.sections)
    site = realised(environment, where, images)

    # The law first: what the API server keeps is judged from then on, whoever asks.
    admission = ClusterAdmission(
        "admission",
        ClusterAdmissionArgs(documents=law.admission(site.outside_blocks)),
        opts=site.placed(),
    )

    # Then walls: nothing runs in a namespace before it denies by default.
    rooms = [*sizing.namespaces(environment, trains=site.trains), *site.namespaces]
    namespaces = {args.name: Namespace(args.name, args, site.placed(admission)) for args in rooms}
    site.walls = list(namespaces.values())

    # Certificates, credentials and keys, made in the cluster, never seen here.
    api_server = ApiServerConnection(
        "issuer-to-api-server",
        ApiServerConnectionArgs(
            source=Peer(namespace=place.IDENTITY, labels=ISSUER),
            addresses=site.api_server.blocks,
            port=site.api_server.port,
        ),
        opts=site.placed(*site.walls),
    )
    authority = CertificateAuthority(
        "authority",
        CertificateAuthorityArgs(
            namespace=place.IDENTITY,
            image=images.reference("issuer"),
            requests=[
                *site.requests,
                *credentials.for_workloads(
                    signs=site.trains, in_bulk=environment.batch is not None
                ),
            ],
            trusting_namespaces=[place.EDGE],
            authority_days=environment.certificates.authority_days,
            leaf_hours=environment.certificates.leaf_hours,
            renew_before_hours=environment.certificates.renew_before_hours,
            compute=sizing.own_compute(environment.certificates.profile),
        ),
        opts=site.placed(*site.walls, api_server),
    )

    # Volumes that are encrypted, or a refusal.
    storage = EncryptedStorage("storage", site.storage, opts=site.placed())

    # The registry, and nothing runs before its image can be pulled.
    published = site.published(images, authority, storage)
    return Foundation(
        site=site,
        namespaces=namespaces,
        authority=authority,
        storage=storage,
        published=published,
        images=images,
    )
