"""ECR: moto refuses a registry policy that speaks of images from upstream registries."""

from sandbox.aws.cloud.keeping import Collection, Service

SERVICE = Service(
    "ecr",
    Collection(
        kind="registry policy",
        made={"registryId": "{account}"},
        put="PutRegistryPolicy",
        describe="GetRegistryPolicy",
        delete="DeleteRegistryPolicy",
        missing="RegistryPolicyNotFoundException",
    ),
)
