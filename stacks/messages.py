"""Messages of the SDK to whoever debugs the SDK: several a resource, each a call to the engine.

They take a seventh of a preview's processor time, and the engine drops them unless it was started
with `--debug`, which it does not tell the program.
"""

import os
from typing import Final

import pulumi

ASKED: Final = "MIZAN_SDK_DEBUG"
"""Variable that lets these messages through, for `pulumi preview --debug`."""


def withhold_debugging() -> None:
    """Send no debugging message to the engine from here on, unless they are asked for."""
    if not os.environ.get(ASKED):
        vars(pulumi.log)["debug"] = _unsaid


def _unsaid(*_message: object, **_about: object) -> None:
    """Takes the place of `pulumi.log.debug`."""
