"""Private certificate authorities: their mode and permissions, which moto lacks."""

from typing import Any

from moto.acmpca.models import acmpca_backends

from sandbox.aws.cloud.call import Call
from sandbox.aws.cloud.keeping import Collection, Service, Store


def _create(call: Call, _store: Store) -> Any:
    """Make moto's authority, and remember the mode that moto forgets."""
    given = call.parameters
    moto = acmpca_backends[call.settings.account][call.region]
    arn = moto.create_certificate_authority(
        given["CertificateAuthorityConfiguration"],
        given.get("RevocationConfiguration", {}),
        given["CertificateAuthorityType"],
        given.get("KeyStorageSecurityStandard"),
        given.get("Tags", []),
    )
    moto.certificate_authorities[arn].usage_mode = given.get("UsageMode", "GENERAL_PURPOSE")
    return {"CertificateAuthorityArn": arn}


SERVICE = Service(
    "acm-pca",
    Collection(
        kind="permission",
        key=("CertificateAuthorityArn", "Principal", "SourceAccount"),
        made={"CreatedAt": "{now}"},
        create="CreatePermission",
        listing="ListPermissions",
        delete="DeletePermission",
        exists="PermissionAlreadyExistsException",
    ),
    operations={"CreateCertificateAuthority": _create},
)
