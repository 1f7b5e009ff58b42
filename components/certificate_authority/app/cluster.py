"""The few words of the Kubernetes API that the issuer speaks: get, create and replace by name."""

import base64
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
TIMEOUT_SECONDS = 10
OWNER = {"app.kubernetes.io/managed-by": "mizan-issuer"}


class ClusterError(Exception):
    """The API server said no, in a way that asking again does not change."""


class RetryableError(Exception):
    """The API server could not be asked, or somebody else was faster: asking again may help."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A Secret or ConfigMap as the cluster holds it."""

    data: Mapping[str, bytes]
    type: str = ""
    version: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


class Cluster:
    """The API server, asked as the pod's own service account."""

    def __init__(self, url: str, token: Path, authority: Path) -> None:
        """Take the address of the API server, the token's file and the authority to trust."""
        self._url = url
        self._token = token
        self._tls = ssl.create_default_context(cafile=str(authority))

    @classmethod
    def of_pod(cls, environment: Mapping[str, str], account: Path = SERVICE_ACCOUNT) -> "Cluster":
        """The cluster in which this pod runs.

        Raises:
            ClusterError: if the pod has no service account token.
        """
        host, port = (
            environment.get(f"KUBERNETES_SERVICE_{part}", "") for part in ("HOST", "PORT")
        )
        if not host or not (account / "token").is_file():
            raise ClusterError(
                f"no service account token in {account}: the issuer runs as a pod with "
                "automountServiceAccountToken: true"
            )
        bracketed = f"[{host}]" if ":" in host else host
        return cls(f"https://{bracketed}:{port}", account / "token", account / "ca.crt")

    def secret(self, namespace: str, name: str) -> Stored | None:
        """A Secret; None where there is none."""
        found = self._ask("GET", f"/api/v1/namespaces/{namespace}/secrets/{name}")
        if found is None:
            return None
        data = {key: base64.b64decode(text) for key, text in (found.get("data") or {}).items()}
        return _stored(found, data)

    def config_map(self, namespace: str, name: str) -> Stored | None:
        """A ConfigMap; None where there is none."""
        found = self._ask("GET", f"/api/v1/namespaces/{namespace}/configmaps/{name}")
        if found is None:
            return None
        return _stored(found, {key: v.encode() for key, v in (found.get("data") or {}).items()})

    def write_secret(self, namespace: str, name: str, new: Stored) -> None:
        """Create the Secret, or replace exactly the version that was read."""
        data = {key: base64.b64encode(value).decode() for key, value in new.data.items()}
        body = {"kind": "Secret", "type": new.type, "data": data}
        self._write(f"/api/v1/namespaces/{namespace}/secrets", name, new.version, body)

    def write_config_map(self, namespace: str, name: str, new: Stored) -> None:
        """Create the ConfigMap, or replace exactly the version that was read."""
        data = {key: value.decode() for key, value in new.data.items()}
        body = {"kind": "ConfigMap", "data": data}
        self._write(f"/api/v1/namespaces/{namespace}/configmaps", name, new.version, body)

    def _write(self, path: str, name: str, version: str, body: dict[str, Any]) -> None:
        metadata: dict[str, Any] = {"name": name, "labels": OWNER}
        if version:
            metadata["resourceVersion"] = version
        document = {"apiVersion": "v1", "metadata": metadata, **body}
        if version:
            self._ask("PUT", f"{path}/{name}", document)
        else:
            self._ask("POST", path, document)

    def _ask(self, method: str, path: str, body: Any = None) -> dict[str, Any] | None:
        request = urllib.request.Request(  # noqa: S310 - the scheme is https, set above
            self._url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self._token.read_text().strip()}",
                "Content-Type": "application/json",
                "Accept": "application/json",
            },
        )
        try:
            with urllib.request.urlopen(  # noqa: S310 - the scheme is https, set above
                request, timeout=TIMEOUT_SECONDS, context=self._tls
            ) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as refused:
            if refused.code == HTTPStatus.NOT_FOUND and method == "GET":
                return None
            raise _error(method, path, refused) from refused
        except (urllib.error.URLError, TimeoutError, ConnectionError) as failed:
            raise RetryableError(
                f"the API server at {self._url} cannot be reached ({failed}): the issuer needs an "
                "ApiServerConnection to its address and port"
            ) from failed


def _stored(found: dict[str, Any], data: dict[str, bytes]) -> Stored:
    """The object without what the issuer does not care about."""
    return Stored(
        data=data,
        type=found.get("type", ""),
        version=found["metadata"]["resourceVersion"],
        labels=found["metadata"].get("labels") or {},
    )


def _error(method: str, path: str, refused: urllib.error.HTTPError) -> Exception:
    """What the refusal means to the caller."""
    try:
        reason = json.load(refused).get("message", "")
    except ValueError:
        reason = refused.reason
    message = f"{method} {path}: {refused.code} {reason}"
    # A Role reaches the authorizer a moment after it was made, so a 403 may be an early 200.
    passing = {HTTPStatus.CONFLICT, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}
    if refused.code in passing or refused.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return RetryableError(message)
    return ClusterError(message)
