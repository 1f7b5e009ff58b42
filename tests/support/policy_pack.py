"""The real policy pack as a process, asked over the protocol that the engine uses."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from tests.support.policy_fixtures import Case, request, stack_request

PACK = Path(__file__).resolve().parent.parent.parent / "policies"

_ANSWER_SECONDS = 30


class Pack:
    """A running pack: `analyze` and `analyze_stack` ask it as the engine does."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = analyzer_pb2_grpc.AnalyzerStub(channel)

    def info(self) -> analyzer_pb2.AnalyzerInfo:
        answer: analyzer_pb2.AnalyzerInfo = self._stub.GetAnalyzerInfo(
            empty_pb2.Empty(), timeout=_ANSWER_SECONDS
        )
        return answer

    def analyze(self, case: Case) -> list[analyzer_pb2.AnalyzeDiagnostic]:
        return list(self._stub.Analyze(request(case), timeout=_ANSWER_SECONDS).diagnostics)

    def analyze_stack(self, cases: list[Case]) -> list[analyzer_pb2.AnalyzeDiagnostic]:
        answer = self._stub.AnalyzeStack(stack_request(cases), timeout=_ANSWER_SECONDS)
        return list(answer.diagnostics)


@contextmanager
def running(pack: Path = PACK, *, cwd: Path) -> Iterator[Pack]:
    """Boots a pack as the language host does: the folder as the program, any working folder."""
    process = subprocess.Popen(
        [sys.executable, "-u", str(pack), "127.0.0.1:0"],
        cwd=cwd,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        with grpc.insecure_channel(f"127.0.0.1:{_port(process.stdout)}") as channel:
            yield Pack(channel)
    finally:
        process.terminate()
        process.wait(timeout=_ANSWER_SECONDS)


def _port(stdout: IO[str] | None) -> int:
    assert stdout is not None
    line = stdout.readline().strip()
    if not line.isdecimal():
        raise RuntimeError(f"the policy pack did not say its port but {line!r}")
    return int(line)
