"""Where Kubernetes objects say that something is: region names in texts, and labels of places."""

import re
from collections.abc import Iterator
from typing import Final

from policies.cluster_texts import told
from policies.judging import Declared
from policies.locations import allowed
from policies.reading import UNKNOWN, Tree, field, structured

_REGION: Final = re.compile(
    r"(?<![\w.:-])((?:us|eu|ap|sa|ca|me|af|il|mx|cn|us-gov|us-iso[a-z]?|eusc-[a-z]+)"
    r"-(?:north|south|east|west|central|northeast|northwest|southeast|southwest)-\d)[a-z]?"
    r"(?![\w:-]|\.\w)",
    re.IGNORECASE,
)
_ZONE_ID: Final = re.compile(r"\b((?:us|eu|ap|sa|ca|me|af|il|mx|cn)[a-z]{1,3}\d)-az\d\b")
_ZONE_IDS: Final = frozenset({"mec1"})
"""Beginnings of zone ids of allowed regions: mec1-az1 is a zone of me-central-1."""

_REGION_LABELS: Final = frozenset(
    {"topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"}
)
_ZONE_LABELS: Final = frozenset(
    {
        "failure-domain.beta.kubernetes.io/zone",
        "topology.ebs.csi.aws.com/zone",
        "topology.k8s.aws/zone-id",
        "topology.kubernetes.io/zone",
    }
)
_PLACES: Final = _REGION_LABELS | _ZONE_LABELS
_LETTER: Final = re.compile(r"[a-z]$")


def foreign_regions(resource: Declared) -> Iterator[tuple[str, str]]:
    """Yields path and name of each region of AWS, outside the boundary, that a text names.

    A name inside of a host or an ARN is judged by the rules for those.
    """
    for path, _, text in told(resource):
        if "-" in text:
            for match in _REGION.finditer(text):
                if not allowed(match[1].lower()):
                    yield path, match[0]
            for match in _ZONE_ID.finditer(text):
                if match[1] not in _ZONE_IDS:
                    yield path, match[0]


def misplaced(resource: Declared) -> Iterator[tuple[str, Tree]]:
    """Yields path and value of each label of a region or zone that is not an allowed one.

    Both spellings count: ``label: value``, and ``key``, ``operator`` and ``values``.
    """
    # Nearly no object says anything of a place, and a look at its texts is quick.
    if any(text in _PLACES for _, text in resource.texts):
        yield from _misplaced(resource.props, "")


def _misplaced(tree: Tree, at: str) -> Iterator[tuple[str, Tree]]:
    tree = structured(tree)
    if isinstance(tree, dict):
        label = tree.get("key")
        if isinstance(label, str) and label in _PLACES and {"operator", "values"} & set(tree):
            yield from _selected(tree, at)
            return
        for key, value in tree.items():
            place = f"{at}.{key}" if at else key
            if key in _PLACES:
                yield from [] if _is_allowed(value) else [(place, value)]
            else:
                yield from _misplaced(value, place)
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from _misplaced(value, f"{at}[{index}]")


def _selected(term: dict[str, Tree], at: str) -> Iterator[tuple[str, Tree]]:
    operator = field(term, "operator")
    values = field(term, "values")
    if operator != "In" and "operator" in term:
        # Not there, or anything but this one: that is also any place outside.
        if operator != "DoesNotExist":
            yield f"{at}.operator", operator
    elif not isinstance(values, list):
        yield f"{at}.values", values
    else:
        for index, value in enumerate(values):
            if not _is_allowed(value):
                yield f"{at}.values[{index}]", value


def _is_allowed(value: Tree) -> bool:
    """Accepts a region, zone or zone id of the boundary; an unknown one proves nothing."""
    if value is UNKNOWN or not isinstance(value, str):
        return False
    zone = value.partition("-")[0] in _ZONE_IDS and "-az" in value
    return zone or allowed(value) or allowed(_LETTER.sub("", value))
