"""Private certificate authorities: the permissions that moto lacks."""

from sandbox.aws.cloud.keeping import Collection, Service

SERVICE = Service(
    "acm-pca",
    Collection(
        kind="permission",
        key=("CertificateAuthorityArn", "Principal", "SourceAccount"),
        made={"CreatedAt": "{now}"},
        create="CreatePermission",
        list="ListPermissions",
        delete="DeletePermission",
        exists="PermissionAlreadyExistsException",
    ),
)
