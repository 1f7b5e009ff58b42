"""The one process of the cluster on the host: holds the namespaces and the loopback ports.

When it dies, so does everything inside (`unshare --kill-child`).
"""

import asyncio
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.cluster import groups
from sandbox.cluster.forward import outside
from sandbox.cluster.specification import read
from sandbox.files import replace
from sandbox.process import started


async def keep(specification: Path) -> None:
    """Run the namespaces and the ports until either ends or a signal comes."""
    spec = read(specification)
    if spec.limits:
        groups.join(spec.cgroup)
    os.chdir(spec.folder)
    log = (spec.folder / "node.log").open("ab")
    inner = subprocess.Popen(
        [
            # When this process is killed, so is unshare, and with it pid 1 inside.
            "setpriv", "--pdeathsig", "KILL",
            "unshare", "--net", "--mount", "--pid", "--uts", "--ipc", "--fork",
            "--propagation", "private", "--mount-proc", "--kill-child=SIGKILL",
            spec.python, "-m", "sandbox.cluster.supervisor", str(specification),
        ],
        stdout=log, stderr=log, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    facts = {"pid": os.getpid(), "unshare": inner.pid, "started": started(os.getpid())}
    replace(spec.folder / "keeper.json", json.dumps(facts))
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    ports = asyncio.ensure_future(outside(spec))
    waits = [asyncio.ensure_future(asyncio.to_thread(inner.wait)), ports,
             asyncio.ensure_future(over.wait())]  # fmt: skip
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    inner.kill()
    inner.wait()
    os._exit(0)  # the thread above may still wait


def alive(node: Path) -> dict[str, int] | None:
    """Process numbers of the running keeper, or None."""
    try:
        facts: dict[str, int] = json.loads((node / "keeper.json").read_text())
        if started(facts["pid"]) != facts["started"]:
            return None
    except (OSError, ValueError, KeyError):
        return None
    return {"pid": int(facts["pid"]), "unshare": int(facts["unshare"])}


def found(node: Path) -> dict[str, int] | None:
    """Like `alive`, but waits for a keeper that a killed command has just started."""
    while node.is_dir() and not alive(node):
        try:
            with held(node):
                return None
        except BlockingIOError:
            time.sleep(0.05)
    return alive(node)


@contextmanager
def held(node: Path) -> Iterator[int]:
    """Hold the keeper's lock: the keeper inherits it with its descriptor, and ends it by ending.

    So there is no moment in which a keeper runs and nobody can tell.

    Raises:
        BlockingIOError: There is a keeper.
    """
    with (node / "keeper.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield lock.fileno()


if __name__ == "__main__":
    asyncio.run(keep(Path(sys.argv[1])))
