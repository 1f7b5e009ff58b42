"""The node agents of the boundary: which findings about a pod they are excused from."""

from typing import Final

from policies.boundary import BOUNDARY
from policies.judging import Declared, Finding
from policies.reading import find

TYPE: Final = "kubernetes:apps/v1:DaemonSet"


def excused(resource: Declared, finding: Finding) -> bool:
    """Tells whether the boundary lists this very DaemonSet, and eases just what was found."""
    if resource.type != TYPE:
        return False
    ((_, namespace),) = find(resource.props, "metadata.namespace")
    ((_, name),) = find(resource.props, "metadata.name")
    agent = BOUNDARY.node_agent(namespace, name)
    return agent is not None and agent.excuses(finding.path, finding.given)
