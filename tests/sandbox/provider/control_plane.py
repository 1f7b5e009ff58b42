"""A real API server with etcd and controllers, without nodes: pods' fates are set by hand."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

VARIABLE = "MIZAN_TOOLCHAIN_BIN"
_READY_SECONDS = 40


@dataclass(frozen=True)
class ControlPlane:
    """A running control plane."""

    folder: Path
    kubeconfig: Path
    port: int

    def kubectl(self, *arguments: str, given: str = "", check: bool = True) -> str:
        done = subprocess.run(
            [program("kubectl"), "--kubeconfig", str(self.kubeconfig), *arguments],
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        if check and done.returncode:
            raise AssertionError(f"kubectl {arguments}: {done.stderr}")
        return done.stdout


def program(*names: str) -> str:
    """Return the path of a built program, by the first of its names that is found.

    It lies in the folder of the variable, beside what the links of that folder lead to (the
    sandbox links only what a user needs), or on PATH where the variable is not set.
    """
    given = os.environ.get(VARIABLE)
    links = Path(given).iterdir() if given and Path(given).is_dir() else ()
    folders = [given or "", *sorted({str(link.resolve().parent) for link in links})]
    path = os.pathsep.join(folders) if given else None
    found = next(filter(None, (shutil.which(name, path=path) for name in names)), None)
    if found is None:
        pytest.fail(
            f"{names[0]} is not {f'in {given} or beside its links' if given else 'on PATH'}: set "
            f"{VARIABLE} to the folder of the sandbox's programs (`make up` builds them)"
        )
    return found


@contextlib.contextmanager
def running(folder: Path, *api_flags: str) -> Iterator[ControlPlane]:
    """Run a control plane on free loopback ports; everything it writes is in the folder."""
    etcd, peer, api, controllers = _free_ports(4)
    _make_keys(folder)
    plane = ControlPlane(folder, folder / "admin.kubeconfig", api)
    _write_kubeconfig(plane)
    started: list[subprocess.Popen[bytes]] = []

    def start(*flags: str, names: tuple[str, ...]) -> None:
        with (folder / f"{names[0]}.log").open("wb") as log:
            started.append(
                subprocess.Popen([program(*names), *flags], cwd=folder, stdout=log, stderr=log)
            )

    try:
        start(
            f"--data-dir={folder / 'etcd'}",
            f"--listen-client-urls=http://127.0.0.1:{etcd}",
            f"--advertise-client-urls=http://127.0.0.1:{etcd}",
            f"--listen-peer-urls=http://127.0.0.1:{peer}",
            f"--initial-advertise-peer-urls=http://127.0.0.1:{peer}",
            f"--initial-cluster=default=http://127.0.0.1:{peer}",
            "--unsafe-no-fsync",
            names=("etcd", "server"),  # built by hand, it has the name of its Go package
        )
        start(
            f"--etcd-servers=http://127.0.0.1:{etcd}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            f"--secure-port={api}",
            "--tls-cert-file=server.crt",
            "--tls-private-key-file=server.key",
            "--client-ca-file=ca.crt",
            "--service-account-key-file=server.pub",
            "--service-account-signing-key-file=server.key",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--authorization-mode=RBAC",
            "--endpoint-reconciler-type=none",
            "--disable-admission-plugins=ServiceAccount",
            *api_flags,
            names=("kube-apiserver",),
        )
        _wait_until_ready(plane, started)
        start(
            f"--kubeconfig={plane.kubeconfig}",
            "--service-account-private-key-file=server.key",
            "--root-ca-file=ca.crt",
            f"--secure-port={controllers}",
            "--bind-address=127.0.0.1",
            "--leader-elect=false",
            "--controllers=*,-nodeipam,-nodelifecycle,-cloud-node-lifecycle,-attachdetach",
            names=("kube-controller-manager",),
        )
        yield plane
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()
        shutil.rmtree(folder / "etcd", ignore_errors=True)


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for held_socket in sockets:
            held_socket.bind(("127.0.0.1", 0))
        return [held_socket.getsockname()[1] for held_socket in sockets]


def _make_keys(folder: Path) -> None:
    def openssl(*arguments: str) -> None:
        subprocess.run(
            ["openssl", *arguments], cwd=folder, check=True, capture_output=True, timeout=60
        )

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl(
        "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=ca"
    )
    (folder / "names").write_text(
        "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n"
    )
    for name, subject in (("server", "/CN=server"), ("admin", "/O=system:masters/CN=admin")):
        request = ("-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", subject)
        openssl("req", *key, *request)
        openssl(
            "x509",
            "-req",
            *("-in", f"{name}.csr", "-out", f"{name}.crt", "-days", "2"),
            *("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"),
        )
    openssl("pkey", "-in", "server.key", "-pubout", "-out", "server.pub")


def _write_kubeconfig(plane: ControlPlane) -> None:
    folder = plane.folder
    plane.kubeconfig.write_text(
        f"""apiVersion: v1
kind: Config
clusters:
- name: c
  cluster: {{server: "https://127.0.0.1:{plane.port}", certificate-authority: {folder}/ca.crt}}
users:
- name: u
  user: {{client-certificate: {folder}/admin.crt, client-key: {folder}/admin.key}}
contexts:
- name: x
  context: {{cluster: c, user: u}}
current-context: x
"""
    )


def _wait_until_ready(plane: ControlPlane, started: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        if plane.kubectl("get", "--raw", "/readyz", check=False) == "ok":
            return
        if any(process.poll() is not None for process in started):
            break
        time.sleep(0.3)
    logs = "\n".join(path.read_text()[-2000:] for path in plane.folder.glob("*.log"))
    raise AssertionError(f"the control plane did not become ready:\n{logs}")
