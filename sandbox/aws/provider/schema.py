"""The resource types of pulumi-aws, by reflection: properties, their types, which are required.

Read from the installed SDK, so that names and shapes are those a program is written against.
"""

import enum
import importlib
import importlib.util
import inspect
import sys
import types
import typing
from collections.abc import Awaitable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

from sandbox.provider_service.errors import ProviderError

_sdk: Any = importlib.import_module("pulumi._types")
_pulumi: Any = importlib.import_module("pulumi")

_KEYWORDS = {"lambda": "lambda_"}


@dataclass(frozen=True)
class Kind:
    """The type of a value."""

    name: str
    """One of text, boolean, integer, number, list, map, object, any."""
    of: "Kind | None" = None
    """Type of the items of a list or a map."""
    properties: Mapping[str, "Property"] = field(default_factory=dict, compare=False)
    """Properties of an object."""

    @property
    def empty(self) -> Any:
        """The value that stands for none."""
        return {"boolean": False, "integer": 0, "number": 0, "list": [], "text": ""}.get(
            self.name, {}
        )

    def __str__(self) -> str:
        return f"{self.name} of {self.of}" if self.of else self.name


@dataclass(frozen=True)
class Property:
    """One property of a resource or of an object in it."""

    kind: Kind
    required: bool


ANY = Kind("any")
_SCALARS = {str: Kind("text"), bool: Kind("boolean"), int: Kind("integer"), float: Kind("number")}


