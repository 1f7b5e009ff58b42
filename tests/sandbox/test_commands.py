"""What the command line leaves behind when it is stopped or the machine says no."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import __main__ as command
from sandbox import machine
from sandbox.commands import run
from sandbox.faults import SandboxError
from tests.support.host import eventually

ROOT = Path(__file__).parents[2]
# The real command line, with a step in place of `up` that waits for a program, as most steps do.
STOPPED = """
import signal
import sys
from sandbox import __main__ as command
from sandbox.commands import run
from sandbox.progress import Steps

# Ctrl-C counts as on a terminal, also where the tests run in the background of a shell.
signal.signal(signal.SIGINT, signal.default_int_handler)
mark = sys.argv.pop()

def up(name):
    with Steps().step("images") as step:
        run(["sh", "-c", "echo $$ > " + mark + "; exec sleep 60"])

command.COMMANDS["up"] = up
sys.exit(command.main())
"""


def runs(pid: int) -> bool:
    """Whether a process runs; one that ended and waits for its new parent does not."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(") ")[2][0] not in "ZX"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_up_ends_with_130_and_says_how_to_go_on(tmp_path, number):
    mark = tmp_path / "pid"
    os.mkfifo(mark)  # read once the program runs
    process = subprocess.Popen(
        [sys.executable, "-c", STOPPED, "up", "local", str(mark)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout
    process.stdout.readline()
    child = int(mark.read_text())

    process.send_signal(number)
    out, _ = process.communicate(timeout=20)

    assert process.returncode == 130
    last = out.splitlines()[-1]
    assert last == "mizan: stopped; run `make up` again to go on where it was."
    assert "✗ images failed after" in out
    assert "Traceback" not in out
    assert not runs(child)


def test_what_a_killed_command_had_started_ends_with_it(tmp_path):
    mark = tmp_path / "pid"
    os.mkfifo(mark)
    process = subprocess.Popen(
        [sys.executable, "-c", STOPPED, "up", "local", str(mark)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    child = int(mark.read_text())
    assert runs(child)

    process.send_signal(signal.SIGKILL)
    process.wait()

    eventually(lambda: not runs(child), 5, "the program to end")


def said(monkeypatch, capsys, fault: Exception) -> str:
    """The last line of a command that meets `fault`; its exit code is 1."""

    def meet(_name: str) -> None:
        raise fault

    monkeypatch.setitem(command.COMMANDS, "up", meet)
    monkeypatch.setattr(sys, "argv", ["sandbox", "up", "local"])
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    assert command.main() == 1
    (line,) = capsys.readouterr().err.splitlines()
    return str(line)


def test_a_full_disk_is_named_with_the_file_that_met_it(monkeypatch, capsys):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/cache/images/half")

    line = said(monkeypatch, capsys, full)

    assert line.startswith("mizan: No space left on device: /cache/images/half. Remedy: free some")


def test_another_fault_of_the_system_is_named_with_its_file(monkeypatch, capsys):
    line = said(monkeypatch, capsys, PermissionError(errno.EACCES, "Permission denied", "/cache/x"))

    assert line == "mizan: Permission denied: /cache/x. Remedy: mend it and run again."


def test_a_real_write_on_a_full_device_ends_in_one_line(monkeypatch, capsys):
    with pytest.raises(OSError, match="No space left") as met:
        Path("/dev/full").write_text("x")

    assert "No space left on device" in said(monkeypatch, capsys, met.value)


def test_a_program_that_fills_the_disk_is_named_with_what_it_said():
    with pytest.raises(SandboxError, match=r"`sh -c .* ended with .*No space left on device"):
        run(["sh", "-c", "LC_ALL=C cat /etc/os-release > /dev/full"])


def test_a_disk_that_would_fill_up_is_refused_before_anything_begins(tmp_path, monkeypatch):
    monkeypatch.setenv("MIZAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("MIZAN_DISK_GIB", "1000000")

    with pytest.raises(SandboxError, match=r"GiB free; this needs 1000000 GiB.*MIZAN_CACHE"):
        machine.require_disk(tmp_path / "state", cold=False)

    monkeypatch.setenv("MIZAN_DISK_GIB", "0")
    machine.require_disk(tmp_path / "state", cold=True)


@pytest.mark.parametrize("cold", [True, False])
def test_a_cold_cache_asks_for_more_room_than_a_warm_one(tmp_path, monkeypatch, cold):
    monkeypatch.setenv("MIZAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MIZAN_DISK_GIB", raising=False)
    free = machine.WARM_GIB + 1
    monkeypatch.setattr(
        machine.shutil, "disk_usage", lambda _: type("usage", (), {"free": free << 30})
    )
    if cold:
        with pytest.raises(SandboxError, match=f"needs {machine.COLD_GIB} GiB"):
            machine.require_disk(tmp_path / "state", cold=True)
    else:
        machine.require_disk(tmp_path / "state", cold=False)
