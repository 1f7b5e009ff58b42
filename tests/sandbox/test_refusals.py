"""What `python -m sandbox` says when it cannot: one last line with cause and remedy, no half state.

Run in a copy of the project, so that neither a running sandbox is met nor one is left.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys

import pytest

from sandbox.layout import PROJECT


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard",
         "environments", "policies", "sandbox", "stacks", "components", "workloads", "images.lock"],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (PROJECT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, folder / name)
    return folder


@pytest.fixture
def refusal(checkout):
    """Run a command that must refuse; return its last line."""

    def run(*words, program=(), **variables):
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MIZAN_")},
            **{name: os.environ[name] for name in ("MIZAN_CACHE",) if name in os.environ},
            "PYTHONPATH": str(checkout),
            **variables,
        }
        done = subprocess.run(
            [*program, sys.executable, "-m", "sandbox", *words],
            cwd=checkout, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 1, done.stdout + done.stderr
        assert done.stderr.startswith("mizan: "), done.stderr
        return done.stderr.strip().splitlines()[-1]

    yield run
    down = subprocess.run(
        [sys.executable, "-m", "sandbox", "down", "local"],
        cwd=checkout, env={**os.environ, "PYTHONPATH": str(checkout)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert down.returncode == 0, down.stderr
    assert not (checkout / ".sandbox" / "local").exists()


@pytest.mark.parametrize("command", ["up", "down", "engine"])
def test_an_unknown_environment_is_refused_with_the_known_ones(refusal, checkout, command):
    line = refusal(command, "nowhere")
    assert "nowhere" in line
    assert "local" in line
    assert not (checkout / ".sandbox").exists()


def test_who_is_not_root_is_refused_before_anything_is_written(refusal, checkout):
    line = refusal("up", "local", program=("unshare", "--user"))
    assert "needs root" in line
    assert "Remedy: run as root, or point MIZAN_KUBECONFIG" in line
    assert not (checkout / ".sandbox").exists()


def test_a_disk_that_would_fill_up_is_refused_with_what_is_needed_where(refusal, tmp_path):
    line = refusal("up", "local", MIZAN_DISK_GIB="999999", MIZAN_CACHE=str(tmp_path))
    assert "GiB free; this needs 999999 GiB" in line
    assert "Remedy: free some space" in line


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("MIZAN_DISK_GIB", "much", "is a number of GiB"),
        ("MIZAN_PORT", "80", "a number from 1024 to 65000"),
        ("MIZAN_PORT", "first", "a number from 1024 to 65000"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(refusal, tmp_path, variable, value, told):
    line = refusal("up", "local", MIZAN_CACHE=str(tmp_path), **{variable: value})
    assert told in line
    assert "Remedy: unset it" in line


def bound_behind_a_free_one(taken: socket.socket) -> int:
    """Binds to a port after a free one, where no connection of another test is given its own."""
    for port in range(20000, 30000):
        with socket.socket() as before, contextlib.suppress(OSError):
            before.bind(("127.0.0.1", port - 1))
            taken.bind(("127.0.0.1", port))
            return port
    pytest.fail("there are no two free ports")


def test_a_port_in_use_is_refused_before_anything_is_compiled(refusal, checkout, tmp_path):
    with socket.socket() as other:
        port = bound_behind_a_free_one(other)
        other.listen()
        line = refusal("up", "local", MIZAN_PORT=str(port - 1), MIZAN_CACHE=str(tmp_path))
    assert f"Port {port} of 127.0.0.1 is in use" in line
    assert "Remedy: stop that program" in line
    assert not (checkout / ".sandbox" / "local" / "node").exists()
    assert list(tmp_path.iterdir()) == []
