"""Who holds the lock of a sandbox, and what happens to whoever waits."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox import down
from sandbox.lock import Holder, locked
from sandbox.progress import Steps

ROOT = Path(__file__).parents[2]
HOLD = (
    "import sys, time; from pathlib import Path; from sandbox.lock import locked\n"
    "{before}\n"
    "with locked(Path(sys.argv[1]), sys.argv[2]):\n"
    "    print('held', flush=True)\n"
    "    while True: time.sleep(0.1)\n"
)
POLITE = (
    "import signal, sys; sys.path.insert(0, '.')\n"
    "signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))"
)
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)"

Hold = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "lock"


@pytest.fixture
def hold(path: Path) -> Iterator[Hold]:
    """Starts another process that holds the lock until it is ended."""
    started: list[subprocess.Popen[str]] = []

    def start(command: str = "make up ENV=local", before: str = POLITE) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD.format(before=before), str(path), command],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(process)
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_whoever_waits_learns_who_holds_it_and_goes_on_after_its_end(path: Path, hold: Hold):
    other = hold()
    seen: list[Holder] = []

    def waiting(holder: Holder) -> None:
        seen.append(holder)
        other.terminate()

    with locked(path, "make up ENV=local", waiting):
        assert other.wait() == 130

    (holder,) = seen
    assert (holder.command, holder.pid) == ("make up ENV=local", other.pid)
    assert str(holder) == f"`make up ENV=local` (process {other.pid}, since {holder.since})"
    written = time.mktime(time.strptime(holder.since, "%Y-%m-%d %H:%M:%S"))
    assert abs(time.time() - written) < 60


def test_a_killed_holder_frees_the_lock_and_its_word_misleads_nobody(path: Path, hold: Hold):
    other = hold()
    other.send_signal(signal.SIGKILL)
    other.wait()
    assert json.loads(path.read_text())["pid"] == other.pid

    with locked(path, "make down ENV=local", lambda holder: pytest.fail(str(holder))):
        assert json.loads(path.read_text())["pid"] == os.getpid()
    assert not path.read_text()


def test_the_word_of_a_process_whose_number_another_has_now_is_not_believed():
    me = Holder(command="make up", pid=os.getpid(), since="", started=1)

    assert not me.alive
    assert me.stop(0.1)  # had it signalled the number, this test would be over


def test_a_holder_that_takes_the_state_away_leaves_a_lock_to_the_next(path: Path, hold: Hold):
    other = hold()

    def waiting(_: Holder) -> None:
        path.unlink()
        path.parent.rmdir()
        other.terminate()

    with locked(path, "make up ENV=local", waiting):
        # The file that was waited for is gone; a third command must find this one.
        assert json.loads(path.read_text())["pid"] == os.getpid()


def test_a_holder_that_does_not_listen_is_killed_in_the_end(path: Path, hold: Hold):
    other = hold(before=DEAF)
    holder = Holder(**json.loads(path.read_text()))

    assert not holder.stop(0.4)
    assert other.wait() == -signal.SIGKILL


@pytest.mark.parametrize(
    ("before", "told"),
    [(POLITE, "it ended"), (DEAF, "it did not end when asked, so it was killed")],
)
def test_down_ends_an_up_and_says_so(
    path: Path, hold: Hold, monkeypatch, capsys, before: str, told: str
):
    other = hold(before=before)
    steps = Steps()
    ask = Holder.stop
    monkeypatch.setattr(Holder, "stop", lambda holder: ask(holder, 0.5))

    with locked(path, "make down ENV=local", lambda holder: down._end(holder, steps)):
        assert other.poll() is not None

    first, second = capsys.readouterr().out.splitlines()
    assert f"`make up ENV=local` (process {other.pid}, since " in first
    assert first.endswith("holds this sandbox; ending it")
    assert second.endswith(told)


def test_down_lets_another_down_finish(path: Path, hold: Hold, capsys):
    other = hold("make down ENV=local")

    def waiting(holder: Holder) -> None:
        down._end(holder, Steps())
        assert other.poll() is None
        other.terminate()

    with locked(path, "make down ENV=local", waiting):
        assert "waiting for its end" in capsys.readouterr().out
