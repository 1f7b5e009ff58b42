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

_READY_SECONDS = 40


@dataclass(frozen=True)
class ControlPlane:
    """A running control plane."""

    folder: Path
    toolchain: Path
    kubeconfig: Path
    port: int

    def kubectl(self, *arguments: str, given: str = "", check: bool = True) -> str:
        done = subprocess.run(
            [str(self.toolchain / "kubectl"), "--kubeconfig", str(self.kubeconfig), *arguments],
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        if check and done.returncode:
            raise AssertionError(f"kubectl {arguments}: {done.stderr}")
        return done.stdout


def toolchain() -> Path:
    """Return the folder of the built programs, or fail with what to do."""
    given = os.environ.get("MIZAN_TOOLCHAIN_BIN", "")
    needed = ("kube-apiserver", "kube-controller-manager", "kubectl", "pulumi", "server")
    lacking = [name for name in needed if not (Path(given) / name).is_file()]
    if not given or lacking:
        raise RuntimeError(
            f"MIZAN_TOOLCHAIN_BIN is {given!r}, which lacks {', '.join(lacking)}; set it to the "
            "folder where the sandbox built its programs (`make up` builds them)"
        )
    return Path(given)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[ControlPlane]:
    """Run a control plane on free loopback ports; everything it writes is in the folder."""
    programs = toolchain()
    etcd, peer, api, controllers = _free_ports(4)
    _make_keys(folder)
    plane = ControlPlane(folder, programs, folder / "admin.kubeconfig", api)
    _write_kubeconfig(plane)
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, *flags: str) -> None:
        with (folder / f"{name}.log").open("wb") as log:
            started.append(
                subprocess.Popen([str(programs / name), *flags], cwd=folder, stdout=log, stderr=log)
            )

    try:
        start(
            "server",  # etcd, by the name of its Go package
            f"--data-dir={folder / 'etcd'}",
            f"--listen-client-urls=http://127.0.0.1:{etcd}",
            f"--advertise-client-urls=http://127.0.0.1:{etcd}",
            f"--listen-peer-urls=http://127.0.0.1:{peer}",
            f"--initial-advertise-peer-urls=http://127.0.0.1:{peer}",
            f"--initial-cluster=default=http://127.0.0.1:{peer}",
            "--unsafe-no-fsync",
        )
        start(
            "kube-apiserver",
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
        )
        _wait_until_ready(plane, started)
        start(
            "kube-controller-manager",
            f"--kubeconfig={plane.kubeconfig}",
            "--service-account-private-key-file=server.key",
            "--root-ca-file=ca.crt",
            f"--secure-port={controllers}",
            "--bind-address=127.0.0.1",
            "--leader-elect=false",
            "--controllers=*,-nodeipam,-nodelifecycle,-cloud-node-lifecycle,-attachdetach",
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
