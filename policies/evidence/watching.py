"""Which resources a rule really looked at: it is seen, not told.

A rule says by itself only what it found. What it read, and found nothing against, is what an
auditor asks for; so rules are given resources that note who reads them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from copy import copy
from datetime import date
from functools import partialmethod
from types import ModuleType
from typing import Any, Final

from policies import verdicts
from policies.judging import Declared, Finding, Rule
from policies.verdicts import Verdict
from policies.waiving import WAIVERS, Waiver

_MADE_OF_OTHERS: Final = ("mizan:", "pulumi:pulumi:")
_WALKS: Final = ("leaves", "texts", "statements", "provider_type", "provider_props")
_READING: Final = ("__getitem__", "__iter__", "__contains__", "get", "items", "keys", "values")


class Watch:
    """Notes which resources are read, and by which rule."""

    def __init__(self, resources: Iterable[Declared]) -> None:
        self._rule = ""
        self._read: dict[str, set[str]] = defaultdict(set)
        self.resources = [_watched(self, resource) for resource in resources]

    def judge(
        self, rules: Iterable[Rule], day: date, waivers: Iterable[Waiver] = WAIVERS
    ) -> list[Verdict]:
        """Judges by all rules at once, waivers as of a day, and notes what each rule reads."""
        noted = [self._noted(rule) for rule in rules]
        return list(verdicts.judge(self.resources, noted, waivers, clock=lambda: day))

    def _noted(self, rule: Rule) -> Rule:
        noted = copy(rule)

        def judge(given: Any) -> list[Finding]:
            for resource in given if isinstance(given, list) else [given]:
                _forget(resource)
            self._rule = rule.name
            try:
                return list(rule.judge(given))
            finally:
                self._rule = ""  # what waivers read is read by no rule

        noted.judge = judge
        return noted

    def read_by(self, module: ModuleType) -> frozenset[str]:
        """URNs of what a rule read, and of the types that its own table names.

        A rule whose table is empty judges every type by its name alone, components left out.
        """
        types: Mapping[str, object] | None = getattr(module, "TYPES", None)
        named = {
            resource.urn
            for resource in self.resources
            if (resource.type in (types or ()))
            or (types == {} and not resource.type.startswith(_MADE_OF_OTHERS))
        }
        return frozenset(self._read[module.policy.name] | named)

    def note(self, urn: str) -> None:
        """Notes that the rule at work reads a resource."""
        self._read[self._rule].add(urn)


class _Properties(dict[str, Any]):
    """Properties that tell when they are read."""

    watch: Watch
    urn: str

    def _told(self, name: str, *arguments: Any) -> Any:
        self.watch.note(self.urn)
        return getattr(dict, name)(self, *arguments)


for _name in _READING:
    setattr(_Properties, _name, partialmethod(_Properties._told, _name))  # noqa: SLF001 - its own


class _Watched(Declared):
    """A resource whose walks are noted too, also where they were walked before."""

    watch: Watch

    def __getattribute__(self, name: str) -> Any:
        if name in _WALKS:
            object.__getattribute__(self, "watch").note(object.__getattribute__(self, "urn"))
        return super().__getattribute__(name)


def _forget(resource: Declared) -> None:
    """Drops what readers kept for other rules (`judging.once`), so that this rule reads anew."""
    kept = vars(resource)
    for name in [name for name in kept if "." in name]:
        del kept[name]


def _watched(watch: Watch, resource: Declared) -> Declared:
    properties = resource.props
    if isinstance(properties, dict):
        properties = _Properties(properties)
        properties.watch, properties.urn = watch, resource.urn
    watched = _Watched(
        type=resource.type,
        urn=resource.urn,
        name=resource.name,
        props=properties,
        provider_type=resource.provider_type,
        provider_props=resource.provider_props,
        derived_from=resource.derived_from,
    )
    object.__setattr__(watched, "watch", watch)  # the resource itself stays frozen for rules
    return watched
