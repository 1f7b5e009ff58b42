"""Reading YAML so that nothing is guessed and every value knows its line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from environments.fault import Fault, quote

Step = str | int


class _Loader(yaml.SafeLoader):
    """Takes the scalars of YAML 1.2's core: `no` is text, not false, and 010 is text, not 8."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("bool", r"^(?:true|false)$", ["t", "f"]),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", list("-0123456789")),
    ("float", r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)(?:e[-+]?[0-9]+)?$", list("-0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


_KINDS: Final[dict[type[yaml.Node], str]] = {
    yaml.MappingNode: "a section",
    yaml.SequenceNode: "a list",
    yaml.ScalarNode: "a single value",
}

_PREFIX: Final = "tag:yaml.org,2002:"
_PLAIN: Final[dict[type[yaml.Node], frozenset[str]]] = {
    yaml.MappingNode: frozenset({f"{_PREFIX}map"}),
    yaml.SequenceNode: frozenset({f"{_PREFIX}seq"}),
    yaml.ScalarNode: frozenset(_PREFIX + kind for kind in ("str", "null", "bool", "int", "float")),
}


class UnreadableError(Exception):
    """A file is no plain YAML mapping."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("; ".join(str(fault) for fault in faults))


@dataclass(frozen=True)
class Document:
    """A YAML file as plain data, with the line of each value."""

    data: dict[str, Any]
    lines: dict[tuple[Step, ...], int]

    def line(self, path: tuple[Step, ...]) -> int | None:
        """Return the line of a value, or of the nearest section around it that is written."""
        for length in range(len(path), 0, -1):
            if (line := self.lines.get(path[:length])) is not None:
                return line
        return None


def read(path: Path) -> Document:
    """Read a YAML mapping.

    Raises:
        UnreadableError: The file cannot be read, is no YAML or no mapping, repeats a key, or uses
            anchors, tags or keys that are not text.
    """
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=_Loader)
    except OSError as error:
        raise _unreadable(error.strerror or "unknown reason", "a file that can be read") from error
    except UnicodeDecodeError as error:
        raise _unreadable("bytes that are no text", "text in UTF-8") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        found = " ".join(part for part in (error.context, error.problem) if part)
        raise _unreadable(f"{found}{where}", "valid YAML", mark) from error
    except yaml.YAMLError as error:
        raise _unreadable(str(error).splitlines()[0], "valid YAML") from error
    except RecursionError as error:
        raise _unreadable("sections nested without end", "a few levels of sections") from error
    if node is None:
        raise _unreadable("nothing", "at least the required keys of an environment")
    if not isinstance(node, yaml.MappingNode):
        raise _unreadable(f"{_KINDS[type(node)]}", "a mapping: `key: value` lines")
    walk = _Walk()
    data = walk.value(node, ())
    if walk.faults:
        raise UnreadableError(*walk.faults)
    return Document(data, walk.lines)


class _Walk:
    """Turns the nodes of a document into plain data, gathering lines and faults on the way."""

    def __init__(self) -> None:
        self.lines: dict[tuple[Step, ...], int] = {}
        self.faults: list[Fault] = []
        self._constructor = _Loader("")
        self._anchored: set[int] = set()

    def value(self, node: yaml.Node, path: tuple[Step, ...]) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self._anchored:
            self._refuse(path, node, "an alias repeats another value", "the value written out")
            return None
        self._anchored.add(id(node))
        if node.tag not in _PLAIN[type(node)]:
            self._refuse(path, node, f"the tag {node.tag} is not read", "the value without a tag")
            return None
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, path))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, at)) for at, item in enumerate(node.value)]
        try:
            return self._constructor.construct_object(node)
        except ValueError:
            self._refuse(path, node, "the number cannot be read", "a number of a sensible size")
            return None

    def _pairs(self, node: yaml.MappingNode, path: tuple[Step, ...]) -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        for key_node, value_node in node.value:
            key = key_node.value
            if key_node.tag != "tag:yaml.org,2002:str":
                self._refuse(path, key_node, "a key is not text", "keys in words, or in quotes")
                continue
            at = (*path, key)
            if key in seen:
                first = self.lines[at]
                self._refuse(at, key_node, f"the key stands on line {first} already", "it once")
                continue
            seen.add(key)
            self.lines[at] = key_node.start_mark.line + 1
            yield key, self.value(value_node, at)

    def _refuse(self, path: tuple[Step, ...], node: yaml.Node, reason: str, allowed: str) -> None:
        given = quote(node.value) if isinstance(node, yaml.ScalarNode) else f"{_KINDS[type(node)]}"
        line = node.start_mark.line + 1
        self.faults.append(Fault(path=path, reason=reason, given=given, allowed=allowed, line=line))


def _unreadable(given: str, allowed: str, mark: yaml.Mark | None = None) -> UnreadableError:
    line = mark.line + 1 if mark else None
    return UnreadableError(
        Fault(path=(), reason="cannot be read", given=given, allowed=allowed, line=line)
    )
