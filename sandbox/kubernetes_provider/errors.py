"""What can go wrong, in words for the user of the Pulumi program."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.provider_service.errors import ProviderError

_LONGEST = 480
_END = 160


class UnreachableError(ProviderError):
    """The Kubernetes API server does not answer."""


class UnsupportedKindError(ProviderError):
    """A resource type that this provider does not manage."""


class UnknownKindError(ProviderError):
    """The cluster does not serve a kind, or not yet."""


class InitializationError(ProviderError):
    """An object exists in the cluster but did not become ready.

    Attributes:
        live: the object as the cluster has it.
        reasons: what keeps it from being ready, one line each.
    """

    def __init__(self, message: str, *, live: Mapping[str, Any], reasons: Sequence[str]) -> None:
        super().__init__(message)
        self.live = dict(live)
        self.reasons = list(reasons)


class ApiError(ProviderError):
    """The API server refused a request.

    Attributes:
        status: HTTP status.
        reason: reason of the Kubernetes Status object, such as `NotFound` or `Invalid`.
        message: the server's own words.
        causes: fields and messages, where the server names them.
    """

    def __init__(
        self, status: int, reason: str, message: str, causes: Sequence[Mapping[str, str]] = ()
    ) -> None:
        super().__init__(_shortened(message))
        self.status = status
        self.reason = reason
        self.message = message
        self.causes = tuple(dict(cause) for cause in causes)

    @property
    def namespace_missing(self) -> bool:
        """Whether the request failed because the object's namespace does not exist."""
        return (
            self.status == 404  # noqa: PLR2004 - HTTP not found
            and self.message.startswith("namespaces ")
        )


def _shortened(message: str) -> str:
    """The server quotes whole objects between the field and the reason: keep those two."""
    if len(message) <= _LONGEST:
        return message
    return f"{message[: _LONGEST - _END]} … {message[-_END:]}"
