"""The sandbox asks services by their real names, and believes good certificates only."""

import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from sandbox.faults import SandboxError
from sandbox.https import Service
from tests.components.apps.certificates import LoopbackAuthority

Serve = Callable[..., Service]


class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_):
        """Nothing: a test's output is for its failures."""


@pytest.fixture
def serve(tmp_path) -> Iterator[Serve]:
    """Serves on loopback with a certificate of a given age, good for an hour."""
    servers = []

    def start(host: str = "localhost", age: timedelta = timedelta()) -> Service:
        authority = LoopbackAuthority().issue(tmp_path / "tls", age=age)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "tls/tls.crt", tmp_path / "tls/tls.key")
        server = HTTPServer(("127.0.0.1", 0), Hello)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return Service(host, 8443, server.server_port, Path(authority))

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_good_certificate_is_believed_behind_another_address(serve):
    assert serve().request("/") == "hello"


def test_an_expired_certificate_is_refused_with_the_remedy(serve):
    service = serve(age=timedelta(hours=2))

    with pytest.raises(
        SandboxError, match=r"^The certificate of localhost has expired.*issuer-rotation"
    ):
        service.request("/")


def test_a_certificate_for_another_name_is_refused(serve):
    with pytest.raises(SandboxError, match=r"matches target host name 'serving\.example'"):
        serve("serving.example").request("/")
