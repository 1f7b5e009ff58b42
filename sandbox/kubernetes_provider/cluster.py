"""The objects of one cluster: read, applied, deleted."""

import base64
import contextlib
from collections.abc import Mapping
from typing import Any

from sandbox.kubernetes_provider.connection import Connection
from sandbox.kubernetes_provider.discovery import Discovery
from sandbox.kubernetes_provider.errors import ApiError, UnknownKindError
from sandbox.kubernetes_provider.kinds import Identity, Kind
from sandbox.kubernetes_provider.values import Manifest, without_nulls

FIELD_MANAGER = "pulumi-kubernetes-mizan"
_NOT_FOUND = 404


class Cluster:
    """Operations on objects, whatever their kind.

    Attributes:
        default_namespace: where an object goes that names none.
    """

    def __init__(self, connection: Connection, default_namespace: str) -> None:
        self.default_namespace = default_namespace
        self._connection = connection
        self._discovery = Discovery(connection)
        self._namespaces: set[str] = set()

    def namespaced(self, kind: Kind) -> bool:
        """Return whether objects of a kind live in namespaces.

        Raises:
            UnknownKindError: the cluster does not serve the kind.
        """
        return self._discovery.endpoint(kind).namespaced

    def has_namespace(self, name: str) -> bool:
        """Return whether a namespace exists; once seen, it is not asked for again."""
        if name not in self._namespaces:
            if self.get(Identity(Kind("v1", "Namespace"), name)) is None:
                return False
            self._namespaces.add(name)
        return True

    def get(self, identity: Identity) -> Manifest | None:
        """Return the live object, or None where it or its kind does not exist."""
        with _absent_as_none():
            live = self._connection.get(self._discovery.path(self.placed(identity)))
            return _trimmed(live)
        return None

    def list(
        self, kind: Kind, namespace: str, *, labels: str = "", fields: str = ""
    ) -> list[Manifest]:
        """Return the objects of a namespace that match label and field selectors."""
        endpoint = self._discovery.endpoint(kind)
        query = {"labelSelector": labels, "fieldSelector": fields}
        told = self._connection.get(
            f"{endpoint.path}/namespaces/{namespace}/{endpoint.plural}",
            {key: value for key, value in query.items() if value},
        )
        return [
            {"apiVersion": kind.api_version, "kind": kind.name, **item}
            for item in told.get("items") or ()
        ]

    def apply(self, manifest: Mapping[str, Any], *, dry_run: bool = False) -> Manifest:
        """Apply an object on the server's side; return it as it is, or would be, afterwards.

        Fields that this provider applied before and that are absent now are removed; fields of
        other managers that it names are taken over.

        Raises:
            ApiError: the server refused, for instance by admission.
        """
        body = applied_form(manifest)
        identity = self.placed(Identity.of(body))
        query = {"fieldManager": FIELD_MANAGER, "force": "true"}
        if dry_run:
            query["dryRun"] = "All"
        return _trimmed(self._connection.apply(self._discovery.path(identity), body, query))

    def applied_here(self, identity: Identity) -> bool | None:
        """Return whether this provider applied an object; None where it does not exist."""
        with _absent_as_none():
            live = self._connection.get(self._discovery.path(self.placed(identity)))
            managers = live["metadata"].get("managedFields") or ()
            return any(
                entry.get("manager") == FIELD_MANAGER and entry.get("operation") == "Apply"
                for entry in managers
            )
        return None

    def delete(self, identity: Identity, *, propagation: str) -> bool:
        """Ask for an object's deletion; return False where it is gone already.

        Args:
            identity: the object.
            propagation: what happens to its dependents: Foreground, Background or Orphan.
        """
        with _absent_as_none():
            self._connection.delete(
                self._discovery.path(self.placed(identity)),
                {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": propagation},
            )
            return True
        return False

    def log(self, pod: Manifest, container: str, *, lines: int, previous: bool) -> str:
        """Return the last lines of a container's log, empty where there is none to be had."""
        identity = Identity.of(pod)
        query = {"container": container, "tailLines": str(lines), "limitBytes": "16384"}
        if previous:
            query["previous"] = "true"
        try:
            return self._connection.text(f"{self._discovery.path(identity)}/log", query)
        except ApiError:
            return ""

    def placed(self, identity: Identity) -> Identity:
        """Return the identity with the namespace that the object really has."""
        if not self.namespaced(identity.kind):
            return Identity(identity.kind, identity.name)
        namespace = identity.namespace or self.default_namespace
        return Identity(identity.kind, identity.name, namespace)


def applied_form(manifest: Mapping[str, Any]) -> Manifest:
    """Return what is sent to the server.

    A Secret's `stringData` becomes `data`, as the server would make it: as `stringData` a key
    that is later left out would stay in the cluster for ever.
    """
    body: Manifest = without_nulls(dict(manifest))
    body.pop("status", None)
    plain = body.pop("stringData", None) if body.get("kind") == "Secret" else None
    if plain:
        body["data"] = {
            **(body.get("data") or {}),
            **{key: base64.b64encode(str(v).encode()).decode() for key, v in plain.items()},
        }
    return body


def _trimmed(live: Manifest) -> Manifest:
    metadata = dict(live.get("metadata") or {})
    metadata.pop("managedFields", None)
    return {**live, "metadata": metadata}


@contextlib.contextmanager
def _absent_as_none() -> Any:
    try:
        yield
    except UnknownKindError:
        return
    except ApiError as error:
        if error.status != _NOT_FOUND:
            raise
