"""The signing Job from settings to release; one clear last line whatever happens."""

import os
import sys
from collections.abc import Mapping

from app.candidate import read_candidates
from app.failure import JobError
from app.release import Releases
from app.settings import Settings
from app.signature import SigningKey
from app.store import Store

IO_ERROR = 74


def run(environ: Mapping[str, str]) -> str:
    """Checks and signs what training offers.

    Args:
        environ: Environment variables of the Job.

    Returns:
        What was done, in one line.

    Raises:
        JobError: Nothing was released; the message says why.
    """
    settings = Settings.from_environment(environ)
    key = SigningKey(settings.private_key)
    store = Store(
        endpoint=settings.endpoint,
        region=settings.region,
        credentials=settings.mounts / "store",
    )
    candidates = read_candidates(store, settings.candidates, settings.model)
    named = ", ".join(f"{one.variant} {one.version}" for one in candidates)
    releases = Releases(store, settings.models, settings.model, key)
    if releases.holds(candidates, renew_days=settings.renew_days):
        return f"unchanged: {settings.model} ({named}) is released and verifies, nothing written"
    releases.publish(candidates)
    return f"signed: {settings.model} ({named}) with key {key.keyid}"


def main() -> int:
    """Runs the Job; returns its exit code."""
    try:
        line, code = run(os.environ), 0
    except JobError as error:
        line, code = f"refused: {error}", error.exit_code
    except OSError as error:
        line = f"failed: {error.filename or 'input/output'}: {error.strerror}"
        code = IO_ERROR
    sys.stderr.flush()
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    return code
