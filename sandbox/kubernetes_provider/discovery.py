"""Where the API server keeps the objects of a kind: asked once per group version."""

import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sandbox.kubernetes_provider.connection import Connection
from sandbox.kubernetes_provider.errors import ApiError, UnknownKindError
from sandbox.kubernetes_provider.kinds import Identity, Kind

_NOT_FOUND = 404


@dataclass(frozen=True)
class Endpoint:
    """Address of the objects of one kind."""

    path: str
    plural: str
    namespaced: bool


class Discovery:
    """Finds endpoints; each group version is asked for once, and again after a miss."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, dict[str, Endpoint]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def endpoint(self, kind: Kind) -> Endpoint:
        """Return where objects of a kind are.

        Raises:
            UnknownKindError: the server does not serve the kind now.
        """
        with self._guard:
            lock = self._locks.setdefault(kind.api_version, threading.Lock())
        with lock:
            found = self._known.get(kind.api_version, {}).get(kind.name)
            if found is None:
                self._known[kind.api_version] = self._ask(kind)
                found = self._known[kind.api_version].get(kind.name)
        if found is None:
            raise UnknownKindError(
                f"the cluster at {self._connection.server} does not serve {kind}; "
                "install its CustomResourceDefinition first, or correct apiVersion and kind"
            )
        return found

    def path(self, identity: Identity) -> str:
        """Return the path of one object; raises as `endpoint`."""
        endpoint = self.endpoint(identity.kind)
        within = f"/namespaces/{quote(identity.namespace)}" if endpoint.namespaced else ""
        return f"{endpoint.path}{within}/{endpoint.plural}/{quote(identity.name)}"

    def _ask(self, kind: Kind) -> dict[str, Endpoint]:
        path = f"/apis/{kind.api_version}" if kind.group else f"/api/{kind.api_version}"
        try:
            told: dict[str, Any] = self._connection.get(path)
        except ApiError as error:
            if error.status == _NOT_FOUND:
                return {}
            raise
        return {
            resource["kind"]: Endpoint(path, resource["name"], resource["namespaced"])
            for resource in told.get("resources", ())
            if "/" not in resource["name"]  # status, scale and the like
        }
