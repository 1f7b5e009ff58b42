"""What the provider adds to a pod before it is scheduled: its identity; and a place here.

The first is EKS's own webhook. The second is the sandbox's: one node plays every pool.
"""

import base64
import json
import ssl
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from sandbox.cluster.managed.identity import AGENT, AUDIENCE, PATH, Identities
from sandbox.cluster.managed.pools import Pools
from sandbox.cluster.specification import Specification

PORT: Final = 9444
LOOPBACK: Final = "127.0.0.1"
VOLUME: Final = "eks-pod-identity-token"
MOUNT: Final = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount"
TOKEN_SECONDS: Final = 86400
PLAYED: Final = "mizan.sandbox/played-pool"
"""Annotation with the pool that the node plays for the pod."""

Patch = list[dict[str, Any]]


def identity_patch(pod: Mapping[str, Any], region: str) -> Patch:
    """What gives a pod the way to its credentials, as EKS's webhook does."""
    settings = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://{AGENT[0]}{PATH}",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": f"{MOUNT}/{VOLUME}",
        "AWS_STS_REGIONAL_ENDPOINTS": "regional",
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
    }
    token = {"audience": AUDIENCE, "expirationSeconds": TOKEN_SECONDS, "path": VOLUME}
    volume = {"name": VOLUME, "projected": {"sources": [{"serviceAccountToken": token}]}}
    spec = pod["spec"]
    patch = _appended(spec, "/spec", "volumes", [volume])
    for kind in ("initContainers", "containers"):
        for place, container in enumerate(spec.get(kind) or ()):
            named = {one["name"] for one in container.get("env") or ()}
            added = [
                {"name": name, "value": value}
                for name, value in settings.items()
                if name not in named
            ]
            path = f"/spec/{kind}/{place}"
            mount = {"name": VOLUME, "mountPath": MOUNT, "readOnly": True}
            patch += _appended(container, path, "env", added)
            patch += _appended(container, path, "volumeMounts", [mount])
    return patch


def place_patch(pod: Mapping[str, Any], pool: str) -> Patch:
    """What lets a pod that asks for another pool's nodes run on the one that plays it."""
    annotations = pod["metadata"].get("annotations") or {}
    return [
        {"op": "remove", "path": "/spec/nodeSelector"},
        {
            "op": "add",
            "path": "/metadata/annotations",
            "value": {**annotations, PLAYED: pool},
        },
    ]


def _appended(
    holder: Mapping[str, Any], path: str, name: str, items: Sequence[Mapping[str, Any]]
) -> Patch:
    value = [*(holder.get(name) or ()), *items]
    return [{"op": "add", "path": f"{path}/{name}", "value": value}]


class Admission:
    """The webhook that the API server asks for every new pod outside the system's namespaces.

    Args:
        spec: The node.
        identities: Knows which service accounts have a role.
        pools: Knows which pools were asked for.
    """

    def __init__(self, spec: Specification, identities: Identities, pools: Pools) -> None:
        self._spec = spec
        self._identities = identities
        self._pools = pools

    def patch(self, pod: Mapping[str, Any], namespace: str) -> Patch:
        """What is added to a pod."""
        spec, patch = pod["spec"], []
        provider = self._spec.provider
        account = spec.get("serviceAccountName") or "default"
        if provider and self._identities.associated(namespace, account):
            patch += identity_patch(pod, provider.region)
        pool = self._pools.played(spec.get("nodeSelector") or {}, spec.get("tolerations") or ())
        if pool is not None:
            patch += place_patch(pod, pool)
        return patch

    def review(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to an AdmissionReview."""
        request = asked["request"]
        patch = self.patch(request["object"], request["namespace"])
        response: dict[str, Any] = {"uid": request["uid"], "allowed": True}
        if patch:
            encoded = base64.b64encode(json.dumps(patch).encode()).decode()
            response |= {"patchType": "JSONPatch", "patch": encoded}
        return {"apiVersion": asked["apiVersion"], "kind": asked["kind"], "response": response}

    def serve(self) -> None:
        """Answer the API server until the node ends."""
        keys = self._spec.folder / "pki"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(keys / "provider.crt", keys / "provider.key")
        server = ThreadingHTTPServer((LOOPBACK, PORT), _handler(self))
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        server.serve_forever()


def _handler(admission: Admission) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                status, body = HTTPStatus.OK, json.dumps(admission.review(given)).encode()
            except Exception as error:  # noqa: BLE001 - the pod is refused, and made again
                print(f"admission: {type(error).__name__}: {error}"[:500], flush=True)
                status, body = HTTPStatus.INTERNAL_SERVER_ERROR, str(error).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing of what went well."""

    return Handler
