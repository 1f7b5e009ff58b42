"""A real versitygw over TLS, started the way its image starts it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.components.apps.certificates import LoopbackAuthority
from tests.components.apps.loading import COMPONENTS
from tests.components.apps.toolchain import answers, binary, running

ROOT = ("root", "root-secret")


def mount(folder: Path, access_key: str, secret_key: str) -> None:
    """A credential as a Secret's volume shows it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "access_key").write_text(access_key)
    (folder / "secret_key").write_text(secret_key)


@contextmanager
def serving(
    folder: Path, authority: LoopbackAuthority, port: int
) -> Iterator[subprocess.Popen[bytes]]:
    """A store that answers on the port, with its certificate in `tls` and its data in `data`."""
    trust = authority.issue(folder / "tls")
    program = Path(binary("versitygw")).parent
    with running(
        ["/bin/sh", str(COMPONENTS / "object_store" / "serve.sh")],
        folder / "store.log",
        answers(f"https://127.0.0.1:{port}/health", trust),
        environment={
            "PATH": f"{program}:{os.environ['PATH']}",
            "STORE_DATA": str(folder / "data"),
            "STORE_TLS": str(folder / "tls"),
            "STORE_CERTIFICATE_CHECK_SECONDS": "1",
            "VGW_PORT": f"127.0.0.1:{port}",
            "VGW_REGION": "me-central-1",
            "ROOT_ACCESS_KEY_ID": ROOT[0],
            "ROOT_SECRET_ACCESS_KEY": ROOT[1],
        },
    ) as process:
        yield process
