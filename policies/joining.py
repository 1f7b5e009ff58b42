"""Which resource of a plan a setting belongs to: by name, or by what it is made from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policies.judging import Declared, Finding
from policies.reading import MISSING, Tree, field


@dataclass(frozen=True, kw_only=True)
class Companion:
    """What a resource must have beside it.

    Attributes:
        of: Types of which each resource must have one.
        setting: Type of the setting.
        key: Property of the setting that says what it belongs to.
        name: Property of the resource that the key repeats, where it has a name of its own.
        words: What is asked, for the user.
    """

    of: tuple[str, ...]
    setting: str
    key: str
    name: str | None
    words: str


def belongs(setting: Declared, owner: Declared, key: str, name: str | None) -> bool:
    """Tells whether a setting is of a resource, by its name or by what the key is made from."""
    own: Tree = field(owner.props, name) if name else MISSING
    by_name = isinstance(own, str) and own == field(setting.props, key)
    return by_name or owner.urn in setting.derived_from.get(key, ())


def alone(resources: list[Declared], companions: Iterable[Companion]) -> Iterator[Finding]:
    """Finds the resources without the companion that they must have."""
    for companion in companions:
        settings = [one for one in resources if one.type == companion.setting]
        for owner in resources:
            if owner.type in companion.of and not any(
                belongs(setting, owner, companion.key, companion.name) for setting in settings
            ):
                yield Finding(path="type", given=owner.type, allowed=companion.words, urn=owner.urn)
