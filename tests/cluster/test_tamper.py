"""A model that was changed after it was signed."""

import hashlib
import json

import pytest

from sandbox.commands import run
from sandbox.https import REGION, secret
from sandbox.ports import ports
from sandbox.verification import services
from tests.support.host import eventually

pytestmark = pytest.mark.fault


class Models:
    """The bucket of the models, for the one account that may write there."""

    def __init__(self, cluster, layout, folder):
        self._store = services(cluster, ports().serving, layout)[1]
        account = secret(cluster, "signing", "store-credential")
        self._keys = f"{account['access_key']}:{account['secret_key']}"
        self._file = folder / "object"

    def read(self, key):
        self._curl(key, b"", f'output = "{self._file}"')
        return self._file.read_bytes()

    def write(self, key, content):
        self._file.write_bytes(content)
        self._curl(key, content, 'request = "PUT"', f'data-binary = "@{self._file}"',
                   'header = "content-type: application/octet-stream"')  # fmt: skip

    def _curl(self, key, content, *words):
        store, digest = self._store, hashlib.sha256(content).hexdigest()
        lines = [
            f'url = "{store.url(f"/models/{key}")}"',
            f'connect-to = "{store.host}:{store.port}:127.0.0.1:{store.loopback}"',
            f'cacert = "{store.authority}"',
            f'aws-sigv4 = "aws:amz:{REGION}:s3"',
            f'user = "{self._keys}"',
            f'header = "x-amz-content-sha256: {digest}"',
            "silent",
            "show-error",
            "fail-with-body",
            *words,
        ]
        run(["curl", "--config", "-"], stdin="\n".join(lines))


def pods(cluster):
    """Whether each pod of the service is ready, by its name; those that leave do not count."""
    listed = json.loads(cluster.ask("-n", "serving", "get", "pods", "-o", "json"))["items"]
    return {
        pod["metadata"]["name"]: any(
            status["ready"] for status in pod["status"].get("containerStatuses", ())
        )
        for pod in listed
        if "deletionTimestamp" not in pod["metadata"]
    }


def refusals(cluster, name):
    """Reasons in the pod's log; none while it has not run yet."""
    if any(name == each for each in pods(cluster)):
        log = cluster.ask("-n", "serving", "logs", name, "--tail=20", "--ignore-errors")
        lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
        return [line["error"] for line in lines if line["event"] == "refused"]
    return []


def test_a_flipped_byte_is_refused_by_name_while_the_old_pod_serves_on(
    cluster, layout, summary, serving, infer, example, unchanged, tmp_path
):
    variants = summary["answers"]["variants"]
    name = min(variants)
    model = summary["answers"]["model"]
    key = f"{model}/{name}/{variants[name]['version']}/model.onnx"
    bucket = Models(cluster, layout, tmp_path)
    signed = bucket.read(key)
    flipped = bytearray(signed)
    flipped[len(flipped) // 2] ^= 1
    old = set(pods(cluster))
    bucket.write(key, bytes(flipped))
    try:
        cluster.ask("-n", "serving", "rollout", "restart", "deployment/serving")
        eventually(lambda: set(pods(cluster)) > old, 30, "a new pod")
        (new,) = set(pods(cluster)) - old
        eventually(lambda: refusals(cluster, new) != [], 90, "the new pod to refuse")
        reason = refusals(cluster, new)[-1]
        assert reason.startswith(f"{key}: has SHA-256 "), reason
        told = pods(cluster)
        assert told[new] is False
        assert all(told[each] for each in old), told
        assert json.loads(serving.request(infer, example))["outputs"]
    finally:
        bucket.write(key, signed)
    cluster.ask("-n", "serving", "rollout", "status", "deployment/serving", "--timeout=280s")
    assert pods(cluster)[new] is True
    assert json.loads(serving.request(infer, example))["outputs"]
    unchanged()
