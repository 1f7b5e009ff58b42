"""Between the engine's property values and plain JSON values.

The engine marks secrets and unknowns inside the values; what a provider talks to wants plain JSON.
Secrets are taken off on the way there and put back on the way to the engine, by path.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi.provider.experimental.property_value import Computed, PropertyValue
from pulumi.runtime.rpc import UNKNOWN

from sandbox.provider_service.errors import ProviderError

Values = dict[str, Any]
Properties = Mapping[str, PropertyValue]


def to_plain(properties: Properties) -> Values:
    """Return plain JSON, without secret marks; unknowns stay as the engine's own sentinel.

    Raises:
        ProviderError: a value that JSON cannot hold, such as an asset.
    """
    return {key: _plain(value, key) for key, value in properties.items()}


def _plain(value: PropertyValue, where: str) -> Any:
    inner: Any = value.value
    if isinstance(inner, Computed):
        return UNKNOWN
    if isinstance(inner, float):
        return int(inner) if inner.is_integer() else inner
    if inner is None or isinstance(inner, bool | str):
        return inner
    if isinstance(inner, Mapping):
        return {key: _plain(item, f"{where}.{key}") for key, item in inner.items()}
    if isinstance(inner, Sequence):
        return [_plain(item, f"{where}[{index}]") for index, item in enumerate(inner)]
    raise ProviderError(
        f"{where} is a {type(inner).__name__}, which no field can hold; give its text"
    )


def to_properties(values: Values, like: Properties | None = None) -> dict[str, PropertyValue]:
    """Return property values, secret where the same path of `like` is secret."""
    return {key: _property(value, (like or {}).get(key)) for key, value in values.items()}


def _property(value: Any, like: PropertyValue | None) -> PropertyValue:
    same = like.value if like else None
    made: PropertyValue
    if isinstance(value, dict):
        inside = same if isinstance(same, Mapping) else {}
        made = PropertyValue({key: _property(v, inside.get(key)) for key, v in value.items()})
    elif isinstance(value, list):
        beside: Sequence[Any] = ()
        if isinstance(same, Sequence) and not isinstance(same, str):
            beside = same
        if len(beside) == len(value):
            made = PropertyValue([_property(v, b) for v, b in zip(value, beside, strict=True)])
        else:
            # Items were added or taken away, so which one was secret is not known: all are.
            made = PropertyValue(
                [_property(v, None) for v in value],
                is_secret=any(item.contains_secret() for item in beside),
            )
    elif isinstance(value, int) and not isinstance(value, bool):
        made = PropertyValue(float(value))
    else:
        made = PropertyValue(value)
    return made.with_secret(True) if like and like.is_secret else made  # noqa: FBT003 - SDK's signature


def has_unknown(value: Any) -> bool:
    """Return whether a plain value is, or holds, a value that is known only after an update."""
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return bool(value == UNKNOWN)


def without_nulls(value: Any) -> Any:
    """Return the value without null fields, which the engine sends for options left out."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value
