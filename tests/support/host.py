"""What a sandbox has, and could leave, on the machine that it runs on."""

import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

CHUNK = 1 << 24
GROUPS = Path("/sys/fs/cgroup")


def eventually(check: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.5)


def traces(group: str, folder: Path) -> dict[str, list[str]]:
    """Everything that a sandbox could leave; other sandboxes of the machine do not count.

    Args:
        group: Name of the sandbox's control group.
        folder: What the sandbox's processes and loop devices are told by.
    """
    rules = [re.sub(r" \[\d+:\d+\]$", "", line) for line in _lines("iptables-save")]
    mounts = Path("/proc/mounts").read_text().splitlines()
    loops = [_text(path) for path in Path("/sys/block").glob("loop*/loop/backing_file")]
    return {
        "processes": sorted(" ".join(words) for _, words in processes(group, folder)),
        "mounts": sorted(line.split()[1] for line in mounts),
        "links": sorted(line.split(": ")[1] for line in _lines("ip", "-o", "link")),
        "rules": sorted(line for line in rules if not line.startswith("#")),
        "sets": _lines("ipset", "list", "-n"),
        "groups": sorted(str(path) for path in GROUPS.glob(f"*/{group}")),
        "loops": sorted(loop for loop in loops if loop.startswith(str(folder))),
    }


def running(group: str, folder: Path, program: str) -> list[int]:
    """Numbers of the sandbox's processes that run `program`."""
    return [
        number
        for number, words in processes(group, folder)
        if words[0].rpartition("/")[2] == program
    ]


def processes(group: str, folder: Path) -> Iterator[tuple[int, list[str]]]:
    """The sandbox's processes: pods' are known by their group, all others by the folder."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            words = _text(entry / "cmdline").split("\0")
            if str(folder) in " ".join(words) or f"/{group}/" in _text(entry / "cgroup"):
                yield int(entry.name), words


def holds(image: Path, word: bytes) -> bool:
    """Whether the word stands anywhere in a sparse file; its holes, most of it, are not read."""
    with image.open("rb") as file:
        end, size = 0, file.seek(0, os.SEEK_END)
        while end < size:
            try:
                start = os.lseek(file.fileno(), end, os.SEEK_DATA)
            except OSError:
                return False  # a hole up to the end
            end = os.lseek(file.fileno(), start, os.SEEK_HOLE)
            for place in range(start, end, CHUNK):
                # Beyond the chunk, since the word may lie across its end.
                if word in os.pread(file.fileno(), CHUNK + len(word), place):
                    return True
    return False


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""  # ended while we looked


def _lines(*command: str) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()
