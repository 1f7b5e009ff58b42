"""Evidence is handed on, so a state that shows its secrets in clear is none."""

import json
from collections.abc import Iterator
from typing import Any, Final

from policies.evidence import EvidenceError

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
"""By this key the engine marks what is no plain value; pulumi/sdk, resource.SigKey."""
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the mark, not a secret


def refuse_clear_secrets(text: str) -> None:
    """Takes a plan or state whose secrets are sealed, as the engine writes it by default.

    Raises:
        EvidenceError: A secret stands there in clear, as `--show-secrets` writes it.
    """
    found = next(_in_clear(json.loads(text), ""), None)
    if found is not None:
        raise EvidenceError(
            f"{found}: a secret in clear, and the evidence holds what it judged. Remedy: export "
            "the state without --show-secrets"
        )


def _in_clear(tree: Any, at: str) -> Iterator[str]:
    if isinstance(tree, dict):
        if tree.get(_SIGNATURE) == _SECRET and "plaintext" in tree:
            yield at.lstrip(".")
            return
        for key, value in tree.items():
            yield from _in_clear(value, f"{at}.{key}")
    elif isinstance(tree, list):
        for number, value in enumerate(tree):
            yield from _in_clear(value, f"{at}[{number}]")
