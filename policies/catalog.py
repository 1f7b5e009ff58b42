"""All rules of the pack, found by folder: a new file is a new rule, with no list to extend."""

import importlib
from pathlib import Path
from types import ModuleType

from policies.fault import LawError
from policies.judging import ResourceRule, Rule, StackRule, identity

ROOT = Path(__file__).resolve().parent
APPARATUS = {"aws", "costing", "evidence", "frameworks", "layers", "scanning", "tables"}
"""Folders that hold what rules build on, and no rule."""


class CatalogError(LawError):
    """A file in a topic folder is not a rule."""


def modules(root: Path = ROOT) -> list[ModuleType]:
    """Imports every rule file, ``<topic>/<rule>.py``, in the order of their ids."""
    files = [
        file
        for file in root.glob("*/*.py")
        if not file.name.startswith("_") and file.parent.name not in APPARATUS
    ]
    return [
        importlib.import_module(f"policies.{file.parent.name}.{file.stem}")
        for file in sorted(files)
    ]


def discover(root: Path = ROOT) -> list[Rule]:
    """Collects the rules of the pack.

    Returns:
        One policy for each rule file, each with the id that its folder and file give it.

    Raises:
        CatalogError: A file defines no ``policy``, or one with another id.
    """
    return [_rule_of(module) for module in modules(root)]


def _rule_of(module: ModuleType) -> Rule:
    policy = getattr(module, "policy", None)
    expected = identity(module.__name__)
    file = f"{module.__name__.replace('.', '/')}.py"
    if not isinstance(policy, ResourceRule | StackRule):
        raise CatalogError(f"{file}: defines no `policy`; a file in a topic is one rule")
    if policy.name != expected:
        raise CatalogError(f"{file}: the rule is named {policy.name!r}; its file says {expected!r}")
    return policy
