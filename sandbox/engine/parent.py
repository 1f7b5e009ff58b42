"""End with the engine: a plugin that outlives its engine would hold ports and change clusters."""

import os
import threading
import time
from collections.abc import Callable

_SECONDS_BETWEEN_LOOKS = 0.5


def end_with_parent(before_end: Callable[[], None] | None = None) -> None:
    """Exit this process soon after the process that started it is gone.

    The engine asks a plugin to stop, but an engine that was killed cannot ask.

    Args:
        before_end: called once before the exit, to stop what this process started.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        if before_end is not None:
            before_end()
        os._exit(0)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()
