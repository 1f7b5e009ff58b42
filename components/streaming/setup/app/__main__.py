"""`python -m app DECLARATION`: bring topics and access list about, and say so."""

import logging
import sys
import time
from pathlib import Path

from kafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError

from app import declaration, reconcile
from app.declaration import Declaration, SetupError

logger = logging.getLogger("kafka-setup")

IDENTITY = Path("/etc/mizan/tls")
# The brokers may just be starting, or the network policy may take effect some seconds after it.
PATIENCE_SECONDS = 240
PAUSE_SECONDS = 3
PASSING = (KafkaConnectionError, KafkaTimeoutError, OSError)


def setup(wanted: Declaration, identity: Path, *, patience_seconds: float) -> int:
    """Bring about what was declared; the number of things that had to change.

    Raises:
        SetupError: if the brokers stay out of reach, or refuse.
    """
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            with reconcile.connected(wanted, identity) as client:
                return reconcile.run(client, wanted)
        except PASSING as passing:
            if time.monotonic() > deadline:
                raise SetupError(
                    f"the brokers at {wanted.bootstrap} cannot be reached ({passing!r}): look at "
                    "their pods and certificate, and at the network policies between them and "
                    "this Job"
                ) from passing
            logger.info("waiting  %r", passing)
            time.sleep(PAUSE_SECONDS)
        except KafkaError as refused:
            if getattr(refused, "retriable", False) and time.monotonic() < deadline:
                logger.info("waiting  %r", refused)
                time.sleep(PAUSE_SECONDS)
                continue
            raise SetupError(f"the brokers at {wanted.bootstrap} refused: {refused!r}") from refused


def main(arguments: list[str]) -> int:
    """Run once and say what came of it."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stdout)
    logger.setLevel(logging.INFO)
    if len(arguments) != 1:
        logger.error("usage: python -m app DECLARATION.json")
        return 2
    try:
        wanted = declaration.read(Path(arguments[0]))
        changes = setup(wanted, IDENTITY, patience_seconds=PATIENCE_SECONDS)
    except SetupError as fault:
        logger.error("failed   %s", fault)  # noqa: TRY400 - one clear last line, no traceback
        return 1
    logger.info(
        "done     %s; %d topics, %d entries of the access list",
        f"{changes} changed" if changes else "nothing had to change",
        len(wanted.topics),
        len(wanted.entries),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
