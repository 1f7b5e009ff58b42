"""What each environment is: facts in YAML, their shape here. `load` is the only door."""

from environments.allowance import Allowance, Allowances
from environments.cloud import Backup, Cluster, Detection, Edge
from environments.fault import Fault, InvalidEnvironmentError
from environments.governance import (
    DataClass,
    Perimeter,
    Residency,
    Retention,
    Sector,
    Transfer,
)
from environments.instance import InstanceSize, sizes
from environments.loader import allowances, folder, load, names, stacks
from environments.model import Environment
from environments.network import Link, Network
from environments.node_pools import NodePool, Purpose
from environments.processing import Batch, Streaming, Topic
from environments.profiles import Profile, Resources
from environments.registry import Registry
from environments.sites import CloudRegion, OnPremises, Sites
from environments.storage import Certificates, Keys, ObjectStore
from environments.takeover import Releases, Takeover
from environments.workloads import Landing, Serving, Signing, Training, Workloads

__all__ = [
    "Allowance",
    "Allowances",
    "Backup",
    "Batch",
    "Certificates",
    "CloudRegion",
    "Cluster",
    "DataClass",
    "Detection",
    "Edge",
    "Environment",
    "Fault",
    "InstanceSize",
    "InvalidEnvironmentError",
    "Keys",
    "Landing",
    "Link",
    "Network",
    "NodePool",
    "ObjectStore",
    "OnPremises",
    "Perimeter",
    "Profile",
    "Purpose",
    "Registry",
    "Releases",
    "Residency",
    "Resources",
    "Retention",
    "Sector",
    "Serving",
    "Signing",
    "Sites",
    "Streaming",
    "Takeover",
    "Topic",
    "Training",
    "Transfer",
    "Workloads",
    "allowances",
    "folder",
    "load",
    "names",
    "sizes",
    "stacks",
]
