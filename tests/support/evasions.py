"""The corpus of evasions: one leak a case, spelled so that a careless rule misses it.

Each case names the rules that must stop it and the property path at which each does. Beside them
stand look-alikes, which name the rules that must let them pass, so that nothing is won by refusing
everything.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from policies.judging import FAILED
from tests.support.policy_fixtures import Case, case, read

CORPUS = Path(__file__).resolve().parent.parent / "policies" / "evasion"


@dataclass(frozen=True, kw_only=True)
class Evasion:
    """One case of the corpus.

    Attributes:
        title: What it tries, in one line.
        resources: A stack of its own.
        stopped_by: Rule to the path that its violation names, or a part of it; empty for a
            look-alike.
        passes: Rules, by name or by pattern, that must find nothing.
    """

    title: str
    resources: list[Case]
    stopped_by: Mapping[str, str]
    passes: tuple[str, ...]

    def may_not_stop(self, rules: Iterable[str]) -> list[str]:
        """Those of the rules that must find nothing here."""
        return [rule for rule in rules if any(fnmatch(rule, pattern) for pattern in self.passes)]


def corpus(folder: Path = CORPUS) -> list[Evasion]:
    """All cases, file by file."""
    return [
        _evasion(entry, f"{file.stem}-{number}")
        for file in sorted(folder.glob("*.yaml"))
        for number, entry in enumerate(read(file))
    ]


def blames(message: str, urn: str, path: str) -> bool:
    """Whether a violation is of a resource, at a path or at something inside of it."""
    if path == FAILED:
        return f"{urn}: the rule could not be run" in message
    place = re.escape(f"{urn}: {path}")
    return re.search(rf"{place}([.\[].*?)?: given ", message) is not None


def _evasion(entry: dict[str, Any], stack: str) -> Evasion:
    # Each case is a stack by itself: what a pack remembers of one says nothing of another.
    return Evasion(
        title=entry["title"],
        resources=[replace(case(resource), stack=stack) for resource in entry["resources"]],
        stopped_by=entry.get("stopped_by", {}),
        passes=tuple(entry.get("passes", ())),
    )
