"""`python -m sandbox.aws start|stop|report`: the stand-in of AWS by hand."""

import argparse
import sys
import urllib.request

from sandbox.aws.running import running, start, stop
from sandbox.faults import SandboxError
from sandbox.progress import fail


def main() -> int:
    """Run one command; the exit code is 0, or 1 for a fault."""
    commands = {"report": _report, "start": _start, "stop": stop}
    parser = argparse.ArgumentParser(prog="python -m sandbox.aws", description=__doc__)
    parser.add_argument("command", choices=sorted(commands))
    try:
        commands[parser.parse_args().command]()
    except SandboxError as error:
        fail(str(error))
        return 1
    return 0


def _start() -> None:
    print(start().endpoint)


def _report() -> None:
    endpoint = running()
    if endpoint is None:
        raise SandboxError("No AWS stand-in runs.", "`python -m sandbox.aws start`.")
    with urllib.request.urlopen(f"{endpoint}/mizan/report") as answer:  # noqa: S310 - our own
        print(answer.read().decode())


if __name__ == "__main__":
    sys.exit(main())
