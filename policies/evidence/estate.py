"""A plan as a graph: what was made from what, and what a resource says under its tags."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from policies.judging import Declared
from policies.reading import MISSING, UNKNOWN, Tree, field

_LABELS: Final = "mizan.ae/"


class Estate:
    """The resources of a plan, by URN, by type, and by what they were made from."""

    def __init__(self, resources: Iterable[Declared]) -> None:
        self.by_urn = {resource.urn: resource for resource in resources}
        self._by_type: dict[str, list[Declared]] = defaultdict(list)
        self._users: dict[str, set[str]] = defaultdict(set)
        for resource in self.by_urn.values():
            self._by_type[resource.type].append(resource)
            for sources in resource.derived_from.values():
                for source in sources:
                    self._users[source].add(resource.urn)

    def of(self, *types: str) -> list[Declared]:
        """The resources of some types, by URN."""
        found = [one for type_ in types for one in self._by_type.get(type_, ())]
        return sorted(found, key=lambda one: one.urn)

    def users(self, urn: str) -> list[Declared]:
        """What was made from an output of a resource, by URN."""
        return [self.by_urn[user] for user in sorted(self._users[urn]) if user in self.by_urn]

    def sources(self, resource: Declared, key: str, *types: str) -> list[Declared]:
        """What a property was made from, if it is of these types, by URN."""
        urns = sorted(set(resource.derived_from.get(key, ())))
        found = [self.by_urn[urn] for urn in urns if urn in self.by_urn]
        return [one for one in found if one.type in types]


def tag(resource: Declared, key: str) -> str | None:
    """What a resource says under a tag, under a label of its own, or by its provider's default."""
    labels = field(field(resource.props, "metadata"), "labels")
    holders = (
        (field(resource.props, "tags"), key),
        (field(field(resource.props, "spec"), "tags"), key),  # of what an object makes in a cloud
        (labels, f"{_LABELS}{key}"),
        (_default_tags(resource), key),
    )
    for holder, name in holders:
        value = field(holder, name)
        if isinstance(value, str):
            return value
    return None


def _default_tags(resource: Declared) -> Tree:
    tags = field(resource.provider_props, "defaultTags")
    if isinstance(tags, str):  # a provider's own properties arrive as JSON
        try:
            tags = json.loads(tags)
        except ValueError:
            return MISSING
    return field(tags, "tags")


def component(resource: Declared) -> str:
    """The outermost component that a resource belongs to; empty for one that stands alone."""
    parents = resource.urn.split("::")[2].split("$")[:-1] if resource.urn.count("::") > 1 else []
    return parents[0].rpartition(":")[2] if parents else ""


def kind(resource: Declared) -> str:
    """The last word of a type, which people know: `Bucket`, `Deployment`."""
    return resource.type.rpartition(":")[2]


def scalars(values: Iterable[Tree]) -> Iterator[str]:
    """The values that are known and no structure, as text."""
    for value in values:
        if value not in (MISSING, UNKNOWN) and isinstance(value, str | int | float | bool):
            yield str(value).lower() if isinstance(value, bool) else str(value)
