"""Private certificate authorities, their own certificates, and who may ask them."""

from typing import Any

from sandbox.aws.provider.connection import AwsError
from sandbox.aws.provider.resource import Aws, Do, Facts, Resource

_NOT_YET = ("InvalidStateException", "ResourceNotFoundException")


def _read_authority(aws: Aws, facts: Facts) -> Any:
    """Return an authority with its request for a certificate, and with that once it has one."""
    arn = facts["id"]
    found = aws("DescribeCertificateAuthority", CertificateAuthorityArn=arn)["CertificateAuthority"]
    if found["Status"] == "DELETED":
        return None
    told = aws("GetCertificateAuthorityCsr", CertificateAuthorityArn=arn)
    own: dict[str, Any] = {}
    if found["Status"] == "ACTIVE":
        own = aws("GetCertificateAuthorityCertificate", CertificateAuthorityArn=arn)
    return {**found, **own, "certificateSigningRequest": told["Csr"]}


def _delete_authority(aws: Aws, facts: Facts) -> None:
    """Disable and delete; AWS refuses to delete one that is in use."""
    arn = facts["id"]
    found = aws("DescribeCertificateAuthority", CertificateAuthorityArn=arn)["CertificateAuthority"]
    if found["Status"] == "ACTIVE":
        aws("UpdateCertificateAuthority", CertificateAuthorityArn=arn, Status="DISABLED")
    aws(
        "DeleteCertificateAuthority",
        CertificateAuthorityArn=arn,
        PermanentDeletionTimeInDays=int(facts.get("permanentDeletionTimeInDays") or 30),
    )


AUTHORITY = Resource(
    "aws:acmpca/certificateAuthority:CertificateAuthority",
    "acm-pca",
    create=Do("CreateCertificateAuthority", send={"CertificateAuthorityType": "{type}"}),
    id="CertificateAuthorityArn",
    key={"CertificateAuthorityArn": "{id}"},
    read=_read_authority,
    update=Do("UpdateCertificateAuthority", only=("revocationConfiguration",)),
    delete=_delete_authority,
    name=None,
    outputs={"arn": "{id}"},
    defaults={
        "certificate": "",
        "certificateChain": "",
        "notAfter": "",
        "notBefore": "",
        "serial": "",
        "permanentDeletionTimeInDays": 30,
        "type": "SUBORDINATE",
        "usageMode": "GENERAL_PURPOSE",
    },
    ignore={"permanentDeletionTimeInDays": "counts when the authority is deleted"},
    refuse={"enabled": "an authority of the platform is always enabled"},
    replace=(
        "certificateAuthorityConfiguration",
        "keyStorageSecurityStandard",
        "type",
        "usageMode",
    ),
)


def _issue(aws: Aws, facts: Facts) -> Any:
    validity = facts["validity"]
    parameters = {
        "CertificateAuthorityArn": facts["certificateAuthorityArn"],
        "Csr": facts["certificateSigningRequest"].encode(),
        "SigningAlgorithm": facts["signingAlgorithm"],
        "Validity": {"Type": validity["type"], "Value": int(validity["value"])},
        "TemplateArn": facts.get("templateArn"),
    }
    return aws("IssueCertificate", **{k: v for k, v in parameters.items() if v is not None})


CERTIFICATE = Resource(
    "aws:acmpca/certificate:Certificate",
    "acm-pca",
    create=_issue,
    id="CertificateArn",
    key={
        "CertificateArn": "{id}",
        "CertificateAuthorityArn": "{certificateAuthorityArn}",
    },
    read="GetCertificate",
    # AWS keeps what was signed until the authority itself is deleted; it can only be revoked, and
    # the root's own certificate not even that.
    delete=None,
    name=None,
    outputs={"arn": "{id}"},
    defaults={"certificateChain": ""},
    replace="*",
    refuse={"apiPassthrough": "the platform signs what was asked for"},
)


def _install(aws: Aws, facts: Facts) -> Any:
    chain = facts.get("certificateChain")
    aws(
        "ImportCertificateAuthorityCertificate",
        CertificateAuthorityArn=facts["certificateAuthorityArn"],
        Certificate=facts["certificate"].encode(),
        **({"CertificateChain": chain.encode()} if chain else {}),
    )
    return {"CertificateAuthorityArn": facts["certificateAuthorityArn"]}


def _installed(aws: Aws, facts: Facts) -> Any:
    arn = facts["id"]
    try:
        found = aws("GetCertificateAuthorityCertificate", CertificateAuthorityArn=arn)
    except AwsError as error:
        if error.code in _NOT_YET:
            return None
        raise
    return {**found, "CertificateAuthorityArn": arn} if found.get("Certificate") else None


INSTALLED = Resource(
    "aws:acmpca/certificateAuthorityCertificate:CertificateAuthorityCertificate",
    "acm-pca",
    create=_install,
    id="CertificateAuthorityArn",
    read=_installed,
    # An authority keeps its certificate; another one can only take its place.
    delete=None,
    name=None,
    replace=("certificateAuthorityArn", "certificate", "certificateChain"),
)

PERMISSION = Resource(
    "aws:acmpca/permission:Permission",
    "acm-pca",
    create="CreatePermission",
    id="{certificateAuthorityArn},{principal},{sourceAccount}",
    key={
        "CertificateAuthorityArn": "{certificateAuthorityArn}",
        "Principal": "{principal}",
        "SourceAccount": "{sourceAccount}",
    },
    read=Do("ListPermissions", at="Permissions[?Principal=='{principal}'] | [0]"),
    delete="DeletePermission",
    name=None,
    defaults={"policy": ""},
    replace="*",
)

TYPES = (AUTHORITY, CERTIFICATE, INSTALLED, PERMISSION)
