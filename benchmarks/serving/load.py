"""A closed-loop load generator: a fixed number of connections, each with one request at a time.

HTTP/1.1 with keep-alive over TLS, on asyncio protocols with uvloop: it does little enough per
request not to be what is measured. Only loopback is ever a target, bounded in count and time.
"""

import asyncio
import ssl
import time
from dataclasses import dataclass, field
from typing import cast

import uvloop

HOST = "127.0.0.1"


@dataclass
class Run:
    """One measurement, while it runs and after.

    Attributes:
        requests: Requests as they go over the wire, used in turn.
        seconds: Longest time.
        most: Most requests.
        latencies: Seconds of each answered request.
        failures: Answers that were not 200.
        elapsed: Seconds from the first request to the last answer.
    """

    requests: list[bytes]
    seconds: float
    most: int
    latencies: list[float] = field(default_factory=list)
    failures: int = 0
    elapsed: float = 0.0
    sent: int = 0
    end: float = 0.0


class Connection(asyncio.Protocol):
    """One connection that sends its next request as soon as it has its answer."""

    def __init__(self, run: Run, done: asyncio.Future[None]) -> None:
        """Takes part in a run; `done` is set when the run is over for this connection."""
        self._run = run
        self._done = done
        self._received = b""
        self._started = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Waits for the start, which is the same for all connections."""
        self._transport = cast("asyncio.Transport", transport)

    def send(self) -> None:
        """Sends the next request, or ends."""
        run, transport = self._run, self._transport
        now = time.perf_counter()
        if transport is None or now >= run.end or run.sent >= run.most:
            if not self._done.done():
                self._done.set_result(None)
            return
        self._started = now
        transport.write(run.requests[run.sent % len(run.requests)])
        run.sent += 1

    def data_received(self, data: bytes) -> None:
        """Counts an answer once it is complete."""
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator:
            return
        at = head.lower().index(b"content-length:") + len(b"content-length:")
        if len(body) < int(head[at:].split(b"\r\n", 1)[0]):
            return
        self._run.latencies.append(time.perf_counter() - self._started)
        self._run.failures += not head.startswith(b"HTTP/1.1 200 ")
        self._received = b""
        self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends the run with the reason when the server hangs up in the middle."""
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server closed the connection"))


async def _drive(run: Run, port: int, concurrency: int, trust: ssl.SSLContext) -> None:
    loop = asyncio.get_running_loop()
    waiting: list[asyncio.Future[None]] = [loop.create_future() for _ in range(concurrency)]
    made = [
        await loop.create_connection(
            lambda done=done: Connection(run, done),  # type: ignore[misc]  # a default binds it
            HOST,
            port,
            ssl=trust,
            server_hostname="localhost",
        )
        for done in waiting
    ]
    started = time.perf_counter()
    run.end = started + run.seconds
    for _, connection in made:
        connection.send()
    await asyncio.gather(*waiting)
    run.elapsed = time.perf_counter() - started
    for transport, _ in made:
        transport.close()


def measure(run: Run, *, port: int, concurrency: int, trust: ssl.SSLContext) -> Run:
    """Runs the load.

    Args:
        run: What to send, and for how long at most.
        port: Port on loopback.
        concurrency: Connections, each with one request at a time.
        trust: Whom to trust.

    Returns:
        The run with its results.

    Raises:
        ConnectionError: The server closed a connection.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_drive(run, port, concurrency, trust))
    return run
