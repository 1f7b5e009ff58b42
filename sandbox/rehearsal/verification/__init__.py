"""What must hold of an estate that is up: one module per subject, asked by plain clients.

Nothing here knows how the estate was built. Each `verify` says how much it looked at, so that a
subject that found nothing to judge is seen.
"""

from collections.abc import Callable, Mapping

from sandbox.rehearsal.live import Found, Live
from sandbox.rehearsal.verification import (
    accelerators,
    buckets,
    keys,
    network,
    pods,
    processors,
    regions,
    tags,
    targets,
    volumes,
)

SUBJECTS: Mapping[str, Callable[[Live], Found]] = {
    "buckets are versioned, encrypted and blocked": buckets.verify,
    "keys rotate and stay": keys.verify,
    "no way in or out but the planned one": network.verify,
    "pods run on the pools of their purpose": pods.verify,
    "images are built for the machines that run them": processors.verify,
    "GPUs go to GPU work, in zones that have them": accelerators.verify,
    "the load balancer's targets are serving's pods": targets.verify,
    "claims have encrypted volumes": volumes.verify,
    "every resource carries the tags": tags.verify,
    "every resource is in the region": regions.verify,
}


def verify(live: Live) -> dict[str, Found]:
    """Subject -> what was found."""
    return {subject: check(live) for subject, check in SUBJECTS.items()}
