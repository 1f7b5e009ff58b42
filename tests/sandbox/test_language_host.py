"""The language host as the engine meets it: a process that speaks gRPC."""

import os
import select
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from sandbox.engine.interpreter import InterpreterNotFoundError, interpreter

ROOT = Path(__file__).parents[2]
SECONDS = 20


@dataclass
class Host:
    process: "subprocess.Popen[str]"
    stub: Any


@pytest.fixture
def executor(tmp_path: Path) -> Path:
    """A stand-in for upstream's script that says how it was called and ends as told."""
    script = tmp_path / "pulumi-language-python-exec"
    script.write_text(
        textwrap.dedent(
            """
            import json, os, sys, time
            print(json.dumps(sys.argv[1:]), os.environ["PULUMI_CONFIG"], flush=True)
            if sys.argv[-1] == "sleep":
                time.sleep(60)
            sys.exit(int(sys.argv[-1]))
            """
        )
    )
    return script


@pytest.fixture
def host(executor: Path) -> Iterator[Host]:
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox.engine.language_host", "127.0.0.1:1"],
        cwd=ROOT,
        env=os.environ | {"MIZAN_LANGUAGE_EXEC": str(executor)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    port = int(line_of(process))
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Host(process, language_pb2_grpc.LanguageRuntimeStub(channel))
    process.kill()
    process.communicate()


def program(folder: Path, **options: str) -> language_pb2.ProgramInfo:
    given = struct_pb2.Struct()
    given.update(options)
    return language_pb2.ProgramInfo(
        root_directory=str(folder), program_directory=str(folder), entry_point=".", options=given
    )


def run_request(folder: Path, ending: str) -> language_pb2.RunRequest:
    return language_pb2.RunRequest(
        info=program(folder),
        pwd=str(folder),
        project="p",
        stack="s",
        monitor_address="127.0.0.1:2",
        parallel=4,
        config={"p:a": "1"},
        args=[ending],
    )


def test_a_program_runs_with_what_the_engine_says(host: Host, tmp_path: Path) -> None:
    assert host.stub.Run(run_request(tmp_path, "0"), timeout=SECONDS).error == ""
    told = line_of(host.process)
    for word in ('"--monitor", "127.0.0.1:2"', '"--engine", "127.0.0.1:1"', '{"p:a": "1"}'):
        assert word in told


def test_an_error_that_was_shown_is_not_shown_twice(host: Host, tmp_path: Path) -> None:
    shown = host.stub.Run(run_request(tmp_path, "32"), timeout=SECONDS)
    assert shown.bail
    assert not shown.error
    unseen = host.stub.Run(run_request(tmp_path, "7"), timeout=SECONDS)
    assert unseen.error == "the program ended with exit status 7"


def test_cancelling_ends_the_program(host: Host, tmp_path: Path) -> None:
    running = host.stub.Run.future(run_request(tmp_path, "sleep"), timeout=SECONDS)
    assert "sleep" in line_of(host.process)
    host.stub.Cancel(empty_pb2.Empty(), timeout=SECONDS)
    assert running.result().error == "the program was stopped by signal SIGTERM"


def test_a_plugin_streams_what_it_prints_and_how_it_ends(host: Host, tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text(
        "import os, sys\n"
        "print(sys.argv[1], os.environ['GIVEN'], flush=True)\n"
        "print('aside', file=sys.stderr, flush=True)\n"
        "sys.exit(5)\n"
    )
    request = language_pb2.RunPluginRequest(
        info=program(tmp_path), pwd=str(tmp_path), args=["first"], env=["GIVEN=a=b"]
    )
    answers = list(host.stub.RunPlugin(request, timeout=SECONDS))
    assert b"".join(answer.stdout for answer in answers) == b"first a=b\n"
    assert b"".join(answer.stderr for answer in answers) == b"aside\n"
    assert answers[-1].exitcode == 5


def test_a_plugin_ends_when_the_engine_lets_go_of_it(host: Host, tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text(
        "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(60)\n"
    )
    request = language_pb2.RunPluginRequest(info=program(tmp_path), pwd=str(tmp_path))
    stream = host.stub.RunPlugin(request, timeout=SECONDS)
    pid = int(next(stream).stdout)
    stream.cancel()
    assert_ends(pid)


def test_it_tells_which_python_and_what_is_installed(host: Host) -> None:
    info = program(ROOT)
    about = host.stub.About(language_pb2.AboutRequest(info=info), timeout=SECONDS)
    assert about.version.startswith("3.")
    assert Path(about.executable).exists()
    request = language_pb2.GetProgramDependenciesRequest(info=info, transitiveDependencies=True)
    found = host.stub.GetProgramDependencies(request, timeout=SECONDS).dependencies
    assert {"pulumi", "grpcio"} <= {package.name for package in found}
    request.transitiveDependencies = False
    direct = host.stub.GetProgramDependencies(request, timeout=SECONDS).dependencies
    assert "grpcio" not in {package.name for package in direct}, "pulumi requires it"


def test_dependencies_are_checked_not_installed(host: Host) -> None:
    request = language_pb2.InstallDependenciesRequest(directory=str(ROOT), info=program(ROOT))
    [answer] = host.stub.InstallDependencies(request, timeout=SECONDS)
    assert b"Dependencies are present" in answer.stdout


def test_a_virtual_environment_that_is_not_there_is_named(host: Host, tmp_path: Path) -> None:
    request = language_pb2.AboutRequest(info=program(tmp_path, virtualenv="lost"))
    with pytest.raises(grpc.RpcError) as refused:
        host.stub.About(request, timeout=SECONDS)
    assert "`virtualenv: lost`" in str(refused.value)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_quietly_with_its_program(
    host: Host, tmp_path: Path, number: signal.Signals
) -> None:
    running = host.stub.Run.future(run_request(tmp_path, "sleep"), timeout=SECONDS)
    assert "sleep" in line_of(host.process)
    host.process.send_signal(number)
    _, words = host.process.communicate(timeout=SECONDS)
    assert host.process.returncode == 0
    assert words == ""
    assert running.done()


def test_it_ends_with_the_process_that_started_it(executor: Path) -> None:
    script = textwrap.dedent(
        """
        import subprocess, sys, time
        host = subprocess.Popen(
            [sys.executable, "-m", "sandbox.engine.language_host", "x"], stdout=subprocess.PIPE
        )
        host.stdout.readline()
        print(host.pid, flush=True)
        time.sleep(60)
        """
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ | {"MIZAN_LANGUAGE_EXEC": str(executor)},
        stdout=subprocess.PIPE,
        text=True,
    )
    pid = int(line_of(starter))
    starter.kill()
    assert_ends(pid)
    starter.communicate()


def test_a_missing_script_is_said_with_the_remedy(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sandbox.engine.language_host", "127.0.0.1:1"],
        cwd=ROOT,
        env=os.environ | {"MIZAN_LANGUAGE_EXEC": str(tmp_path / "absent")},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode != 0
    assert "absent, which is not a file; set it to the path" in done.stderr


class TestInterpreter:
    def test_the_nearest_environment_at_or_above_the_project_is_taken(self, tmp_path: Path) -> None:
        pack = tmp_path / "policies"
        pack.mkdir()
        python = tmp_path / ".venv" / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.touch()
        assert interpreter(pack, {}) == str(python)

    def test_an_option_comes_first(self, tmp_path: Path) -> None:
        for name in (".venv", "own"):
            python = tmp_path / name / "bin" / "python"
            python.parent.mkdir(parents=True)
            python.touch()
        assert interpreter(tmp_path, {"virtualenv": "own"}) == str(python)

    def test_an_option_without_an_environment_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InterpreterNotFoundError, match="lost"):
            interpreter(tmp_path, {"virtualenv": "lost"})


def line_of(process: "subprocess.Popen[str]") -> str:
    """Return the next line that a process prints, or fail when none comes."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], SECONDS)
    assert ready, "the process printed nothing"
    return process.stdout.readline()


def assert_ends(pid: int) -> None:
    deadline = time.monotonic() + SECONDS
    while Path(f"/proc/{pid}").exists() and _state(pid) != "Z":
        assert time.monotonic() < deadline, f"process {pid} still runs"
        time.sleep(0.1)


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "Z"
