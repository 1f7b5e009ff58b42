"""Pushes this machine's images into the environment's own registry once it answers.

It stands in for the pipeline that mirrors images in a connected environment. The node's
trust in the registry's certificate is set up here too, as a site's node image would have it.
"""

import base64
import json
import subprocess
import time
from pathlib import Path

from kubernetes import client
from kubernetes.client.exceptions import ApiException

from sandbox.cluster.specification import Specification
from sandbox.files import replace

NAMESPACE = "artifacts"
CREDENTIAL = "registry-push"
NOT_FOUND = 404


def publish(spec: Specification, api: client.ApiClient) -> None:
    """Push every image of the lock that this registry has not been given yet."""
    if not spec.registry_host:
        return
    try:
        secret = client.CoreV1Api(api).read_namespaced_secret(CREDENTIAL, NAMESPACE)
    except ApiException as error:
        if error.status != NOT_FOUND:
            raise
        return
    facts = {name: base64.b64decode(value).decode() for name, value in secret.data.items()}
    certificates = _trust(spec, facts["ca.crt"])
    lock = json.loads((spec.folder.parent / "images.lock").read_text())
    done_path = spec.folder / "published.json"
    done = json.loads(done_path.read_text()) if done_path.exists() else {}
    for name, entry in lock["images"].items():
        # A registry that was rebuilt has another credential, and lost its images with it.
        mark = f"{entry['digest']} {secret.metadata.uid}"
        if not entry.get("layout") or done.get(name) == mark:
            continue
        started = time.monotonic()
        _push(spec, name, entry, facts[".dockerconfigjson"], certificates)
        done[name] = mark
        replace(done_path, json.dumps(done, indent=1))
        print(f"published {name} in {time.monotonic() - started:.1f} s", flush=True)


def _trust(spec: Specification, authority: str) -> Path:
    seen = Path("/etc/containerd/certs.d") / spec.registry_host
    seen.mkdir(parents=True, exist_ok=True)
    certificate, hosts = seen / "ca.crt", seen / "hosts.toml"
    if not certificate.exists() or certificate.read_text() != authority:
        certificate.write_text(authority)
        hosts.write_text(f'server = "https://{spec.registry_host}"\nca = "{certificate}"\n')
        print(f"node trusts {spec.registry_host} now", flush=True)
    return seen


def _push(
    spec: Specification,
    name: str,
    entry: dict[str, str],
    login: str,
    certificates: Path,
) -> None:
    auth = Path("/run/mizan-push.json")
    auth.touch(mode=0o600)
    auth.write_text(json.dumps({"auths": _for_skopeo(json.loads(login)["auths"])}))
    target = f"docker://{spec.registry_host}/mizan/{name}:{entry['digest'][7:19]}"
    done = subprocess.run(
        [
            "skopeo", "copy", "--preserve-digests", "--authfile", str(auth),
            "--dest-cert-dir", str(certificates), f"oci:{entry['layout']}", target,
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"push of {name}: {done.stderr.strip()[-400:]}")


def _for_skopeo(logins: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Kubelet reads user name and password; skopeo wants the two as one word."""
    words = {
        host: f"{login['username']}:{login['password']}".encode() for host, login in logins.items()
    }
    return {host: {"auth": base64.b64encode(word).decode()} for host, word in words.items()}
