"""`python -m app DECLARATION`: bring the store about, try it, and say so."""

import logging
import sys
import time
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as UnreachableError

from app import declaration, store, trial
from app.declaration import Declaration, SetupError

logger = logging.getLogger("store-setup")

# The store may just be starting, or the network policy may take effect some seconds after it.
PATIENCE_SECONDS = 120
PAUSE_SECONDS = 2


def setup(
    wanted: Declaration, *, patience_seconds: float, pause_seconds: float = PAUSE_SECONDS
) -> int:
    """Bring about what was declared and try it; the number of things that had to change.

    Raises:
        SetupError: if the store stays out of reach, refuses, or gives other rights than declared.
    """
    deadline = time.monotonic() + patience_seconds
    changes = 0
    while True:
        try:
            changes += store.reconcile(wanted)
            found = list(trial.faults(wanted))
            break
        except (UnreachableError, HTTPClientError) as passing:
            if time.monotonic() > deadline:
                raise SetupError(
                    f"the store at {wanted.endpoint} cannot be reached ({passing}): look at its "
                    "pod and certificate, and at the network policies between it and this Job"
                ) from passing
            logger.info("waiting  %s", passing)
            time.sleep(pause_seconds)
        except (ClientError, BotoCoreError) as refused:
            raise SetupError(f"the store at {wanted.endpoint} refused: {refused}") from refused
    if found:
        raise SetupError("the rights are not what was declared: " + "; ".join(found))
    return changes


def main(arguments: list[str]) -> int:
    """Run once and say what came of it."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    if len(arguments) != 1:
        logger.error("usage: python -m app DECLARATION.json")
        return 2
    try:
        wanted = declaration.read(Path(arguments[0]))
        changes = setup(wanted, patience_seconds=PATIENCE_SECONDS)
    except SetupError as fault:
        logger.error("failed   %s", fault)  # noqa: TRY400 - one clear last line, no traceback
        return 1
    logger.info(
        "done     %s; tried %d accounts on %d buckets",
        f"{changes} changed" if changes else "nothing had to change",
        len(wanted.users),
        len(wanted.buckets),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
