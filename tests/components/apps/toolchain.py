"""The real servers that the programs talk to, started on free loopback ports."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

VARIABLE = "MIZAN_TOOLCHAIN_BIN"


def binary(name: str) -> str:
    """Where a program of the toolchain lies: in the folder of the variable, or on PATH."""
    folder = os.environ.get(VARIABLE)
    found = shutil.which(name, path=folder) if folder else shutil.which(name)
    if found is None:
        pytest.fail(
            f"{name} is not {f'in {folder}' if folder else 'on PATH'}: set {VARIABLE} to the "
            "folder in which the sandbox's toolchain lies (make up builds it)"
        )
    return found


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    command: list[str],
    log: Path,
    ready: Callable[[], bool],
    *,
    environment: Mapping[str, str] | None = None,
    patience_seconds: float = 60,
) -> Iterator[subprocess.Popen[bytes]]:
    """A server that is ready inside the block, and gone with all its children after it."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], **(environment or {})},
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + patience_seconds
        while not ready():
            ended = process.poll() is not None
            if ended or time.monotonic() > deadline:
                pytest.fail(f"{command[0]} did not come up:\n{log.read_text()[-4000:]}")
            time.sleep(0.1)
        yield process
    finally:
        # The group holds exactly what this call started.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def answers(url: str, authority: Path, expected: int = 200, token: str = "") -> Callable[[], bool]:
    """Whether a URL answers with the expected status over TLS that the authority vouches for."""

    def ask() -> bool:
        request = urllib.request.Request(  # noqa: S310 - https only, below
            url, headers={"Authorization": f"Bearer {token}"} if token else {}
        )
        try:
            context = ssl.create_default_context(cafile=str(authority))
            with urllib.request.urlopen(request, context=context, timeout=2) as answer:  # noqa: S310 - https
                return bool(answer.status == expected)
        except urllib.error.HTTPError as refused:
            return refused.code == expected
        except (OSError, urllib.error.URLError):
            return False

    assert url.startswith("https://")
    return ask
