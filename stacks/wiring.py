"""How a workload is joined to the ground: its pod's place, machine and image."""

from environments import Profile
from stacks import place, sizing
from stacks.foundation import Foundation
from workloads import pod


def runtime(workload: str, profile: Profile, ground: Foundation) -> pod.Runtime:
    """Where and out of what a workload runs."""
    return pod.Runtime(
        namespace=place.namespace_of(workload),
        image=ground.images.reference(workload),
        pull_secret=ground.site.pull_secret,
        compute=sizing.compute(profile),
        placement=ground.site.placement(workload),
    )
