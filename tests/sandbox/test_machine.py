"""What the sandbox says about the machine that it runs on."""

import os
import subprocess
import sys
import time

from sandbox.machine import PeakMemory

MIB = 300
HUNGRY = (
    f"import time; held = bytearray({MIB} << 20); held[::4096] = b'x' * len(held[::4096])\n"
    "print('held', flush=True); time.sleep(20)"
)
# A container's processes have a pid namespace of their own, which takes root to make.
CONTAINER = ["unshare", "--pid", "--fork", "--kill-child"] if os.geteuid() == 0 else []


def test_memory_of_containers_counts_and_that_of_strangers_does_not():
    with subprocess.Popen(
        [*CONTAINER, sys.executable, "-c", HUNGRY], stdout=subprocess.PIPE, text=True
    ) as container:
        assert container.stdout
        assert container.stdout.readline() == "held\n"
        cluster = PeakMemory(container.pid, period_seconds=0.05)
        stranger = PeakMemory(2**22 + 1, period_seconds=0.05)  # beyond the largest pid
        deadline = time.monotonic() + 10
        while cluster.gib < MIB / 1024 and time.monotonic() < deadline:
            time.sleep(0.05)
        container.kill()

    assert MIB / 1024 <= cluster.gib < 2 * MIB / 1024
    assert stranger.gib == 0
