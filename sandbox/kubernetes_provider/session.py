"""One run of the engine: its cluster, its log, and which resource each thread works for."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from sandbox.kubernetes_provider.cluster import Cluster
from sandbox.kubernetes_provider.configuration import ClusterAccess
from sandbox.provider_service.progress import EngineLog

# An operation holds a thread while it waits for its object.
_THREADS = 128


class _OfResource(Protocol):
    urn: str


R = TypeVar("R", bound=_OfResource)
T = TypeVar("T")


class Session:
    """Runs operations in threads; connects when the first one needs the cluster.

    Args:
        log: where progress and warnings go.

    Attributes:
        access: how to reach the cluster.
        log: where progress and warnings go.
        cancelled: set when the engine wants every wait to end.
    """

    def __init__(self, log: EngineLog) -> None:
        self.access = ClusterAccess(None, None, None)
        self.log = log
        self.cancelled = threading.Event()
        self._cluster: Cluster | None = None
        self._connecting = threading.Lock()
        self._current = threading.local()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="operation")
        self._warned: set[tuple[str, str]] = set()
        self._warning = threading.Lock()

    def cluster(self) -> Cluster:
        """Return the cluster.

        Raises:
            ProviderError: there is no usable kubeconfig.
        """
        with self._connecting:
            if self._cluster is None:
                connection, namespace = self.access.connect(self._warn)
                self._cluster = Cluster(connection, namespace)
            return self._cluster

    async def run(self, operation: Callable[[R], T], request: R) -> T:
        """Run an operation, which waits for the cluster, beside the others."""

        def work() -> T:
            self._current.urn = request.urn
            return operation(request)

        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _warn(self, warning: str) -> None:
        """Show what the API server warns of, once for each resource."""
        urn = getattr(self._current, "urn", "")
        with self._warning:
            known = (urn, warning) in self._warned
            self._warned.add((urn, warning))
        if not known:
            self.log.warning(urn, warning)
