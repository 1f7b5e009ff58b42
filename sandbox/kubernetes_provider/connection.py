"""Requests to the API server: pooled, authenticated by the kubeconfig, repeated where safe."""

import json
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sandbox.kubernetes_provider.errors import ApiError, UnreachableError

if TYPE_CHECKING:
    from kubernetes.client import ApiClient

_REQUEST_SECONDS = 60
_TRANSIENT_STATUSES = frozenset({429, 500, 502, 503, 504})
_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 5.0
# A cluster that never answered is given up soon; one that did may be restarting.
_PATIENCE_AT_START_SECONDS = 6.0
_PATIENCE_SECONDS = 60.0
# An internal error may be a webhook that starts, but mostly stays one.
_PATIENCE_WITH_ERRORS_SECONDS = 10.0

_ERROR_STATUS = 400
_INTERNAL_ERROR = 500
# The quota controller has not counted a new namespace yet.
_QUOTA_NOT_COUNTED = "status unknown for quota"


class Connection:
    """One API server, used from many threads.

    Args:
        client: configured client of the `kubernetes` library.
        on_warning: called with each warning that the server sends beside an answer.
    """

    def __init__(self, client: "ApiClient", on_warning: Callable[[str], None]) -> None:
        self._client = client
        self._on_warning = on_warning
        self._answered = threading.Event()
        self.server: str = client.configuration.host

    def get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return the JSON object at a path.

        Raises:
            ApiError: the server refused.
            UnreachableError: the server did not answer, also when asked again.
        """
        return self._json("GET", path, query)

    def text(self, path: str, query: Mapping[str, str] | None = None) -> str:
        """Return the plain text at a path, such as a container's log; asks once; raises as `get`.

        The text comes from a node, which may be down for long.
        """
        try:
            return self._once("GET", path, query, None, None).decode(errors="replace")
        except _TransientError as error:
            raise error.refusal from error

    def apply(
        self, path: str, manifest: Mapping[str, Any], query: Mapping[str, str]
    ) -> dict[str, Any]:
        """Apply an object on the server's side; return the outcome; raises as `get`."""
        # YAML is a superset of JSON, and this is the only media type of server-side apply.
        return self._json("PATCH", path, query, "application/apply-patch+yaml", manifest)

    def delete(self, path: str, options: Mapping[str, Any]) -> dict[str, Any]:
        """Ask for a deletion; raises as `get`."""
        return self._json("DELETE", path, None, "application/json", options)

    def _json(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        content_type: str | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(
            self._repeated(method, path, query, content_type, body) or b"{}"
        )
        return answer

    def _repeated(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        content_type: str | None,
        body: Mapping[str, Any] | None,
    ) -> bytes:
        """Send until answered; every method used here may be sent twice without harm."""
        # Loaded with the client; the provider's own start-up does without.
        import urllib3  # noqa: PLC0415 - see above
        from kubernetes.client.exceptions import ApiException  # noqa: PLC0415 - see above

        patience = _PATIENCE_SECONDS if self._answered.is_set() else _PATIENCE_AT_START_SECONDS
        started_at = time.monotonic()
        give_up_at = started_at + patience
        pause = _FIRST_PAUSE_SECONDS
        while True:
            wait_for = pause * random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, guards nothing
            try:
                return self._once(method, path, query, content_type, body)
            except (urllib3.exceptions.HTTPError, ApiException) as error:
                if time.monotonic() + wait_for > give_up_at or _hopeless(error):
                    raise self._unreachable(error) from error
            except _TransientError as error:
                wait_for = max(wait_for, error.retry_after)
                if error.refusal.status == _INTERNAL_ERROR:
                    give_up_at = min(give_up_at, started_at + _PATIENCE_WITH_ERRORS_SECONDS)
                if time.monotonic() + wait_for > give_up_at:
                    raise error.refusal from error
            time.sleep(wait_for)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def _once(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        content_type: str | None,
        body: Mapping[str, Any] | None,
    ) -> bytes:
        headers = {"Accept": "application/json, */*", "User-Agent": "pulumi-kubernetes-mizan"}
        if content_type:
            headers["Content-Type"] = content_type
        self._client.update_params_for_auth(headers, [], ["BearerToken"], path, method, body)
        response: Any = self._client.call_api(
            method,
            f"{self.server}{path}{'?' + urlencode(query) if query else ''}",
            headers,
            # The client encodes JSON itself, and takes other media types as text only.
            body=body if content_type == "application/json" else json.dumps(body),
            _request_timeout=_REQUEST_SECONDS,
        )
        data: bytes = response.read() or b""
        self._answered.set()
        if response.status >= _ERROR_STATUS:
            refusal = _refusal(response.status, response.reason or "", data)
            if response.status in _TRANSIENT_STATUSES or _QUOTA_NOT_COUNTED in refusal.message:
                raise _TransientError(refusal, response.headers.get("Retry-After"))
            raise refusal
        for warning in response.headers.getlist("Warning"):
            # The form is `299 - "text"`, RFC 7234 section 5.5.
            self._on_warning(warning.split(" ", 2)[-1].strip('"'))
        return data

    def _unreachable(self, error: Exception) -> UnreachableError:
        return UnreachableError(
            f"the Kubernetes API at {self.server} does not answer ({_innermost(error)}); start "
            "the cluster, or point KUBECONFIG or the provider's `kubeconfig` at one that runs"
        )


class _TransientError(Exception):
    def __init__(self, refusal: ApiError, retry_after: str | None) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal
        self.retry_after = float(retry_after) if retry_after and retry_after.isdigit() else 0.0


def _refusal(status: int, phrase: str, data: bytes) -> ApiError:
    try:
        told = json.loads(data)
    except ValueError:
        told = {}
    if not isinstance(told, dict):
        told = {}
    return ApiError(
        status,
        told.get("reason", ""),
        told.get("message") or data.decode(errors="replace").strip() or f"{status} {phrase}",
        (told.get("details") or {}).get("causes") or (),
    )


def _hopeless(error: Exception) -> bool:
    """Return whether asking again cannot help: the server is not the one that is trusted."""
    return "certificate verify failed" in str(error).lower()


def _innermost(error: BaseException) -> str:
    reason = getattr(error, "reason", None)
    while isinstance(reason, BaseException):
        error, reason = reason, getattr(reason, "reason", None)
    words = str(error).splitlines() or [type(error).__name__]
    return re.sub(r"^\[Errno \d+\] ", "", words[-1].rpartition(": ")[2])
