"""The Kubernetes objects of a plan as manifests, one for each, so that checkov reads them."""

import yaml

from policies.judging import Declared
from policies.reading import UNKNOWN, Tree
from policies.scanning.shapes import NotConvertedError

NOT_KNOWN_YET = "known-after-apply"
"""Stands where the plan does not know the value."""


def is_kubernetes(resource: Declared) -> bool:
    """Whether a resource is an object of Kubernetes, whatever its kind."""
    return resource.type.startswith("kubernetes:")


def manifest(resource: Declared) -> str:
    """Gives the object as `kubectl apply` takes it.

    Raises:
        NotConvertedError: It is no single object: a chart, say, is rendered in the cluster.
    """
    if not (resource.props.get("apiVersion") and resource.props.get("kind")):
        raise NotConvertedError(
            f"{resource.urn}: {resource.type} states no `apiVersion` and `kind`; allowed: objects "
            "of Kubernetes. Remedy: declare what it renders."
        )
    text: str = yaml.safe_dump(_plain(resource.props), sort_keys=False)
    return text


def _plain(value: Tree) -> Tree:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if not key.startswith("__")}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return NOT_KNOWN_YET if value is UNKNOWN else value
