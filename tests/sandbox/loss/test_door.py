"""TLS in front of a plain server, and a cluster that knows of nothing but its address."""

import http.server
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.cluster import pki
from sandbox.layout import PROJECT
from sandbox.rehearsal.programs import free_ports


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[int]:
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "word").write_text("hello")
    folder = str(tmp_path / "served")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *given: object) -> None:
            super().__init__(*given, directory=folder)  # type: ignore[arg-type]  # as it is called

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_it_answers_for_its_names_only_and_no_more_when_it_is_killed(
    plain: int, tmp_path: Path
) -> None:
    (port,) = free_ports(1)
    authority = pki.ensure_server(tmp_path, "door", ["127.0.0.1"])
    words = [str(port), str(plain), f"{tmp_path}/door.crt", f"{tmp_path}/door.key"]
    trust = ssl.create_default_context(cafile=str(authority))

    def asked(host: str) -> bytes:
        url = f"https://{host}:{port}/word"
        with urllib.request.urlopen(url, timeout=10, context=trust) as answer:
            body: bytes = answer.read()
        return body

    with subprocess.Popen([sys.executable, "-m", "sandbox.loss.door", *words], cwd=PROJECT) as door:
        deadline = time.monotonic() + 30
        while True:
            try:
                assert asked("127.0.0.1") == b"hello"
            except urllib.error.URLError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
            else:
                break
        with pytest.raises(urllib.error.URLError, match="certificate"):
            asked("localhost")
        door.kill()
    with pytest.raises(urllib.error.URLError, match="refused"):
        asked("127.0.0.1")
