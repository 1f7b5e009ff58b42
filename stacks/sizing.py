"""From an environment's sizes to the quantities that Kubernetes takes."""

from components.namespace import NamespaceArgs
from environments import Environment, Profile
from stacks import place
from workloads.pod import Compute


def compute(profile: Profile) -> Compute:
    """The CPU and memory of one pod."""
    return Compute(requests=profile.requests.quantities, limits=profile.limits.quantities)


def namespaces(environment: Environment) -> list[NamespaceArgs]:
    """Every namespace with room for what runs in it, and no more."""
    workloads = environment.workloads
    return [
        # The issuer, and its rotation when both run at once.
        NamespaceArgs(
            name=place.IDENTITY, cpu="200m", memory="512Mi", cpu_limit="2", memory_limit="1Gi"
        ),
        # The registry with the token service, the gate, and a pod that replaces one of them.
        NamespaceArgs(
            name=place.ARTIFACTS,
            cpu="400m",
            memory="1Gi",
            cpu_limit="5",
            memory_limit="1536Mi",
            storage=f"{environment.registry.volume_size_gib}Gi",
        ),
        NamespaceArgs(
            name=place.STORAGE,
            cpu="400m",
            memory="1Gi",
            cpu_limit="4",
            memory_limit="2Gi",
            storage=f"{environment.object_store.volume_size_gib}Gi",
        ),
        # A Job's pod, and the one that takes its place while it ends.
        _room(place.DATA, workloads.landing.profile, pods=2),
        _room(place.TRAINING, workloads.training.profile, pods=2),
        _room(place.SIGNING, workloads.signing.profile, pods=2),
        # Each rollout adds one pod before it takes one away.
        _room(place.SERVING, workloads.serving.profile, pods=workloads.serving.replicas_max + 2),
        NamespaceArgs(name=place.EDGE, cpu="200m", memory="256Mi", pods=4),
    ]


def _room(name: str, profile: Profile, *, pods: int) -> NamespaceArgs:
    requests, limits = profile.requests, profile.limits
    return NamespaceArgs(
        name=name,
        cpu=f"{requests.cpu_millicores * pods}m",
        memory=f"{requests.memory_mib * pods}Mi",
        cpu_limit=f"{limits.cpu_millicores * pods}m",
        memory_limit=f"{limits.memory_mib * pods}Mi",
        pods=pods,
    )
