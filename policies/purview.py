"""What a plan says of itself: whose law it stands under, and what data it holds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from policies.boundary import BOUNDARY, Boundary
from policies.judging import Declared
from policies.modes import Mode, ModeRow, strictest
from policies.reading import Tree, field, structured

_AWS: Final = "pulumi:providers:aws"
_NAMESPACE: Final = "kubernetes:core/v1:Namespace"
_PREFIX: Final = "mizan.ae/"
_KEYS: Final = ("perimeter", "sector", "data-class")


@dataclass(frozen=True, kw_only=True)
class Purview:
    """One legal perimeter, one sector, and all classes of data that are held there."""

    perimeter: str
    sector: str
    data_classes: tuple[str, ...]


SILENT: Final = Purview(perimeter="", sector="", data_classes=("",))
"""Of a plan that does not say: no provision knows it, so it is judged by the strictest."""


def purviews(resources: Iterable[Declared]) -> tuple[Purview, ...]:
    """Reads the default tags of AWS providers and the labels of namespaces.

    Returns:
        Everything that was said, each thing once; `SILENT` for an AWS provider that says nothing or
        not all, and where nobody says anything.
    """
    told = dict.fromkeys(_told(resources))
    return tuple(told) or (SILENT,)


def mode(said: Iterable[Purview], boundary: Boundary = BOUNDARY) -> Mode:
    """Gives the strictest mode of all that a plan says of itself."""
    return strictest(
        boundary.mode(one.perimeter, one.sector, data_class)
        for one in said
        for data_class in one.data_classes
    )


def provisions(said: Iterable[Purview], boundary: Boundary = BOUNDARY) -> tuple[ModeRow, ...]:
    """Gives the provisions that make the mode of a plan what it is."""
    said = tuple(said)
    holding = mode(said, boundary)
    rows = [
        row
        for one in said
        for data_class in one.data_classes
        for row in boundary.modes_of(one.perimeter, one.sector, data_class)
        if row.mode == holding
    ]
    return tuple({id(row): row for row in rows}.values())


def classes_of(resource: Declared | None, said: Iterable[Purview]) -> frozenset[str]:
    """Gives the data classes of a resource: its own tag or label, else those of its plan."""
    if resource is not None:
        metadata = field(field(resource.props, "metadata"), "labels")
        for tags, key in (
            (field(resource.props, "tags"), _KEYS[2]),
            (metadata, _PREFIX + _KEYS[2]),
        ):
            own = field(tags, key)
            if isinstance(own, str):
                return frozenset(own.split("."))
    return frozenset(data_class for one in said for data_class in one.data_classes)


def _told(resources: Iterable[Declared]) -> Iterator[Purview]:
    for resource in resources:
        if resource.type == _AWS:
            tags = field(structured(field(resource.props, "defaultTags")), "tags")
            yield _read(structured(tags), "") or SILENT
        elif resource.type == _NAMESPACE:
            labels = field(field(resource.props, "metadata"), "labels")
            said = _read(labels, _PREFIX)
            if said is not None:
                yield said


def _read(tags: Tree, prefix: str) -> Purview | None:
    given = [field(tags, prefix + key) for key in _KEYS]
    texts = [value for value in given if isinstance(value, str) and value]
    if len(texts) < len(_KEYS):
        # Half an answer is none: it must not be weaker than what it leaves out.
        return SILENT if texts else None
    perimeter, sector, data_classes = texts
    return Purview(perimeter=perimeter, sector=sector, data_classes=tuple(data_classes.split(".")))
