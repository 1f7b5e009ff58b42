"""`python -m sandbox COMMAND ENVIRONMENT`: what the Makefile calls."""

import argparse
import errno
import signal
import sys
from types import FrameType

from environments import InvalidEnvironmentError
from sandbox.down import down
from sandbox.faults import SandboxError
from sandbox.mirror import mirror
from sandbox.plan import plan
from sandbox.progress import fail
from sandbox.up import engine, up


def rehearse(name: str) -> None:
    """Rehearse a cloud environment."""
    # Only this command pays for the clients of clouds.
    from sandbox.rehearsal.rehearse import rehearse as begin  # noqa: PLC0415 - as above

    begin(name)


def rehearse_loss(name: str) -> None:
    """Rehearse the loss of an environment's first site."""
    from sandbox.loss.lose import lose  # noqa: PLC0415 - as above

    lose(name)


COMMANDS = {
    "down": down,
    "engine": engine,
    "mirror": mirror,
    "plan": plan,
    "rehearse": rehearse,
    "rehearse-loss": rehearse_loss,
    "up": up,
}
INTERRUPTED = 130
REMEDIES = {
    errno.ENOSPC: "free some space, or put the cache elsewhere with MIZAN_CACHE, and run again",
}


def main() -> int:
    """Run one command; the exit code is 0, 1 for a fault, 130 when interrupted."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("command", choices=sorted(COMMANDS))
    parser.add_argument("environment", help="a folder of environments/")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        COMMANDS[given.command](given.environment)
    except (SandboxError, InvalidEnvironmentError) as error:
        fail(str(error))
        return 1
    except KeyboardInterrupt:
        fail(f"stopped; run `make {given.command}` again to go on where it was.")
        return INTERRUPTED
    except OSError as error:
        remedy = REMEDIES.get(error.errno or 0, "mend it and run again")
        fail(f"{error.strerror or error}: {error.filename or 'no file named'}. Remedy: {remedy}.")
        return 1
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
