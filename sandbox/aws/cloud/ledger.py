"""For which Pulumi resource something was made, so that what nobody knows of can be found.

An engine that is killed during a creation does not learn the id of what was made; AWS itself says
as much in CloudTrail, by the client's user agent. The provider says for which resource it makes
a call, in headers that nothing but this ledger reads.
"""

import base64
from typing import Any
from urllib.parse import unquote

from sandbox.aws.cloud.call import Answer, Call
from sandbox.aws.headers import GONE, KNOWN_ID, MADE_FOR

_REFUSED = 300


class Ledger:
    """What was made and deleted, in order."""

    def __init__(self) -> None:
        self._entries: list[dict[str, Any]] = []

    def note(self, call: Call, answer: Answer) -> None:
        """Note a call that made or deleted something for a resource."""
        status, headers, body = answer
        given = call.request.headers
        made, gone = given.get(MADE_FOR), given.get(GONE)
        if status >= _REFUSED or not (made or gone):
            return
        self._entries.append(
            {
                "urn": unquote(made or gone or ""),
                "gone": gone is not None,
                "id": unquote(given.get(KNOWN_ID, "")),
                "service": call.service,
                "operation": call.operation,
                "region": call.region,
                "status": status,
                "headers": dict(headers),
                "body": base64.b64encode(body).decode(),
            }
        )

    def entries(self) -> list[dict[str, Any]]:
        """Return everything noted."""
        return self._entries
