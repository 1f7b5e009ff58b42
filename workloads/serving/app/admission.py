"""A bounded queue before the model: beyond it requests are refused, not piled up."""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from app.protocol import RequestError

Task = tuple[asyncio.Future[Any], Callable[..., Any], tuple[Any, ...]]


class Admission:
    """Runs computations in threads, a bounded number at a time and waiting.

    Attributes:
        in_flight: Computations that run or wait.
        limit: Most of them at a time.
    """

    def __init__(self, limit: int, threads: int) -> None:
        """Starts the threads.

        Args:
            limit: Computations that may run or wait.
            threads: Computations that run at the same time.
        """
        self.limit = limit
        self.in_flight = 0
        # A plain queue and plain threads: an executor's locks cost more than the hand-over itself.
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"inference-{number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def enter(self) -> None:
        """Takes a place; `leave` gives it back.

        Raises:
            RequestError: All places are taken (429).
        """
        if self.in_flight >= self.limit:
            raise RequestError(
                f"{self.limit} requests are in flight, no more are queued; try again", 429
            )
        self.in_flight += 1

    def leave(self) -> None:
        """Gives the place back."""
        self.in_flight -= 1

    def run(self, compute: Callable[..., Any], *arguments: Any) -> asyncio.Future[Any]:
        """Computes in a thread, so that the event loop stays free for probes and arrivals."""
        future = asyncio.get_running_loop().create_future()
        self._tasks.put((future, compute, arguments))
        return future

    def close(self) -> None:
        """Waits for what runs or waits, then ends the threads."""
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            future, compute, arguments = task
            result, error = None, None
            try:
                result = compute(*arguments)
            except Exception as raised:  # noqa: BLE001 - belongs to whoever waits for the result
                error = raised
            future.get_loop().call_soon_threadsafe(_settle, future, result, error)


def _settle(future: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if future.done():  # the client left, nobody waits
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
