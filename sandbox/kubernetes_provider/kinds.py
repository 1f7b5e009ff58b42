"""Which Kubernetes kind a Pulumi resource is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.kubernetes_provider.errors import UnsupportedKindError
from sandbox.provider_service.errors import ProviderError

_PACKAGE = "kubernetes"
# Resource types of the official package that are programs in themselves.
_NOT_OBJECTS = ("helm.sh/", "kustomize", "yaml")


@dataclass(frozen=True, order=True)
class Kind:
    """A kind in a version of an API group."""

    api_version: str
    """`v1`, or `group/version`."""
    name: str

    @property
    def group(self) -> str:
        """API group, empty for the core."""
        return self.api_version.rpartition("/")[0]

    def __str__(self) -> str:
        """Return the form `group/version/Kind` that Kubernetes tools print."""
        return f"{self.api_version}/{self.name}"


def kind_of(token: str, inputs: Mapping[str, Any]) -> Kind:
    """Return the kind of a resource from its Pulumi type and its inputs.

    Args:
        token: Pulumi type, such as `kubernetes:apps/v1:Deployment`.
        inputs: the resource's inputs, empty at an import.

    Raises:
        UnsupportedKindError: the type is no single object: a list, a patch, a chart.
        ProviderError: type and inputs contradict each other.
    """
    # The SDK hands over the qualified type of a component's child: parent$child.
    token = token.rpartition("$")[2]
    package, _, rest = token.partition(":")
    module, _, name = rest.rpartition(":")
    if package != _PACKAGE or not module or not name:
        raise UnsupportedKindError(
            f"resource type {token!r} is not of the form kubernetes:<group>/<version>:<Kind>"
        )
    if module.startswith(_NOT_OBJECTS):
        raise UnsupportedKindError(
            f"resource type {token!r} is not a Kubernetes object and this provider does not run "
            "it; declare its objects one by one, or install the official Kubernetes plugin"
        )
    kind = Kind(module.removeprefix("core/"), name)
    given_name = inputs.get("kind", name)
    if name == f"{given_name}Patch":
        raise UnsupportedKindError(
            f"resource type {token!r} changes an object that something else owns, which this "
            f"provider does not do; declare the whole {given_name}, or install the official "
            "Kubernetes plugin"
        )
    if name.endswith("List") and "items" in inputs and "spec" not in inputs:
        raise UnsupportedKindError(
            f"resource type {token!r} is a list of objects; declare each of its items as a "
            f"resource of type kubernetes:{module}:{name.removesuffix('List')}"
        )
    given = Kind(inputs.get("apiVersion", kind.api_version), given_name)
    if given != kind:
        raise ProviderError(
            f"resource type {token!r} means {kind}, but its inputs say apiVersion "
            f"{given.api_version!r} and kind {given.name!r}; make them agree"
        )
    return kind


@dataclass(frozen=True)
class Identity:
    """What tells an object from every other in its cluster."""

    kind: Kind
    name: str
    namespace: str = ""

    @property
    def id(self) -> str:
        """Pulumi id: `namespace/name`, or `name` for a kind without namespaces."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    def __str__(self) -> str:
        """Return kind and name for a message."""
        return f"{self.kind.name} {self.id}"

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> "Identity":
        """Return the identity that an object states about itself."""
        metadata = manifest.get("metadata") or {}
        return cls(
            Kind(manifest["apiVersion"], manifest["kind"]),
            metadata.get("name", ""),
            metadata.get("namespace", ""),
        )

    @classmethod
    def from_id(cls, kind: Kind, resource_id: str) -> "Identity":
        """Return the identity that a Pulumi id means.

        Raises:
            ProviderError: the id has more than two parts.
        """
        namespace, _, name = resource_id.rpartition("/")
        if not name or "/" in namespace:
            raise ProviderError(
                f"id {resource_id!r} of a {kind.name} is not of the form namespace/name or name"
            )
        return cls(kind, name, namespace)
