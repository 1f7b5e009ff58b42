"""The processes a language host starts: none of them outlives it."""

import contextlib
import os
import queue
import subprocess
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Literal

_SECONDS_TO_STOP = 5

Stream = Literal["stdout", "stderr"]


class Child:
    """One running process."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def wait(self) -> int:
        """Return the exit status when the process has ended."""
        return self._process.wait()

    def output(self) -> Iterator[tuple[Stream, bytes]]:
        """Yield what the process writes, as it comes, until it closes both streams."""
        chunks: queue.SimpleQueue[tuple[Stream, bytes] | None] = queue.SimpleQueue()

        def pump(name: Stream, source: IO[bytes] | None) -> None:
            while source and (chunk := os.read(source.fileno(), 65536)):
                chunks.put((name, chunk))
            chunks.put(None)

        sources: dict[Stream, IO[bytes] | None] = {
            "stdout": self._process.stdout,
            "stderr": self._process.stderr,
        }
        for name, source in sources.items():
            threading.Thread(target=pump, args=(name, source), daemon=True).start()
        still_open = len(sources)
        while still_open:
            chunk = chunks.get()
            if chunk is None:
                still_open -= 1
            else:
                yield chunk

    def stop(self) -> None:
        """Ask the process to end, then make it."""
        if self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Children:
    """Every process that one language host runs now."""

    def __init__(self) -> None:
        self._running: set[Child] = set()
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def started(
        self,
        command: list[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        captured: bool,
    ) -> Iterator[Child]:
        """Start a process and stop it at the end of the block.

        Args:
            command: program and arguments.
            folder: working directory.
            environment: all the variables the process sees.
            captured: whether its output is read here; otherwise it goes where the host's goes.
        """
        output = subprocess.PIPE if captured else None
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        child = Child(process)
        with self._lock:
            self._running.add(child)
        try:
            yield child
        finally:
            child.stop()
            with self._lock:
                self._running.discard(child)

    def stop(self) -> None:
        """Stop them all."""
        with self._lock:
            running = list(self._running)
        for child in running:
            child.stop()
