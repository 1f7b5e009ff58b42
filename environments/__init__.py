"""What each environment is: facts in YAML, their shape here. `load` is the only door."""

from environments.fault import Fault, InvalidEnvironmentError
from environments.governance import (
    DataClass,
    Perimeter,
    Residency,
    Retention,
    Sector,
    Transfer,
)
from environments.loader import load, names
from environments.model import Environment
from environments.node_pools import NodePool, Purpose
from environments.processing import Batch, Streaming
from environments.profiles import Profile, Resources
from environments.registry import Registry
from environments.sites import CloudRegion, OnPremises, Sites
from environments.storage import Certificates, Keys, ObjectStore
from environments.workloads import Landing, Serving, Signing, Training, Workloads

__all__ = [
    "Batch",
    "Certificates",
    "CloudRegion",
    "DataClass",
    "Environment",
    "Fault",
    "InvalidEnvironmentError",
    "Keys",
    "Landing",
    "NodePool",
    "ObjectStore",
    "OnPremises",
    "Perimeter",
    "Profile",
    "Purpose",
    "Registry",
    "Residency",
    "Resources",
    "Retention",
    "Sector",
    "Serving",
    "Signing",
    "Sites",
    "Streaming",
    "Training",
    "Transfer",
    "Workloads",
    "load",
    "names",
]
