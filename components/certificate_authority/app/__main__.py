"""`python -m app REQUESTS`: one pass, tried again while the cluster is not ready for it."""

import logging
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from app import declaration
from app.cluster import Cluster, ClusterError, RetryableError
from app.reconcile import Reconciliation

logger = logging.getLogger("issuer")

# A network policy or a Role may take effect some seconds after it was made.
PATIENCE_SECONDS = 120
PAUSE_SECONDS = 2


def issue(
    path: Path, cluster: Cluster, *, patience_seconds: float, pause_seconds: float = PAUSE_SECONDS
) -> int:
    """Fill every request; the number of objects that had to change.

    Raises:
        ClusterError: if the cluster says no for good, or not yes within the patience.
    """
    wanted = declaration.read(path)
    deadline = time.monotonic() + patience_seconds
    changes = 0
    while True:
        attempt = Reconciliation(cluster, wanted, datetime.now(tz=UTC))
        try:
            attempt.run()
        except RetryableError as passing:
            if time.monotonic() > deadline:
                raise ClusterError(
                    f"gave up after {patience_seconds:.0f} s: {passing}"
                ) from passing
            logger.info("waiting  %s", passing)
        else:
            return changes + attempt.changes
        changes += attempt.changes
        time.sleep(pause_seconds)


def main(arguments: list[str]) -> int:
    """Run once and say what came of it."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    if len(arguments) != 1:
        logger.error("usage: python -m app REQUESTS.json")
        return 2
    try:
        changes = issue(
            Path(arguments[0]), Cluster.of_pod(os.environ), patience_seconds=PATIENCE_SECONDS
        )
    except (ClusterError, declaration.DeclarationError) as fault:
        logger.error("failed   %s", fault)  # noqa: TRY400 - one clear last line, no traceback
        return 1
    logger.info("done     %s", f"{changes} changed" if changes else "everything was still good")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
