"""`python -m app --port PORT --rights RIGHTS.json`: serve tokens until told to stop."""

import argparse
import json
import logging
import signal
import sys
import threading
from pathlib import Path

from app.bearer import TokenKeyError
from app.server import Settings, TokenServer

logger = logging.getLogger("token-service")


def settings(path: Path) -> Settings:
    """What the token service was told: issuer, service and repositories."""
    document = json.loads(path.read_text())
    return Settings(
        issuer=document["issuer"],
        service=document["service"],
        repositories=tuple(document["repositories"]),
    )


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM, and answer what was begun."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    parser = argparse.ArgumentParser(prog="python -m app")
    parser.add_argument("--port", type=int, required=True, help="TCP port to listen on")
    parser.add_argument("--rights", type=Path, required=True, help="issuer, service, repositories")
    options = parser.parse_args(arguments)
    try:
        # Every interface of the pod: who may reach it is the network policies' business.
        server = TokenServer(("", options.port), settings(options.rights))
    except (OSError, ValueError, KeyError, TokenKeyError) as fault:
        logger.error("cannot start: %s", fault)  # noqa: TRY400 - one clear last line, no traceback
        return 1
    # shutdown() waits for the loop that this signal interrupts, so another thread calls it.
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    logger.info("serving tokens for %s on port %d", server.settings.service, options.port)
    server.serve_forever()
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
