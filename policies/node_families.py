"""Whether the machines that a set of requirements allows encrypt what travels between them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import yaml

from policies.judging import Finding
from policies.reading import MISSING, Tree, field, find

FAMILIES: Final = frozenset(
    yaml.safe_load(
        Path(__file__).resolve().with_name("node_families.yaml").read_text(encoding="utf-8")
    )["families"]
)
ALLOWED: Final = "a machine of a family that encrypts (policies/node_families.yaml)"

_TYPE: Final = "node.kubernetes.io/instance-type"
_FAMILY: Final = "karpenter.k8s.aws/instance-family"
_ENCRYPTS: Final = "karpenter.k8s.aws/instance-encryption-in-transit-supported"


def encrypts(machine: Tree) -> bool:
    """Accepts an instance type, or a family, that encrypts."""
    return isinstance(machine, str) and machine.partition(".")[0] in FAMILIES


def plain(requirements: Tree, path: str) -> Iterator[Finding]:
    """Finds machines that do not encrypt, or that nothing says which machines are meant.

    Args:
        requirements: The list of a NodePool or NodeClaim.
        path: Where it stands.
    """
    narrowed = False
    for place, one in find({"r": requirements}, "r[*]"):
        at = f"{path}{place.removeprefix('r')}"
        key, operator = field(one, "key"), field(one, "operator")
        if key in (_TYPE, _FAMILY) and operator == "In":
            narrowed = True
            for where, machine in find(one, "values[+]", at):
                if not encrypts(machine):
                    yield Finding(path=where, given=machine, allowed=ALLOWED)
        if key == _ENCRYPTS and operator == "In" and field(one, "values") == ["true"]:
            narrowed = True
    if not narrowed:
        yield Finding(path=path, given=requirements or MISSING, allowed=ALLOWED)
