"""The program of an environment, declared several times over in one stack.

Each copy bears its number in the names of its resources, so that the mix of types, the rules and
the transforms are those of the environment. The copies share its account and its cluster.
"""

import functools
import os
from typing import Any

import pulumi

from stacks import data, foundation, messages, ml, settings
from stacks.hardening import harden
from stacks.region import providers
from stacks.safeguard import protect


def shared(make: Any) -> Any:
    """Make once, and give that whatever is asked afterwards."""
    made: list[Any] = []

    @functools.wraps(make)
    def give(*asked: Any) -> Any:
        if not made:
            made.append(make(*asked))
        return made[0]

    return give


messages.withhold_debugging()
environment, site = settings.here(pulumi.get_stack())
harden(environment.tags)
protect(environment.name)
vars(providers).update(aws=shared(providers.aws), cluster=shared(providers.cluster))
original = vars(pulumi.Resource)["__init__"]
for copy in range(1, int(os.environ["MIZAN_BENCHMARK_COPIES"]) + 1):

    def numbered(self: Any, kind: str, name: str, *rest: Any, of: int = copy, **more: Any) -> None:
        """Put the copy's number before the name."""
        original(self, kind, f"copy{of}-{name}", *rest, **more)

    type.__setattr__(pulumi.Resource, "__init__", numbered)
    ground = foundation.build(environment, site)
    lake = data.build(environment, ground)
    ml.build(environment, ground, lake)
