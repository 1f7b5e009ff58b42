"""HTTPS to Services of the cluster through the loopback ports, with their real names checked.

curl does it, since it can connect to one address and still verify the certificate against
another name, and signs S3 requests; what is secret reaches it on standard input, not in argv.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from sandbox.cluster import Cluster
from sandbox.commands import run
from sandbox.faults import SandboxError

REGION = "me-central-1"
EMPTY = hashlib.sha256(b"").hexdigest()
"""Digest of no body, which the store asks for and curl does not send of itself."""

RENEW = "`kubectl -n identity create job renew --from=cronjob/issuer-rotation` makes a new one."


@dataclass(frozen=True)
class Service:
    """A Service of the cluster, reached on a loopback port.

    Attributes:
        host: Name in its certificate.
        port: Port of the Service.
        loopback: Port of 127.0.0.1 that leads to it.
        authority: File with the certificate of the platform's private CA.
    """

    host: str
    port: int
    loopback: int
    authority: Path

    def url(self, path: str) -> str:
        """Address of `path` on it."""
        return f"https://{self.host}:{self.port}{path}"

    def request(self, path: str, body: object = None, signed: tuple[str, str] | None = None) -> str:
        """Body of the answer to a GET, or to a POST where there is a `body`.

        Args:
            path: Path and query.
            body: Sent as JSON.
            signed: Access key and secret key of an S3 request.

        Raises:
            SandboxError: No connection, no trust, or a status that is no success.
        """
        lines = [
            f'url = "{self.url(path)}"',
            f'connect-to = "{self.host}:{self.port}:127.0.0.1:{self.loopback}"',
            f'cacert = "{self.authority}"',
            "silent",
            "show-error",
            "fail-with-body",
            "max-time = 20",
        ]
        if body is not None:
            text = json.dumps(body).replace("\\", "\\\\").replace('"', '\\"')
            lines += ['header = "content-type: application/json"', f'data = "{text}"']
        if signed:
            lines += [
                f'aws-sigv4 = "aws:amz:{REGION}:s3"',
                f'user = "{":".join(signed)}"',
                f'header = "x-amz-content-sha256: {EMPTY}"',
            ]
        try:
            return run(["curl", "--config", "-"], stdin="\n".join(lines))
        except SandboxError as error:
            if "certificate has expired" not in error.cause:
                raise
            raise SandboxError(f"The certificate of {self.host} has expired.", RENEW) from error


def secret(cluster: Cluster, namespace: str, name: str) -> dict[str, str]:
    """Content of a Secret, for the sandbox's administrator."""
    shown = json.loads(cluster.ask("-n", namespace, "get", "secret", name, "-o", "json"))
    return {key: base64.b64decode(value).decode() for key, value in shown["data"].items()}
