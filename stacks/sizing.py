"""From an environment's sizes to the quantities that Kubernetes takes."""

from components.compute import Compute as OwnCompute
from components.namespace import NamespaceArgs
from environments import Environment, Profile, Resources, Streaming
from stacks import place
from workloads.pod import Compute

# What runs beside the pods that have a size of their own: token services and the gate beside the
# registry, the setup Job beside the store. The components fix these, since they never grow.
BESIDE_REGISTRY = Profile(
    requests=Resources(cpu_millicores=300, memory_mib=768),
    limits=Resources(cpu_millicores=3000, memory_mib=1024),
)
BESIDE_STORE = Profile(
    requests=Resources(cpu_millicores=200, memory_mib=512),
    limits=Resources(cpu_millicores=2000, memory_mib=1024),
)
PODS_BESIDE = 8
CAPACITY = Profile(
    requests=Resources(cpu_millicores=200, memory_mib=512),
    limits=Resources(cpu_millicores=1000, memory_mib=1024),
)
"""The controller that adds and removes nodes of a cloud's cluster."""
REGISTRATION = Profile(
    requests=Resources(cpu_millicores=100, memory_mib=256),
    limits=Resources(cpu_millicores=500, memory_mib=512),
)
"""The controller that makes pods targets of a cloud's load balancer."""
REPLICATION = Profile(
    requests=Resources(cpu_millicores=200, memory_mib=512),
    limits=Resources(cpu_millicores=2000, memory_mib=2048),
)
"""What copies the objects of another site."""
IMAGE_REPLICATION = Profile(
    requests=Resources(cpu_millicores=100, memory_mib=256),
    limits=Resources(cpu_millicores=1000, memory_mib=512),
)
"""What copies the images of another site."""

MIRRORING = Profile(
    requests=Resources(cpu_millicores=500, memory_mib=1536),
    limits=Resources(cpu_millicores=2000, memory_mib=1536),
)
"""What copies the topics of another site."""
BESIDE_BROKERS = Profile(
    requests=Resources(cpu_millicores=100, memory_mib=256),
    limits=Resources(cpu_millicores=1000, memory_mib=384),
)
"""The Job that sets topics and access list, and the one that takes its place."""


def compute(profile: Profile) -> Compute:
    """The CPU and memory of one workload's pod."""
    return Compute(requests=profile.requests.quantities, limits=profile.limits.quantities)


def own_compute(profile: Profile) -> OwnCompute:
    """The CPU and memory of what a component itself runs."""
    return OwnCompute(requests=profile.requests.quantities, limits=profile.limits.quantities)


def namespaces(environment: Environment, *, trains: bool) -> list[NamespaceArgs]:
    """The namespaces of the workloads, with room for what runs in them and no more.

    Args:
        environment: Whose workloads they are.
        trains: Whether data are landed there and models trained and signed.
    """
    workloads, batch = environment.workloads, environment.batch
    # A Job's pod, and the one that takes its place while it ends.
    chain = [
        _room(place.DATA, workloads.landing.profile, copies=2),
        _room(place.TRAINING, workloads.training.profile, copies=2),
        _room(place.SIGNING, workloads.signing.profile, copies=2),
    ]
    return [
        # The issuer and its rotation at once, and the pods that take their places.
        _room(place.IDENTITY, environment.certificates.profile, copies=4),
        *(chain if trains else []),
        # A driver, and what it may start.
        *(
            [_room(place.BATCH, batch.executor, copies=batch.max_executors, beside=batch.driver)]
            if batch
            else []
        ),
        # Each rollout adds one pod before it takes one away.
        _room(place.SERVING, workloads.serving.profile, copies=workloads.serving.replicas_max + 2),
        NamespaceArgs(name=place.EDGE, cpu="200m", memory="256Mi", pods=4),
    ]


def own_namespaces(environment: Environment) -> list[NamespaceArgs]:
    """The namespaces of a registry and an object store inside the cluster."""
    registry, store = environment.registry, environment.object_store
    return [
        # A pod that replaces one is there before that one is gone.
        _room(
            place.ARTIFACTS,
            registry.profile,
            copies=2,
            beside=BESIDE_REGISTRY,
            storage_gib=registry.volume_size_gib,
        ),
        _room(
            place.STORAGE,
            store.profile,
            copies=2,
            beside=BESIDE_STORE,
            storage_gib=store.volume_size_gib,
        ),
    ]


def capacity_namespace() -> NamespaceArgs:
    """The namespace of what adds and removes nodes, of which two run and one replaces."""
    return _room(place.CAPACITY, CAPACITY, copies=4)


def door_namespace() -> NamespaceArgs:
    """The namespace of what makes pods targets, of which two run and one replaces."""
    return _room(place.DOOR, REGISTRATION, copies=4)


def replication_namespace() -> NamespaceArgs:
    """The namespace of what copies another site: a run, one that ends, and the first of all."""
    return _room(place.REPLICATION, REPLICATION, copies=3, beside=IMAGE_REPLICATION)


def streaming_namespaces(streaming: Streaming | None) -> list[NamespaceArgs]:
    """The namespace of brokers in pods; none where there are no such brokers."""
    if streaming is None or streaming.machine is not None:
        return []
    return [
        _room(
            place.STREAMING,
            streaming.pod,
            copies=streaming.brokers,
            beside=BESIDE_BROKERS,
            storage_gib=streaming.volume_size_gib * streaming.brokers,
        )
    ]


def mirroring_namespace() -> NamespaceArgs:
    """The namespace of what copies the topics of another site."""
    return _room(place.MIRRORING, MIRRORING, copies=1)


def _room(
    name: str, profile: Profile, *, copies: int, beside: Profile | None = None, storage_gib: int = 0
) -> NamespaceArgs:
    needs = [(profile, copies), *([(beside, 1)] if beside else [])]

    def total(bound: str, field: str, unit: str) -> str:
        amounts = (getattr(getattr(one, bound), field) * count for one, count in needs)
        return f"{sum(amounts)}{unit}"

    return NamespaceArgs(
        name=name,
        cpu=total("requests", "cpu_millicores", "m"),
        memory=total("requests", "memory_mib", "Mi"),
        cpu_limit=total("limits", "cpu_millicores", "m"),
        memory_limit=total("limits", "memory_mib", "Mi"),
        storage=f"{storage_gib}Gi" if storage_gib else "0",
        pods=copies + (PODS_BESIDE if beside else 0),
    )
