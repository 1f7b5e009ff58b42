"""The date of evidence: that of what was judged, never of the moment at which it was written.

An exported state says when it was written. A plan says nothing, so it takes SOURCE_DATE_EPOCH, the
seconds since 1970 of the commit that it is the plan of, which `make evidence` sets: the same plan
of the same commit always gives the same evidence, to the byte.
"""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Final

from policies.evidence import EvidenceError

VARIABLE: Final = "SOURCE_DATE_EPOCH"


def dated(text: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """Gives the date of a plan or a state, in ISO 8601 and UTC, and where it comes from.

    Raises:
        EvidenceError: Nothing says it, or what says it is no date.
    """
    manifest = (json.loads(text).get("deployment") or {}).get("manifest") or {}
    try:
        if "time" in manifest:
            written = dt.datetime.fromisoformat(str(manifest["time"]))
            return _iso(written), "the exported state"
        if environ.get(VARIABLE):
            seconds = int(environ[VARIABLE])
            return _iso(dt.datetime.fromtimestamp(seconds, tz=dt.UTC)), f"{VARIABLE}, the commit"
    except (ValueError, OverflowError, OSError) as error:
        raise EvidenceError(
            f"the date cannot be read: {error}; allowed: ISO 8601 in a state, whole seconds since "
            f"1970 in {VARIABLE}"
        ) from error
    raise EvidenceError(
        f"a plan does not say when it was made. Remedy: set {VARIABLE} to the seconds of its "
        "commit (`git log -1 --format=%ct`)"
    )


def _iso(moment: dt.datetime) -> str:
    utc = moment.replace(tzinfo=moment.tzinfo or dt.UTC).astimezone(dt.UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%SZ")
