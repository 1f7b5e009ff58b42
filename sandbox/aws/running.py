"""The stand-in of AWS as a process of its own, which outlives whoever uses it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from sandbox.faults import SandboxError
from sandbox.files import replace
from sandbox.layout import PROJECT
from sandbox.lock import locked
from sandbox.process import started

FOLDER = PROJECT / ".sandbox" / "aws"
_PATIENCE_SECONDS = 60.0
_POLL_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class StandIn:
    """A stand-in that runs.

    Attributes:
        endpoint: Its address.
        pid: Its process.
        started: When the process started, in clock ticks: a pid alone may be another's by now.
        options: What it was started with, beside the port.
    """

    endpoint: str
    pid: int
    started: int
    options: list[str]

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return started(self.pid) == self.started


def running(folder: Path = FOLDER) -> str | None:
    """Address of the stand-in that keeps its state in `folder`; None where none runs."""
    found = _read(folder)
    return found.endpoint if found and found.alive else None


def start(  # noqa: PLR0913 - what it plays, all by keyword
    folder: Path = FOLDER,
    *,
    account: str = "111122223333",
    region: str = "me-central-1",
    cluster_endpoint: str = "",
    cluster_ca: Path | None = None,
    port: int = 0,
) -> StandIn:
    """Start the stand-in, or find the one that runs already.

    Args:
        folder: Where its file, lock and log are; one stand-in for each folder.
        account: Number of the account that it plays.
        region: Region of calls that name none.
        cluster_endpoint: Address of the Kubernetes API server that plays every EKS cluster.
        cluster_ca: File with the certificate of the authority that signs that server's.
        port: Loopback port; any free one by default.

    Raises:
        SandboxError: It does not start, or one runs that was started with other options.
    """
    options = ["--account", account, "--region", region]
    if cluster_endpoint:
        options += ["--cluster-endpoint", cluster_endpoint]
    if cluster_ca:
        options += ["--cluster-ca", str(cluster_ca)]
    with locked(folder / "lock", "start the AWS stand-in"):
        found = _read(folder)
        if found and found.alive:
            if found.options != options:
                raise SandboxError(
                    f"An AWS stand-in runs with {' '.join(found.options)}; asked for was "
                    f"{' '.join(options)}.",
                    "stop it first; what it holds is lost then.",
                )
            return found
        return _launch(folder, options, port or _free_port())


def stop(folder: Path = FOLDER) -> None:
    """End the stand-in of `folder`, if it runs; nothing of it stays but its log."""
    with locked(folder / "lock", "stop the AWS stand-in"):
        found = _read(folder)
        if found:
            for number in (signal.SIGTERM, signal.SIGKILL):
                deadline = time.monotonic() + _PATIENCE_SECONDS / 6
                with suppress(ProcessLookupError):
                    if found.alive:
                        os.kill(found.pid, number)
                while found.alive and time.monotonic() < deadline:
                    time.sleep(_POLL_SECONDS)
        _file(folder).unlink(missing_ok=True)


def _launch(folder: Path, options: list[str], port: int) -> StandIn:
    log = folder / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "sandbox.aws.cloud", "--port", str(port), *options],
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # it does not get the Ctrl-C of whoever started it
        )
    made = StandIn(
        endpoint=f"http://127.0.0.1:{port}",
        pid=process.pid,
        started=started(process.pid),
        options=options,
    )
    replace(_file(folder), json.dumps(asdict(made)))
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return made
        time.sleep(_POLL_SECONDS)
    process.kill()
    process.wait()
    _file(folder).unlink(missing_ok=True)
    last = (log.read_text().splitlines() or ["it said nothing"])[-1]
    raise SandboxError(f"The AWS stand-in does not start: {last}.", f"see {log}.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _file(folder: Path) -> Path:
    return folder / "stand-in.json"


def _read(folder: Path) -> StandIn | None:
    try:
        return StandIn(**json.loads(_file(folder).read_text()))
    except (OSError, ValueError, TypeError):
        return None
