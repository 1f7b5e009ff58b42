"""The programs of a control plane, wherever they listen."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.cluster import address
from sandbox.cluster.address import ON_PREMISES

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Process:
    """A program that is kept alive.

    Attributes:
        name: Name of its log file and in messages.
        command: Program and arguments.
        ready: Command that succeeds once the next program may start; empty: at once.
    """

    name: str
    command: Sequence[str]
    ready: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class ControlPlane:
    """Where one control plane keeps its files and listens.

    Attributes:
        folder: Holds `pki/` and `settings/`, and what the programs write.
        tools: Folder of the compiled programs.
        host: Address of the API server; everything else listens on loopback.
        api_port: Port of the API server.
        etcd_port: Port of etcd for clients.
        peer_port: Port of etcd for its peers, of which there are none.
        controller_port: Port where the controller manager tells its health.
        scheduler_port: Port where the scheduler tells its health.
        service_cidr: Range of the addresses of Services.
    """

    folder: Path
    tools: Path
    host: str
    api_port: int
    etcd_port: int = 2379
    peer_port: int = 2380
    controller_port: int = 10257
    scheduler_port: int = 10259
    service_cidr: str = ON_PREMISES.service_cidr

    def client(self, program: str, user: str) -> list[str]:
        """A program that is a client of the API server."""
        return [f"{self.tools}/{program}", f"--kubeconfig={self.folder}/settings/{user}.kubeconfig"]

    def etcd(self) -> Process:
        """The store."""
        keys = self.folder / "pki"
        urls = f"https://{LOOPBACK}:{self.etcd_port}"
        peers = f"https://{LOOPBACK}:{self.peer_port}"
        trust = [
            "--cacert",
            f"{keys}/etcd-ca.crt",
            "--cert",
            f"{keys}/apiserver-etcd-client.crt",
            "--key",
            f"{keys}/apiserver-etcd-client.key",
        ]
        return Process(
            "etcd",
            [
                f"{self.tools}/etcd",
                f"--data-dir={self.folder}/etcd",
                "--log-level=warn",
                f"--listen-client-urls={urls}",
                f"--advertise-client-urls={urls}",
                f"--listen-peer-urls={peers}",
                f"--initial-advertise-peer-urls={peers}",
                f"--initial-cluster=default={peers}",
                f"--cert-file={keys}/etcd-server.crt",
                f"--key-file={keys}/etcd-server.key",
                f"--trusted-ca-file={keys}/etcd-ca.crt",
                "--client-cert-auth",
                f"--peer-cert-file={keys}/etcd-server.crt",
                f"--peer-key-file={keys}/etcd-server.key",
                f"--peer-trusted-ca-file={keys}/etcd-ca.crt",
                "--peer-client-cert-auth",
                "--quota-backend-bytes=2147483648",
                "--auto-compaction-retention=5m",
                # A sandbox on a shared disk: a lost second after a power cut is no loss here.
                "--unsafe-no-fsync",
            ],
            ["curl", "-sf", "-o", "/dev/null", *trust, f"{urls}/health"],
        )

    def apiserver(self, *more: str) -> Process:
        """The API server; `more` are further arguments."""
        keys = self.folder / "pki"
        return Process(
            "kube-apiserver",
            [
                f"{self.tools}/kube-apiserver",
                f"--etcd-servers=https://{LOOPBACK}:{self.etcd_port}",
                f"--etcd-cafile={keys}/etcd-ca.crt",
                f"--etcd-certfile={keys}/apiserver-etcd-client.crt",
                f"--etcd-keyfile={keys}/apiserver-etcd-client.key",
                f"--advertise-address={self.host}",
                f"--bind-address={self.host}",
                f"--secure-port={self.api_port}",
                f"--tls-cert-file={keys}/apiserver.crt",
                f"--tls-private-key-file={keys}/apiserver.key",
                "--tls-min-version=VersionTLS12",
                f"--client-ca-file={keys}/cluster-ca.crt",
                "--anonymous-auth=false",
                f"--service-account-key-file={keys}/service-account.pub",
                f"--service-account-signing-key-file={keys}/service-account.key",
                "--service-account-issuer=https://kubernetes.default.svc",
                f"--service-cluster-ip-range={self.service_cidr}",
                "--authorization-mode=Node,RBAC",
                "--enable-admission-plugins=NodeRestriction",
                f"--kubelet-client-certificate={keys}/apiserver-kubelet-client.crt",
                f"--kubelet-client-key={keys}/apiserver-kubelet-client.key",
                f"--kubelet-certificate-authority={keys}/cluster-ca.crt",
                "--kubelet-preferred-address-types=InternalIP",
                f"--requestheader-client-ca-file={keys}/front-proxy-ca.crt",
                "--requestheader-allowed-names=front-proxy-client",
                "--requestheader-username-headers=X-Remote-User",
                "--requestheader-group-headers=X-Remote-Group",
                "--requestheader-extra-headers-prefix=X-Remote-Extra-",
                f"--proxy-client-cert-file={keys}/front-proxy-client.crt",
                f"--proxy-client-key-file={keys}/front-proxy-client.key",
                "--enable-aggregator-routing=true",
                f"--encryption-provider-config={self.folder}/settings/encryption.yaml",
                f"--audit-policy-file={self.folder}/settings/audit.yaml",
                f"--audit-log-path={self.folder}/logs/audit.log",
                "--audit-log-maxsize=100",
                "--audit-log-maxbackup=2",
                "--profiling=false",
                *more,
            ],
            [
                f"{self.tools}/kubectl",
                f"--kubeconfig={self.folder}/settings/admin.kubeconfig",
                "get",
                "--raw=/readyz",
            ],
        )

    def controller_manager(self, *more: str) -> Process:
        """The controllers; `more` are further arguments."""
        keys = self.folder / "pki"
        return Process(
            "kube-controller-manager",
            [
                *self.client("kube-controller-manager", "controller-manager"),
                f"--bind-address={LOOPBACK}",
                f"--secure-port={self.controller_port}",
                f"--service-account-private-key-file={keys}/service-account.key",
                f"--root-ca-file={keys}/cluster-ca.crt",
                f"--cluster-signing-cert-file={keys}/cluster-ca.crt",
                f"--cluster-signing-key-file={keys}/cluster-ca.key",
                "--use-service-account-credentials",
                f"--cluster-cidr={address.CLUSTER_CIDR}",
                "--allocate-node-cidrs=false",
                "--horizontal-pod-autoscaler-sync-period=15s",
                "--profiling=false",
                *more,
            ],
        )

    def scheduler(self, *more: str) -> Process:
        """The scheduler; `more` are further arguments."""
        return Process(
            "kube-scheduler",
            [
                *self.client("kube-scheduler", "scheduler"),
                f"--bind-address={LOOPBACK}",
                f"--secure-port={self.scheduler_port}",
                *more,
            ],
        )
