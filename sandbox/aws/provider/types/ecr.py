"""Repositories of images, and what holds for the registry."""

from sandbox.aws.provider.resource import Aspect, Do, Resource

TYPES = (
    Resource(
        "aws:ecr/repository:Repository",
        "ecr",
        create=Do("CreateRepository", at="repository"),
        id="{name}",
        key={"repositoryName": "{name}"},
        read=Do("DescribeRepositories", send={"repositoryNames": ["{id}"]}, at="repositories[0]"),
        delete=Do("DeleteRepository", send={"force": "{forceDelete}"}),
        aspects=(
            Aspect(
                "imageTagMutability",
                "imageTagMutabilityExclusionFilters",
                put="PutImageTagMutability",
            ),
            Aspect("imageScanningConfiguration", put="PutImageScanningConfiguration"),
        ),
        rename={"name": "repositoryName"},
        outputs={"repositoryUrl": "repositoryUri"},
        defaults={"imageTagMutability": "MUTABLE"},
        replace=("encryptionConfigurations", "name"),
        ignore={"forceDelete": "counts when the repository is deleted"},
    ),
    Resource(
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
        "ecr",
        create="SetRepositoryPolicy",
        id="{repository}",
        key={"repositoryName": "{repository}"},
        read="GetRepositoryPolicy",
        update="SetRepositoryPolicy",
        delete="DeleteRepositoryPolicy",
        rename={"policy": "policyText"},
        replace=("repository",),
    ),
    Resource(
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "ecr",
        create="PutLifecyclePolicy",
        id="{repository}",
        key={"repositoryName": "{repository}"},
        read="GetLifecyclePolicy",
        update="PutLifecyclePolicy",
        delete="DeleteLifecyclePolicy",
        rename={"policy": "lifecyclePolicyText"},
        replace=("repository",),
    ),
    Resource(
        "aws:ecr/registryPolicy:RegistryPolicy",
        "ecr",
        create="PutRegistryPolicy",
        id="registryId",
        read="GetRegistryPolicy",
        update="PutRegistryPolicy",
        delete="DeleteRegistryPolicy",
        rename={"policy": "policyText"},
    ),
    Resource(
        "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
        "ecr",
        create="PutRegistryScanningConfiguration",
        id="{account}",
        read="GetRegistryScanningConfiguration",
        update="PutRegistryScanningConfiguration",
        # An account always scans in one way or another.
        delete=Do("PutRegistryScanningConfiguration", send={"scanType": "BASIC", "rules": []}),
        after=lambda live: {**live, **live.get("scanningConfiguration", {})},
    ),
)
