"""A private certificate authority of the organisation, which AWS's hardware keeps."""

from dataclasses import dataclass
from enum import StrEnum

import pulumi
from pulumi_aws import acmpca

from components.tags import Tags

ACM = "acm.amazonaws.com"
SIGNING = "SHA512WITHRSA"


class Mode(StrEnum):
    """Which certificates the authority may sign."""

    GENERAL_PURPOSE = "GENERAL_PURPOSE"
    """Any; AWS Certificate Manager asks for them and renews them by itself."""
    SHORT_LIVED = "SHORT_LIVED_CERTIFICATE"
    """Seven days at most, for an eighth of the price; Certificate Manager cannot use it."""


@dataclass(frozen=True, kw_only=True)
class AuthorityArgs:
    """Whose authority it is."""

    common_name: str
    """Name of the authority, as certificates show it."""
    organisation: str
    """Who stands behind it."""
    country: str
    """Where, as ISO 3166-1 code (`AE`)."""
    mode: Mode
    """What it may sign."""
    years: int
    """How long its own certificate is valid. It must outlive what it signs."""
    account: str
    """Number of the account."""
    tags: Tags
    """What it is for."""


class Authority(pulumi.ComponentResource):
    """A root of trust that signs certificates for names inside the organisation.

    It publishes no list of revoked certificates: such a list has to be read from a bucket or a
    host that every client reaches, and here nothing is open to all. What the list would be for is
    done at the one place that holds a certificate, the load balancer, which gets another one.
    """

    arn: pulumi.Output[str]
    """To be named only once the authority is active."""
    certificate: pulumi.Output[str]
    """Its own certificate (PEM), for the trust stores of clients."""

    def __init__(
        self, name: str, args: AuthorityArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mizan:components:Authority", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        authority = acmpca.CertificateAuthority(
            f"{name}-root",
            type="ROOT",
            usage_mode=args.mode,
            key_storage_security_standard="FIPS_140_2_LEVEL_3_OR_HIGHER",
            permanent_deletion_time_in_days=30,
            certificate_authority_configuration={
                "key_algorithm": "RSA_4096",
                "signing_algorithm": SIGNING,
                "subject": {
                    "common_name": args.common_name,
                    "organization": args.organisation,
                    "country": args.country,
                },
            },
            tags=args.tags.of(f"{name}-root"),
            opts=child,
        )
        own = acmpca.Certificate(
            f"{name}-root",
            certificate_authority_arn=authority.arn,
            certificate_signing_request=authority.certificate_signing_request,
            signing_algorithm=SIGNING,
            template_arn="arn:aws:acm-pca:::template/RootCACertificate/V1",
            validity={"type": "YEARS", "value": str(args.years)},
            opts=child,
        )
        active = acmpca.CertificateAuthorityCertificate(
            f"{name}-root",
            certificate_authority_arn=authority.arn,
            certificate=own.certificate,
            certificate_chain=own.certificate_chain,
            opts=child,
        )
        self.arn = active.certificate_authority_arn
        if args.mode is Mode.GENERAL_PURPOSE:
            acmpca.Permission(
                f"{name}-renewal",
                certificate_authority_arn=authority.arn,
                principal=ACM,
                source_account=args.account,
                actions=["GetCertificate", "IssueCertificate", "ListPermissions"],
                opts=child,
            )
        self.certificate = own.certificate
        self.register_outputs({"arn": self.arn, "certificate": self.certificate})
