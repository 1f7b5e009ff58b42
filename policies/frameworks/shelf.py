"""All frameworks, read from their files and held against each other and against the pack."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from policies.fault import in_words
from policies.frameworks.framework import Control, Framework, Theme

ROOT: Final = Path(__file__).resolve().parent
THEMES: Final = "themes.yaml"

_Model = TypeVar("_Model", bound=BaseModel)


class FrameworkError(Exception):
    """The frameworks cannot be read, or do not fit the pack; says where and what is allowed."""


@dataclass(frozen=True)
class Shelf:
    """Every framework, and the themes by which their controls name rules."""

    frameworks: tuple[Framework, ...]
    themes: Mapping[str, Theme]

    def rules_of(self, control: Control) -> tuple[str, ...]:
        """Ids of the rules that answer a control, its themes' among them, each once, sorted."""
        named = {rule for theme in control.themes for rule in self.themes[theme].rules}
        return tuple(sorted(named.union(control.rules)))

    @cached_property
    def mapped(self) -> frozenset[str]:
        """Ids of all rules that some control names."""
        return frozenset(
            rule
            for framework in self.frameworks
            for control in framework.controls
            for rule in self.rules_of(control)
        )

    def offences(self, pack: Collection[str]) -> Iterator[str]:
        """Says what does not fit the rules of a pack, one line each."""
        if missing := sorted(set(pack) - self.mapped):
            yield (
                "rules that no control names; give each a line in a theme of "
                f"policies/frameworks/{THEMES}, or in a control:\n  " + "\n  ".join(missing)
            )
        if unknown := sorted(self._named - set(pack)):
            yield "rules that the pack does not have:\n  " + "\n  ".join(unknown)
        used = {
            theme
            for framework in self.frameworks
            for control in framework.controls
            for theme in control.themes
        }
        if idle := sorted(set(self.themes) - used):
            yield "themes that no control uses: " + ", ".join(idle)

    @property
    def _named(self) -> frozenset[str]:
        return self.mapped.union(rule for theme in self.themes.values() for rule in theme.rules)


def load(root: Path = ROOT) -> Shelf:
    """Reads every framework of a folder, in the order of their ids.

    Raises:
        FrameworkError: A file cannot be read, does not have the agreed shape, is not called by its
            id, or names a theme or a framework that is not there.
    """
    said = _document(root / THEMES)
    if not isinstance(said, dict):
        raise FrameworkError(f"{THEMES}: given no mapping; allowed: theme id to title and rules")
    themes = {name: _model(Theme, entry, THEMES) for name, entry in said.items()}
    files = [file for file in sorted(root.glob("*.yaml")) if file.name != THEMES]
    frameworks = tuple(_model(Framework, _document(file), file.name) for file in files)
    ids = {framework.id for framework in frameworks}
    for file, framework in zip(files, frameworks, strict=True):
        if framework.id != file.stem:
            raise FrameworkError(f"{file.name}: its id is {framework.id!r}; allowed: {file.stem!r}")
        if framework.superseded_by and framework.superseded_by not in ids:
            raise FrameworkError(
                f"{file.name}: superseded_by {framework.superseded_by!r}; allowed: {sorted(ids)}"
            )
        for control in framework.controls:
            if strange := sorted(set(control.themes) - set(themes)):
                raise FrameworkError(
                    f"{file.name}: {control.id}: themes {strange}; allowed: {sorted(themes)}"
                )
    return Shelf(frameworks=frameworks, themes=themes)


def _document(file: Path) -> Any:
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise FrameworkError(f"{file.name}: cannot be read: {error}") from error


def _model(model: type[_Model], entry: Any, file: str) -> _Model:
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        raise FrameworkError(f"{file}: {in_words(error)}") from error