@dataclass(frozen=True)
class Schema:
    """One resource type."""

    token: str
    inputs: Mapping[str, Property]
    outputs: Mapping[str, Property]
    """Every property of the state, inputs too; required where it always has a value."""

    @property
    def noun(self) -> str:
        """Name of the type without its module, such as `LogGroup`."""
        return self.token.rpartition(":")[2]

    @property
    def computed(self) -> list[str]:
        """Properties that only AWS gives."""
        return [name for name in self.outputs if name not in self.inputs]

    def faults(self, inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield (property, reason) for each input that the type would not take."""
        yield from _faults(inputs, self.inputs, "", self.token)


def lazily() -> None:
    """Let modules of pulumi-aws be imported one by one: the package itself takes a second."""
    found = importlib.util.find_spec("pulumi_aws")
    if found is None or "pulumi_aws" in sys.modules:
        return
    package = types.ModuleType("pulumi_aws")
    package.__path__ = list(found.submodule_search_locations or ())
    sys.modules["pulumi_aws"] = package


@cache
def schema_of(token: str) -> Schema:
    """Return the schema of a resource type.

    Args:
        token: such as `aws:s3/bucket:Bucket`.

    Raises:
        ProviderError: pulumi-aws has no such type.
    """
    module, _, name = token.removeprefix("aws:").partition(":")
    folder = module.partition("/")[0]
    try:
        package = importlib.import_module(f"pulumi_aws.{_KEYWORDS.get(folder, folder)}")
        resource = getattr(package, name)
        home: Any = sys.modules[resource.__module__]
    except (ImportError, AttributeError) as error:
        raise ProviderError(f"pulumi-aws has no resource type {token!r}") from error
    arguments = getattr(home, f"{name}InitArgs", None) or getattr(home, f"{name}Args")
    hints = _sdk._raw_return_hints(resource)  # noqa: SLF001 - the only place that says Optional
    optional = {name for name, hint in hints.items() if "Output[typing.Optional" in str(hint)}
    return Schema(
        token,
        _properties(arguments),
        {
            name: Property(_kind(hint), required=name not in optional)
            for name, hint in _sdk.resource_types(resource).items()
        },
    )


def _properties(arguments: type) -> dict[str, Property]:
    """Return the properties of an Args class or an output class."""
    if _sdk.is_input_type(arguments):
        hints, names = (
            _sdk.input_type_types(arguments),
            _sdk.input_type_py_to_pulumi_names(arguments),
        )
    else:
        hints = _sdk.output_type_types(arguments)
        names = {inside: name for name, inside in _output_names(arguments)}
    required = {
        names.get(name, name)
        for name, parameter in inspect.signature(arguments.__init__).parameters.items()  # type: ignore[misc]
        if parameter.default is parameter.empty
    }
    return {name: Property(_kind(hint), name in required) for name, hint in hints.items()}


def _output_names(cls: type) -> Iterator[tuple[str, str]]:
    for inside, name, _ in _sdk._py_properties(cls):  # noqa: SLF001 - the SDK has no public way
        yield name, inside


def _kind(hint: Any) -> Kind:  # noqa: PLR0911 - one branch for each kind of type
    if hint in _SCALARS:
        return _SCALARS[hint]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        inner = [a for a in arguments if a is not type(None) and not _late(a)]
        return _kind(inner[0]) if inner else ANY
    if origin in {list, Sequence}:
        return Kind("list", _kind(arguments[0]))
    if origin in {dict, Mapping}:
        return Kind("map", _kind(arguments[1]))
    if isinstance(hint, type):
        if issubclass(hint, enum.Enum):
            return _SCALARS[str]
        if _sdk.is_input_type(hint) or _sdk.is_output_type(hint):
            return _object(cast("Hashable", hint))
    return ANY


def _late(hint: Any) -> bool:
    origin = typing.get_origin(hint)
    return origin is Awaitable or origin is _pulumi.Output or hint is _pulumi.Output


class _Later(Mapping[str, Property]):
    """Properties of an object, read when first asked for: some objects hold themselves."""

    def __init__(self, arguments: type) -> None:
        self._arguments = arguments
        self._read: dict[str, Property] | None = None

    def _all(self) -> dict[str, Property]:
        if self._read is None:
            self._read = _properties(self._arguments)
        return self._read

    def __getitem__(self, name: str) -> Property:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


@cache
def _object(arguments: Any) -> Kind:
    return Kind("object", properties=_Later(arguments))


_MEANT: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "list": (list,),
    "map": (dict,),
    "object": (dict,),
}


def _faults(
    given: Mapping[str, Any], properties: Mapping[str, Property], path: str, token: str
) -> Iterator[tuple[str, str]]:
    for name, value in given.items():
        if name.startswith("__") or value is None:
            continue
        where = f"{path}{name}"
        if name not in properties:
            allowed = ", ".join(sorted(properties))
            yield where, f"{token} has no property {where!r}; allowed are {allowed}"
        else:
            yield from _mistyped(value, properties[name].kind, where, token)
    for name, known in properties.items():
        if known.required and given.get(name) is None:
            yield f"{path}{name}", f"{token} needs the property {path + name!r}"


def _mistyped(value: Any, kind: Kind, where: str, token: str) -> Iterator[tuple[str, str]]:
    if kind.name == "any" or value is None or value == _pulumi.runtime.rpc.UNKNOWN:
        return
    if not _fits(value, kind):
        yield where, f"property {where!r} of {token} is {value!r}; it must be a {kind}"
    elif kind.name == "object":
        yield from _faults(value, kind.properties, f"{where}.", token)
    elif kind.name == "list" and kind.of:
        for index, item in enumerate(value):
            yield from _mistyped(item, kind.of, f"{where}[{index}]", token)
    elif kind.name == "map" and kind.of:
        for key, item in value.items():
            yield from _mistyped(item, kind.of, f"{where}.{key}", token)


def _fits(value: Any, kind: Kind) -> bool:
    """Return whether a value is, or as the engine has it may be read as, of a kind."""
    if kind.name in {"integer", "number", "boolean"} and isinstance(value, str):
        return value.lower() in {"true", "false"} if kind.name == "boolean" else _numeric(value)
    if kind.name == "text":
        return isinstance(value, str | int | float) and not isinstance(value, bool)
    if isinstance(value, bool) and kind.name in {"integer", "number"}:
        return False
    return isinstance(value, _MEANT[kind.name])


def _numeric(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
