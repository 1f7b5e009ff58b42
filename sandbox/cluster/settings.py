"""Files that the cluster's components read, rendered from the addresses and the keys."""

import base64
import json
import os
from collections.abc import Sequence
from pathlib import Path

import yaml

from sandbox.cluster import address, managed, pki
from sandbox.cluster.address import ON_PREMISES, Addresses
from sandbox.cluster.specification import Specification
from sandbox.files import PRIVATE, replace

CONTROL_PLANE = ("admin", "controller-manager", "scheduler")
NODE = ("node-agent", "kube-proxy", "network-policy", "kubelet")
NODE_MIB = 1280
"""Memory that the control plane and the node's programs need, where the node has a limit."""


def render(spec: Specification) -> None:
    """Write every settings file of the node; keys that exist are kept."""
    node = spec.folder
    render_control_plane(
        node, spec.addresses.server, (*CONTROL_PLANE, *NODE), addresses=spec.addresses
    )
    settings = node / "settings"
    _write(settings / "kubelet.yaml", {**_kubelet(spec), **_reserved(spec)})
    (settings / "containerd.toml").write_text(_containerd(node) + managed.render(spec))
    network = node / "etc" / "cni" / "net.d"
    network.mkdir(parents=True, exist_ok=True)
    (network / "10-mizan.conflist").write_text(json.dumps(_network(), indent=1))


def render_control_plane(
    folder: Path,
    server: str,
    users: Sequence[str] = CONTROL_PLANE,
    *,
    addresses: Addresses = ON_PREMISES,
) -> None:
    """Write what the programs of a control plane read; keys that exist are kept.

    Args:
        folder: Gets `pki/` and `settings/`.
        server: Address of the API server.
        users: Who gets a kubeconfig.
        addresses: What the certificates are for besides loopback.
    """
    keys, settings = folder / "pki", folder / "settings"
    pki.ensure(keys, addresses)
    settings.mkdir(exist_ok=True)
    for user in users:
        write_kubeconfig(settings / f"{user}.kubeconfig", server, keys, user)
    _write(settings / "encryption.yaml", _encryption(settings / "encryption.yaml"))
    _write(settings / "audit.yaml", _audit())


def write_kubeconfig(path: Path, server: str, keys: Path, user: str) -> None:
    """Write a kubeconfig that carries its keys, readable by its owner only."""

    def data(name: str) -> str:
        return base64.b64encode((keys / name).read_bytes()).decode()

    credentials = {
        "client-certificate-data": data(f"{user}.crt"),
        "client-key-data": data(f"{user}.key"),
    }
    cluster = {
        "server": server,
        "certificate-authority-data": data("cluster-ca.crt"),
    }
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "mizan", "cluster": cluster}],
        "users": [{"name": user, "user": credentials}],
        "contexts": [{"name": "mizan", "context": {"cluster": "mizan", "user": user}}],
        "current-context": "mizan",
    }
    _write(path, config)


def _write(path: Path, content: object) -> None:
    replace(path, yaml.safe_dump(content, sort_keys=False), PRIVATE)


def _reserved(spec: Specification) -> dict[str, object]:
    """What pods may not count on: kubelet sees the whole machine, the limits' group does not."""
    if spec.limits is None:
        return {}
    machine = int(Path("/proc/meminfo").read_text().split()[1]) >> 10
    beyond = max(0, machine - spec.limits.memory_gib * 1024)
    cpus = max(0, (os.cpu_count() or 0) - spec.limits.cpus)
    kept = {"memory": f"{beyond + NODE_MIB}Mi", **({"cpu": str(cpus)} if cpus else {})}
    return {"systemReserved": kept}


def _kubelet(spec: Specification) -> dict[str, object]:
    keys, where = spec.folder / "pki", spec.addresses
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": where.node_ip,
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(keys / "cluster-ca.crt")},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": str(keys / "kubelet.crt"),
        "tlsPrivateKeyFile": str(keys / "kubelet.key"),
        "tlsMinVersion": "VersionTLS12",
        "readOnlyPort": 0,
        "containerRuntimeEndpoint": "unix:///run/containerd/containerd.sock",
        "clusterDNS": [where.dns_service_ip],
        "clusterDomain": address.CLUSTER_DOMAIN,
        "resolvConf": "/etc/resolv.conf",
        # The host is cgroup v1, without systemd inside the namespaces.
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{spec.cgroup}",
        "failCgroupV1": False,
        "failSwapOn": False,
        "enforceNodeAllocatable": [],
        "localStorageCapacityIsolation": False,
        "oomScoreAdj": 0,
        # The host's disk may be nearly full, so percentages would evict at once.
        "evictionHard": {"memory.available": "200Mi", "nodefs.available": "1Gi"},
        "imageGCHighThresholdPercent": 100,
        "imageGCLowThresholdPercent": 99,
        "serializeImagePulls": False,
        "syncFrequency": "20s",
        "nodeStatusUpdateFrequency": "5s",
        "shutdownGracePeriod": "0s",
    }


def _encryption(path: Path) -> object:
    if path.exists():  # the key that etcd's content is written under must stay
        return yaml.safe_load(path.read_text())
    secret = base64.b64encode(os.urandom(32)).decode()
    return {
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "EncryptionConfiguration",
        "resources": [
            {
                "resources": ["secrets", "configmaps"],
                "providers": [{"secretbox": {"keys": [{"name": "node", "secret": secret}]}}],
            }
        ],
    }


def _audit() -> dict[str, object]:
    quiet = {
        "level": "None",
        "resources": [
            {"group": "", "resources": ["events", "endpoints"]},
            {"group": "coordination.k8s.io", "resources": ["leases"]},
            {"group": "discovery.k8s.io", "resources": ["endpointslices"]},
        ],
    }
    probes = {"level": "None", "nonResourceURLs": ["/healthz*", "/readyz*", "/livez*", "/version"]}
    secret = {
        "level": "Metadata",  # never the content
        "resources": [
            {"group": "", "resources": ["secrets", "configmaps", "serviceaccounts/token"]}
        ],
    }
    changes = {"level": "Request", "verbs": ["create", "update", "patch", "delete"]}
    return {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],
        "rules": [quiet, probes, secret, changes, {"level": "Metadata"}],
    }


def _containerd(node: Path) -> str:
    return f"""\
version = 2
root = "{node}/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/mizan/pause:1"
  restrict_oom_score_adj = true
  disable_apparmor = true
  max_concurrent_downloads = 3
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    discard_unpacked_layers = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/etc/cni/net.d"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "/etc/containerd/certs.d"
"""


def _network() -> dict[str, object]:
    bridge = {
        "type": "bridge",
        "bridge": "cni0",
        "isGateway": True,
        "ipMasq": True,
        "hairpinMode": True,
        "ipam": {
            "type": "host-local",
            "ranges": [[{"subnet": address.POD_CIDR}]],
            "routes": [{"dst": "0.0.0.0/0"}],
        },
    }
    return {"cniVersion": "1.0.0", "name": "mizan", "plugins": [bridge]}
