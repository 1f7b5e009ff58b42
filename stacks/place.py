"""Where everything lives: namespaces, and the Secrets that pass between them."""

IDENTITY = "identity"
ARTIFACTS = "artifacts"
STORAGE = "storage"
DATA = "data"
TRAINING = "training"
SIGNING = "signing"
SERVING = "serving"
BATCH = "batch"
"""Driver and executors of Spark, where an environment works in bulk."""

EDGE = "edge"
"""Pods that ask the platform from inside the cluster, such as a gateway; nothing of ours."""

REPLICATION = "replication"
"""What copies the primary site's objects and images to a second site."""
IMAGE_REPLICATION = "image-replication"
"""Account of a second site's registry with which images are copied."""

STREAMING = "streaming"
"""Kafka, where it runs in the cluster."""

MIRRORING = "mirroring"
"""What copies the primary site's topics to a second site."""

CAPACITY = "capacity"
"""What adds and removes the nodes of a cloud's cluster."""

DOOR = "door"
"""What makes serving's pods targets of a cloud's load balancer."""

ALL = (IDENTITY, ARTIFACTS, STORAGE, DATA, TRAINING, SIGNING, SERVING, EDGE)

WORKLOADS = {"landing": DATA, "training": TRAINING, "signing": SIGNING, "serving": SERVING}
"""Namespace of each workload, which is also an account of the object store."""
IN_BULK = {"batch": BATCH}
"""The same of what runs only where an environment works in bulk."""

LAKE = "lake"
CANDIDATES = "candidates"
MODELS = "models"
BUCKETS = (LAKE, CANDIDATES, MODELS)
ANONYMISED = "anonymised"
FEATURES = "features"
COPIED = (LAKE, ANONYMISED, FEATURES, CANDIDATES, MODELS)
"""Buckets of a cloud region that a second site holds a copy of."""
REPORTS = "reports"
"""Bucket of a second site with what the copying says of itself."""
RESTORED = "restored"
"""Bucket of a second site into which a copy is restored, to try that it can be."""

ENCRYPTED_CLASS = "mizan-encrypted"
"""Storage class of everything that lies on a disk. A plain name, known before anything is made:
policies judge the plan, and a class that is not known yet could be any class."""

REGISTRY_PULL = "registry-pull"
REGISTRY_PUSH = "registry-push"
REGISTRY_TLS = "registry-tls"
REGISTRY_TOKEN_KEY = "registry-token-key"  # noqa: S105 - the name of a Secret, not its content
STORE_TLS = "store-tls"
STORE_ROOT = "store-root"
STORE_CREDENTIAL = "store-credential"
SERVING_TLS = "serving-tls"
DOOR_TLS = "door-tls"
SIGNING_KEY = "signing-key"
SIGNING_PUBLIC = "signing-public"
EXPERIMENT_SALT = "experiment-salt"
BATCH_RPC = "batch-rpc"
BROKER_TLS = "kafka-tls"
BROKER_SETUP_TLS = "kafka-setup-tls"
STREAMING_TLS = "streaming-tls"
"""Certificate with which whoever lives in the namespace is known to Kafka."""
PRIMARY_STREAMING_CREDENTIAL = "primary-streaming-credential"
"""Temporary credential of the primary site's Kafka, renewed by whoever runs the second site."""
PRIMARY_CREDENTIAL = "primary-store-credential"
"""Temporary credential of the primary site's store, renewed by whoever runs the second site."""
PRIMARY_REGISTRY_CREDENTIAL = "primary-registry-credential"
"""The same for the primary site's registry."""


def namespace_of(workload: str) -> str:
    """The namespace of any workload."""
    return {**WORKLOADS, **IN_BULK}[workload]


def registry_account(user: str) -> str:
    """The Secret beside the registry with what it knows of an account."""
    return f"registry-account-{user}"


def copy_of(bucket: str) -> str:
    """The bucket of a second site with the copies, which no workload there may change."""
    return f"copy-of-{bucket}"


def store_account(user: str) -> str:
    """The Secret beside the object store with an account's credential."""
    return f"store-{user}"
