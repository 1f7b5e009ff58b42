"""What a rehearsal of the loss keeps of its second site, and how all of it goes."""

import shutil

from sandbox.cluster import stop
from sandbox.cluster.specification import group_name
from sandbox.layout import Layout
from sandbox.rehearsal.place import Place

PURPOSE = "loss"


def place(environment: str) -> Place:
    """Where the rehearsal of an environment keeps its things."""
    return Place(environment, PURPOSE)


def layout(environment: str, site: str) -> Layout:
    """Where it keeps those of the second site's cluster."""
    return Layout(f"{place(environment).root.name}/{site}")


def clear(environment: str, site: str) -> bool:
    """End the cluster of the second site and remove its files; whether it ran."""
    there = layout(environment, site)
    ran = stop(there.node, group_name(environment, there.node))
    if there.state.exists():
        shutil.rmtree(there.state)
    return ran
