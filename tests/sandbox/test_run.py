"""A program that a command starts."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.support.host import eventually


def test_a_program_ends_with_the_command_that_was_killed(tmp_path):
    script = (
        "from sandbox.commands import run; "
        f"run(['sh', '-c', 'echo $$ > {tmp_path}/pid; exec sleep 60'])"
    )
    command = subprocess.Popen([sys.executable, "-c", script])
    eventually(
        lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text() != "",
        10,
        "the program to run",
    )
    number = int((tmp_path / "pid").read_text())
    os.kill(number, 0)
    os.kill(command.pid, signal.SIGKILL)
    command.wait()

    def ended():
        try:
            stat = Path(f"/proc/{number}/stat").read_text()
            return stat.rpartition(")")[2].split()[0] == "Z"
        except FileNotFoundError:
            return True

    eventually(ended, 5, "the program to end")
