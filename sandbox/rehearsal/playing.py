"""Parts played inside this process: each looks again and again whether there is work for it."""

import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

SECONDS_BETWEEN_LOOKS = 0.5
END_SECONDS = 5

Part = Callable[[], None]


@contextmanager
def played(parts: Mapping[str, Part], logs: Path) -> Iterator[None]:
    """Play the parts while the block lasts; what goes wrong is in their logs, and tried again.

    Args:
        parts: Name of each part's log -> what it does once.
        logs: Folder of the logs.
    """
    over = threading.Event()
    threads = [
        threading.Thread(target=_play, args=(part, logs / f"{name}.log", over), daemon=True)
        for name, part in parts.items()
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(END_SECONDS)


def _play(part: Part, log: Path, over: threading.Event) -> None:
    told = ""
    while not over.wait(SECONDS_BETWEEN_LOOKS):
        try:
            part()
        except Exception:  # noqa: BLE001 - what it asks may be starting, or be ending
            text = traceback.format_exc()
            if text != told:
                told = text
                with log.open("a") as out:
                    out.write(text)
