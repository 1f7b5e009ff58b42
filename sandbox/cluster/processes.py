"""The programs of the node, in the order of their start."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.cluster import address


@dataclass(frozen=True)
class Process:
    """A program that the supervisor keeps alive.

    Attributes:
        name: Name of its log file and in messages.
        command: Program and arguments.
        ready: Command that succeeds once the next program may start; empty: at once.
    """

    name: str
    command: Sequence[str]
    ready: Sequence[str] = ()


def processes(node: Path, tools: Path, python: str, agent: Sequence[str]) -> list[Process]:
    """All programs of the node, dependencies first."""
    return [
        Process(
            "containerd",
            ["containerd", "--config", f"{node}/settings/containerd.toml"],
            ["ctr", "version"],
        ),
        _etcd(node, tools),
        _apiserver(node, tools),
        Process("kube-controller-manager", _controller_manager(node, tools)),
        Process(
            "kube-scheduler",
            [*_client(node, tools, "kube-scheduler", "scheduler"), "--bind-address=127.0.0.1"],
        ),
        Process(
            "kubelet",
            [
                f"{tools}/kubelet",
                f"--config={node}/settings/kubelet.yaml",
                f"--kubeconfig={node}/settings/kubelet.kubeconfig",
                f"--hostname-override={address.NODE}",
                f"--node-ip={address.NODE_IP}",
                f"--root-dir={node}/kubelet",
            ],
        ),
        Process(
            "kube-proxy",
            [
                *_client(node, tools, "kube-proxy", "kube-proxy"),
                f"--hostname-override={address.NODE}",
                f"--cluster-cidr={address.CLUSTER_CIDR}",
                "--oom-score-adj=0",
                "--conntrack-max-per-core=0",
                "--metrics-bind-address=127.0.0.1",
            ],
        ),
        Process(
            "network-policy",
            [
                *_client(node, tools, "network-policy", "network-policy"),
                f"--node={address.NODE}",
                f"--service-cidr={address.SERVICE_CIDR}",
            ],
        ),
        Process("node-agent", [python, *agent]),
    ]


def _client(node: Path, tools: Path, program: str, user: str) -> list[str]:
    return [f"{tools}/{program}", f"--kubeconfig={node}/settings/{user}.kubeconfig"]


def _etcd(node: Path, tools: Path) -> Process:
    keys = node / "pki"
    urls = "https://127.0.0.1:2379"
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
            f"{tools}/etcd",
            f"--data-dir={node}/etcd",
            "--log-level=warn",
            f"--listen-client-urls={urls}",
            f"--advertise-client-urls={urls}",
            "--listen-peer-urls=https://127.0.0.1:2380",
            "--initial-advertise-peer-urls=https://127.0.0.1:2380",
            "--initial-cluster=default=https://127.0.0.1:2380",
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


def _apiserver(node: Path, tools: Path) -> Process:
    keys = node / "pki"
    return Process(
        "kube-apiserver",
        [
            f"{tools}/kube-apiserver",
            "--etcd-servers=https://127.0.0.1:2379",
            f"--etcd-cafile={keys}/etcd-ca.crt",
            f"--etcd-certfile={keys}/apiserver-etcd-client.crt",
            f"--etcd-keyfile={keys}/apiserver-etcd-client.key",
            f"--advertise-address={address.NODE_IP}",
            f"--bind-address={address.NODE_IP}",
            f"--secure-port={address.API_PORT}",
            f"--tls-cert-file={keys}/apiserver.crt",
            f"--tls-private-key-file={keys}/apiserver.key",
            "--tls-min-version=VersionTLS12",
            f"--client-ca-file={keys}/cluster-ca.crt",
            "--anonymous-auth=false",
            f"--service-account-key-file={keys}/service-account.pub",
            f"--service-account-signing-key-file={keys}/service-account.key",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-cluster-ip-range={address.SERVICE_CIDR}",
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
            f"--encryption-provider-config={node}/settings/encryption.yaml",
            f"--audit-policy-file={node}/settings/audit.yaml",
            f"--audit-log-path={node}/logs/audit.log",
            "--audit-log-maxsize=100",
            "--audit-log-maxbackup=2",
            "--profiling=false",
        ],
        [
            f"{tools}/kubectl",
            f"--kubeconfig={node}/settings/admin.kubeconfig",
            "get",
            "--raw=/readyz",
        ],
    )


def _controller_manager(node: Path, tools: Path) -> list[str]:
    keys = node / "pki"
    return [
        *_client(node, tools, "kube-controller-manager", "controller-manager"),
        "--bind-address=127.0.0.1",
        f"--service-account-private-key-file={keys}/service-account.key",
        f"--root-ca-file={keys}/cluster-ca.crt",
        f"--cluster-signing-cert-file={keys}/cluster-ca.crt",
        f"--cluster-signing-key-file={keys}/cluster-ca.key",
        "--use-service-account-credentials",
        f"--cluster-cidr={address.CLUSTER_CIDR}",
        "--allocate-node-cidrs=false",
        "--horizontal-pod-autoscaler-sync-period=15s",
        "--profiling=false",
    ]
