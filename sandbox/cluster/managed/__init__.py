"""What the provider of a managed cluster does on its nodes and around them, played.

Nothing of it runs in a cluster on premises. What pods see of it: names of the provider's services
resolve, as far as the network has an endpoint of them; a certificate that they trust answers there;
and the agent of the node hands out credentials of the pod's role. What it stands for says no more
than that: who may call what is not judged.
"""

import base64
import json
from pathlib import Path
from typing import Any, Final

from sandbox.cluster import pki
from sandbox.cluster.control_plane import Process
from sandbox.cluster.specification import Specification
from sandbox.commands import run
from sandbox.files import PRIVATE, replace

AUTHORITY: Final = "provider-ca"
CERTIFICATE: Final = "provider"
TOKENS: Final = "settings/tokens.csv"
CONTAINER: Final = "settings/container.json"
BUNDLE: Final = "settings/trusted.crt"
SYSTEM_BUNDLE: Final = "/etc/ssl/certs/ca-certificates.crt"
"""Where images have the authorities that they trust."""
LOOPBACK: Final = "127.0.0.1"


def processes(spec: Specification) -> list[Process]:
    """The programs that play the provider, none on premises."""
    if spec.provider is None:
        return []
    told = str(spec.folder / "specification.json")
    return [Process("provider", [spec.python, "-m", "sandbox.cluster.managed.agent", told])]


def api_server_arguments(spec: Specification) -> list[str]:
    """How the API server takes a token of the provider's for who its bearer is."""
    return [f"--token-auth-file={spec.folder / TOKENS}"] if spec.provider else []


def allow(spec: Specification, token: str) -> None:
    """Let whoever bears the token administer the cluster; before its API server starts."""
    (spec.folder / TOKENS).parent.mkdir(parents=True, exist_ok=True)
    line = f'{token},estate-owner,estate-owner,"system:masters"\n'
    replace(spec.folder / TOKENS, line, PRIVATE)


def certify(spec: Specification) -> None:
    """Make the certificate that the provider's services answer with."""
    if spec.provider is None:
        return
    hosts = (f"*.{spec.provider.region}.amazonaws.com", LOOPBACK)
    leaf = pki.Leaf(CERTIFICATE, AUTHORITY, "provider", hosts=hosts)
    pki.issue(spec.folder / "pki", [AUTHORITY], [leaf])


def render(spec: Specification) -> str:
    """Write what containers start from; return what the container runtime is told of it."""
    if spec.provider is None:
        return ""
    certify(spec)
    system, own = Path(SYSTEM_BUNDLE), spec.folder / "pki" / f"{AUTHORITY}.crt"
    known = system.read_text() if system.exists() else ""
    replace(spec.folder / BUNDLE, f"{known}\n{own.read_text()}")
    replace(spec.folder / CONTAINER, json.dumps(_container(spec), indent=1))
    return f"""\
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    base_runtime_spec = "{spec.folder / CONTAINER}"
"""


def _container(spec: Specification) -> dict[str, Any]:
    """What every container starts from: it trusts the certificate of the provider's services.

    In an account it trusts them by the authorities of its image, to which nobody here can add.
    """
    given: dict[str, Any] = json.loads(run(["ctr", "oci", "spec"]))
    # The runtime takes these two away from its own default, and from no other.
    given["process"].pop("rlimits", None)
    given["linux"].pop("seccomp", None)
    given["process"].setdefault("env", []).append(f"AWS_CA_BUNDLE={SYSTEM_BUNDLE}")
    given["mounts"].append(
        {
            "destination": SYSTEM_BUNDLE,
            "type": "bind",
            "source": str(spec.folder / BUNDLE),
            "options": ["bind", "ro", "nosuid", "nodev", "noexec"],
        }
    )
    return given


def manifests(spec: Specification) -> list[Path]:
    """Objects that the provider has in the cluster."""
    folder = Path(__file__).parent / "manifests"
    return sorted(folder.glob("*.yaml")) if spec.provider else []


def words(spec: Specification) -> dict[str, str]:
    """What stands in the node's objects for the provider's part."""
    if spec.provider is None:
        return {"names": ""}
    authority = (spec.folder / "pki" / f"{AUTHORITY}.crt").read_bytes()
    return {
        "names": "hosts /etc/coredns/names {\n            reload 5s\n            ttl 5\n"
        "            fallthrough\n        }",
        "provider-authority": base64.b64encode(authority).decode(),
    }
