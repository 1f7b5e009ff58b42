"""Where AWS services name the image that they run, and what is asked of repositories."""

from typing import Final

from policies.accepting import one_of, yes
from policies.boundary import BOUNDARY
from policies.judging import Demand
from policies.reading import Tree

IMAGES: Final[dict[str, tuple[str, ...]]] = {
    "aws:batch/jobDefinition:JobDefinition": ("containerProperties.image",),
    "aws:codebuild/project:Project": ("environment.image",),
    "aws:ecs/taskDefinition:TaskDefinition": ("containerDefinitions[*].image",),
    "aws:lambda/function:Function": ("imageUri?",),
    "aws:sagemaker/model:Model": ("primaryContainer?.image", "containers[*].image"),
    "aws:sagemaker/trainingJob:TrainingJob": ("algorithmSpecification.trainingImage?",),
}
"""By type, where the images stand; what a text holds is opened."""


def _registry(value: Tree) -> bool:
    return isinstance(value, str) and BOUNDARY.allows_registry(value.removeprefix("https://"))


_IMMUTABLE: Final = (one_of("IMMUTABLE"), '"IMMUTABLE"')

REPOSITORIES: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": (
        ("upstreamRegistryUrl", _registry, "a registry of the boundary: copy images by hand"),
    ),
    "aws:ecr/repository:Repository": (
        ("imageTagMutability", *_IMMUTABLE),
        ("imageScanningConfiguration.scanOnPush", yes, "true"),
    ),
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": (
        ("imageTagMutability", *_IMMUTABLE),
    ),
    "aws:lambda/codeSigningConfig:CodeSigningConfig": (
        ("policies.untrustedArtifactOnDeployment", one_of("Enforce"), '"Enforce"'),
    ),
}
"""By type, what is asked of each."""
