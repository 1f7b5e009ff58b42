"""Programs that live as long as a rehearsal: plain processes on free loopback ports."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sandbox.cluster.control_plane import Process
from sandbox.commands import mortal
from sandbox.faults import SandboxError

READY_SECONDS = 60
END_SECONDS = 5


def free_ports(count: int) -> list[int]:
    """Loopback ports that nobody holds now."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


class Programs:
    """The programs that run, in the order of their start.

    Args:
        logs: Folder of their logs.
    """

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: list[tuple[Process, subprocess.Popen[bytes]]] = []

    def start(self, program: Process, extra: Mapping[str, str] | None = None) -> None:
        """Start a program; it ends when this process does, however that ends.

        Args:
            program: What to run.
            extra: Variables besides this process's own.
        """
        with self.log(program.name).open("wb") as log:
            running = subprocess.Popen(
                mortal(program.command), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self._logs, start_new_session=True, env={**os.environ, **(extra or {})},
            )  # fmt: skip
        self._running.append((program, running))

    def await_ready(self, program: Process) -> None:
        """Wait until the program's own probe succeeds.

        Raises:
            SandboxError: It does not, or a program ended.
        """
        deadline = time.monotonic() + READY_SECONDS
        while program.ready:
            if subprocess.run(program.ready, capture_output=True, check=False).returncode == 0:
                return
            self.require()
            if time.monotonic() > deadline:
                raise SandboxError(
                    f"{program.name} was not ready after {READY_SECONDS} s: {self._last(program)}",
                    f"its log is {self.log(program.name)}.",
                )
            time.sleep(0.1)

    def require(self) -> None:
        """Refuse to go on without one of the programs.

        Raises:
            SandboxError: One ended.
        """
        for program, running in self._running:
            if running.poll() is not None:
                raise SandboxError(
                    f"{program.name} ended with {running.returncode}: {self._last(program)}",
                    f"its log is {self.log(program.name)}.",
                )

    def stop(self) -> None:
        """End them all, the last first."""
        for _, running in reversed(self._running):
            running.terminate()
        deadline = time.monotonic() + END_SECONDS
        for _, running in reversed(self._running):
            try:
                running.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()
        self._running.clear()

    def kill(self) -> None:
        """Kill them all at once, as the loss of a site does: none can say a last word."""
        for _, running in self._running:
            running.kill()
        for _, running in self._running:
            running.wait()
        self._running.clear()

    def log(self, name: str) -> Path:
        """Where a program writes."""
        return self._logs / f"{name}.log"

    def _last(self, program: Process) -> str:
        lines: Sequence[str] = self.log(program.name).read_text(errors="replace").splitlines()
        return lines[-1] if lines else "it said nothing"


@contextmanager
def running(logs: Path) -> Iterator[Programs]:
    """Programs that end with the block."""
    logs.mkdir(parents=True, exist_ok=True)
    programs = Programs(logs)
    try:
        yield programs
    finally:
        programs.stop()
