"""The Python language host of the Pulumi engine, over the SDK's own gRPC contract.

The official host is a Go program whose module the registries do not serve. The script that runs
a program inside Python (`pulumi-language-python-exec`) is upstream's and is used as it is.
"""

import argparse
import os
import shutil
import signal
import sys
from concurrent import futures
from pathlib import Path

import grpc
from pulumi.runtime.proto import language_pb2_grpc

from sandbox.engine.children import Children
from sandbox.engine.language_service import LanguageHost
from sandbox.engine.parent import end_with_parent

_EXECUTOR = "pulumi-language-python-exec"
_EXECUTOR_VARIABLE = "MIZAN_LANGUAGE_EXEC"
_MESSAGE_BYTES = 400 * 1024 * 1024
_WORKERS = 32


def _executor() -> Path:
    """Find upstream's script: where the variable says, else beside `pulumi` or the host on PATH.

    Raises:
        SystemExit: it is nowhere.
    """
    named = os.environ.get(_EXECUTOR_VARIABLE)
    if named:
        found = Path(named)
        if found.is_file():
            return found
        sys.exit(
            f"{_EXECUTOR_VARIABLE} names {named}, which is not a file; "
            f"set it to the path of {_EXECUTOR}, or unset it"
        )
    beside = [Path(folder) / _EXECUTOR for folder in os.get_exec_path()]
    if pulumi := shutil.which("pulumi"):
        beside.insert(0, Path(pulumi).resolve().parent / _EXECUTOR)
    for candidate in beside:
        if candidate.is_file():
            return candidate
    sys.exit(
        f"{_EXECUTOR} is neither beside pulumi nor on PATH; "
        f"set {_EXECUTOR_VARIABLE} to its path, or build the engine of the sandbox anew"
    )


def main(arguments: list[str]) -> None:
    """Serve one engine until it goes away; print the port first, as the engine expects."""
    parser = argparse.ArgumentParser(
        prog="pulumi-language-python",
        description="Language host that lets the Pulumi engine run Python programs.",
    )
    parser.add_argument("engine", nargs="?", default="", help="address of the engine")
    parser.add_argument("--root", "-root", help="root folder of the project (not needed)")
    known, _ = parser.parse_known_args(arguments)

    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # before any thread starts
    children = Children()
    server = grpc.server(
        futures.ThreadPoolExecutor(_WORKERS),
        options=[
            ("grpc.max_receive_message_length", _MESSAGE_BYTES),
            ("grpc.max_send_message_length", _MESSAGE_BYTES),
        ],
    )
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(
        LanguageHost(known.engine, _executor(), children), server
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    end_with_parent(children.stop)
    print(port, flush=True)
    # The engine ends its plugins with SIGINT to their process group. Blocked, it reaches only
    # this wait: a program or policy pack, which inherits the mask, prints no traceback.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    signal.sigwaitinfo({signal.SIGINT})
    children.stop()
    server.stop(0).wait()


if __name__ == "__main__":
    main(sys.argv[1:])
