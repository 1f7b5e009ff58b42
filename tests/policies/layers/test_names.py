"""The names of the boundary in a real resolver (unbound), before a server that knows every name."""

import contextlib
import shutil
import socket
import socketserver
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from policies.boundary import BOUNDARY
from policies.layers.artefacts import FOLDER

pytestmark = pytest.mark.engine

REGION = "me-central-1"
NXDOMAIN, NOERROR = 3, 0
SECONDS = 10
CONFIG = """
server:
  interface: 127.0.0.1
  port: {port}
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: ""
  use-syslog: no
  module-config: "respip iterator"
  do-not-query-localhost: no
  unblock-lan-zones: yes
  qname-minimisation: no
remote-control:
  control-enable: no
{policy}
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@{upstream}
"""
POLICY = """
rpz:
  name: "mizan.rpz"
  zonefile: "{zone}"
"""
ALLOWED = [
    f"s3.{REGION}.amazonaws.com",
    f"lake.s3.{REGION}.amazonaws.com",
    f"111122223333.dkr.ecr.{REGION}.amazonaws.com",
    f"ip-10-40-0-1.{REGION}.compute.internal",
    "1.0.40.10.in-addr.arpa",
    BOUNDARY.domains[0].name,
]
FOREIGN = [
    "s3.eu-west-1.amazonaws.com",
    "s3.amazonaws.com",
    "bedrock-runtime.us-east-1.amazonaws.com",
    "pypi.org",
    "com",
    "evil.com",
    f"{REGION}.amazonaws.com",
    "huggingface.co",
    "c2vjcmv0.tunnel.example",
    f"{REGION}.amazonaws.com.evil.example",
    f"below.{BOUNDARY.domains[0].name}",
]


class Everything(socketserver.BaseRequestHandler):
    """A server abroad that knows every name, and remembers who asked for which."""

    asked: set[str] = set()  # noqa: RUF012 - one server for the module

    def handle(self) -> None:
        message, plug = self.request
        labels, place = [], 12
        while message[place]:
            labels.append(message[place + 1 : place + 1 + message[place]].decode())
            place += 1 + message[place]
        self.asked.add(".".join(labels).lower())
        question = message[12 : place + 5]
        answer = b"\xc0\x0c" + struct.pack(">HHIH4s", 1, 1, 1, 4, bytes([203, 0, 113, 7]))
        head = message[:2] + struct.pack(">HHHHH", 0x8580, 1, 1, 0, 0)
        plug.sendto(head + question + answer, self.client_address)


@dataclass(frozen=True)
class Resolver:
    """A resolver on a port of this machine."""

    port: int

    def ask(self, name: str) -> int:
        """Returns the code of its answer to a question for an address."""
        labels = b"".join(bytes([len(one)]) + one.encode() for one in name.split("."))
        question = struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0\0\1\0\1"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plug:
            plug.settimeout(1)
            plug.sendto(question, ("127.0.0.1", self.port))
            return plug.recv(512)[3] & 0x0F


@contextlib.contextmanager
def running(folder: Path, upstream: int, policy: str) -> Iterator[Resolver]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plug:
        plug.bind(("127.0.0.1", 0))
        port = plug.getsockname()[1]
    written = folder / "unbound.conf"
    written.write_text(CONFIG.format(port=port, folder=folder, upstream=upstream, policy=policy))
    program = shutil.which("unbound", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    assert program, "unbound is missing: apt-get install unbound (tests/run installs it)"
    with subprocess.Popen([program, "-d", "-c", str(written)], stderr=subprocess.PIPE) as process:
        try:
            yield _answering(Resolver(port), process)
        finally:
            process.kill()


def _answering(resolver: Resolver, process: "subprocess.Popen[bytes]") -> Resolver:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError):
            resolver.ask(ALLOWED[0])
            return resolver
        time.sleep(0.1)
    process.kill()
    told = process.stderr.read().decode() if process.stderr else ""
    raise AssertionError(f"the resolver does not answer: {told}")


@pytest.fixture(scope="module")
def upstream() -> Iterator[int]:
    with socketserver.UDPServer(("127.0.0.1", 0), Everything) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture(scope="module")
def resolver(upstream: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Resolver]:
    policy = POLICY.format(zone=FOLDER / "names" / f"{REGION}.rpz")
    with running(tmp_path_factory.mktemp("names"), upstream, policy) as resolver:
        yield resolver


@pytest.mark.parametrize("name", ALLOWED)
def test_a_listed_name_is_resolved(name: str, resolver: Resolver) -> None:
    assert resolver.ask(name) == NOERROR
    assert name in Everything.asked


@pytest.mark.parametrize("name", FOREIGN)
def test_no_other_name_exists_or_is_asked_for(name: str, resolver: Resolver) -> None:
    assert resolver.ask(name) == NXDOMAIN
    assert name not in Everything.asked


def test_without_the_list_every_name_leads_abroad(upstream: int, tmp_path: Path) -> None:
    with running(tmp_path, upstream, policy="") as open_resolver:
        for name in FOREIGN:
            assert open_resolver.ask(f"open.{name}") == NOERROR
            assert f"open.{name}" in Everything.asked
