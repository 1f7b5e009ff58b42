"""What the running program declares: who owns which object, and what will exist."""

import threading
from collections.abc import Callable

from sandbox.kubernetes_provider.kinds import Identity, Kind
from sandbox.kubernetes_provider.values import Manifest, has_unknown
from sandbox.provider_service.errors import ProviderError

_MOMENT_SECONDS = 3.0


class Declared:
    """Objects declared in this run of the engine, filled as resources are checked."""

    def __init__(self) -> None:
        self._owners: dict[tuple[str, str, str], str] = {}
        self._defined: set[tuple[str, str]] = set()
        self._changed = threading.Condition()

    def add(self, urn: str, inputs: Manifest) -> None:
        """Note a declared object.

        Raises:
            ProviderError: another resource declares the same object.
        """
        if has_unknown([inputs.get("apiVersion"), inputs.get("kind"), _names(inputs)]):
            return
        identity = Identity.of(inputs)
        with self._changed:
            owner = self._owners.setdefault(_key(identity), urn)
            if identity.kind.name == "CustomResourceDefinition":
                spec = inputs.get("spec") or {}
                self._defined.add(
                    (spec.get("group", ""), (spec.get("names") or {}).get("kind", ""))
                )
        if owner != urn:
            raise ProviderError(
                f"{identity} is declared twice, here and by {owner}; keep one, or rename one"
            )

    def owner(self, identity: Identity) -> str | None:
        """Return the URN that declares an object in this run, if any does."""
        return self._owners.get(_key(identity))

    def makes_namespace(self, name: str) -> bool:
        """Return whether this run declares a namespace, now or in a moment."""
        namespace = Identity(Kind("v1", "Namespace"), name)
        return self._comes(lambda: self.owner(namespace) is not None)

    def defines(self, kind: Kind) -> bool:
        """Return whether this run declares the definition of a custom kind, now or in a moment."""
        return self._comes(lambda: (kind.group, kind.name) in self._defined)

    def _comes(self, condition: Callable[[], bool]) -> bool:
        """Wait a moment: resources that do not depend on each other come in any order."""
        with self._changed:
            return self._changed.wait_for(condition, _MOMENT_SECONDS)


def _key(identity: Identity) -> tuple[str, str, str]:
    # The version is no part of it: one object can be read in several.
    return identity.kind.group, identity.kind.name, identity.id


def _names(inputs: Manifest) -> list[object]:
    metadata = inputs.get("metadata") or {}
    return [metadata.get("name"), metadata.get("namespace")]
