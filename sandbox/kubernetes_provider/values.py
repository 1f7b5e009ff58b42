"""Between the engine's property values and Kubernetes objects."""

from pulumi.provider.experimental.property_value import PropertyValue

from sandbox.provider_service import values
from sandbox.provider_service.values import Properties, has_unknown, to_plain, without_nulls

__all__ = ["Manifest", "Properties", "has_unknown", "to_plain", "to_properties", "without_nulls"]

Manifest = values.Values


def to_properties(manifest: Manifest, like: Properties | None = None) -> dict[str, PropertyValue]:
    """Return property values, secret where the same path of `like` is secret.

    The content of a Secret is always secret.
    """
    properties = values.to_properties(manifest, like)
    if manifest.get("apiVersion") == "v1" and manifest.get("kind") == "Secret":
        for key in ("data", "stringData"):
            if key in properties:
                properties[key] = properties[key].with_secret(True)  # noqa: FBT003 - SDK's signature
    return properties
