"""Lake Formation: moto keeps of a location only its role, and changes none."""

from sandbox.aws.cloud.keeping import Collection, Service

SERVICE = Service(
    "lakeformation",
    Collection(
        kind="location",
        key=("ResourceArn",),
        made={
            "HybridAccessEnabled": False,
            "LastModified": "{now}",
            "WithFederation": False,
            "WithPrivilegedAccess": False,
        },
        create="RegisterResource",
        describe="DescribeResource",
        listing="ListResources",
        update="UpdateResource",
        delete="DeregisterResource",
        missing="EntityNotFoundException",
        exists="AlreadyExistsException",
    ),
)
