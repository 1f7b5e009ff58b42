"""What a plan of the engine leaves there, as the engine wrote it.

It stands apart from the rules, so that a price is told without the SDK of policies.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

_GONE: Final = ("delete", "delete-replaced", "discard-replaced", "remove-pending-replace")


class DocumentError(Exception):
    """What was given is neither a plan nor a state."""


def planned(document: Mapping[str, Any]) -> Iterator[Any]:
    """Gives what a plan leaves there of each resource, as the engine wrote it.

    Raises:
        DocumentError: The preview that wrote it failed.
    """
    told = document.get("diagnostics") or []
    errors = [one.get("message", "").strip() for one in told if one.get("severity") == "error"]
    if errors:
        raise DocumentError("the preview failed, so there is no plan:\n" + "\n".join(errors))
    for step in document.get("steps") or []:
        if step.get("op") not in _GONE:
            yield step.get("newState")
