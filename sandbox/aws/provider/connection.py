"""Calls to AWS's operations, with their retries, and errors in words for the user."""

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlsplit

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from sandbox.aws.headers import GONE, KNOWN_ID, MADE_FOR
from sandbox.aws.running import running
from sandbox.provider_service.errors import ProviderError

ENDPOINT = "MIZAN_AWS_ENDPOINT"
ATTEMPTS = 5
_POOL = 64
_GONE = ("NotFound", "NoSuch", "DoesNotExist", "Nonexist", "UnknownResource")


class AwsError(ProviderError):
    """An operation that AWS refused, or that was not answered.

    Args:
        service: botocore's name of the service.
        operation: what was called.
        code: AWS's error code; empty where there was no answer.
        message: AWS's words.
        attempts: how often the call was made.
    """

    def __init__(
        self, service: str, operation: str, code: str, message: str, attempts: int = 1
    ) -> None:
        often = f" ({attempts} attempts)" if attempts > 1 else ""
        super().__init__(
            f"{service}:{operation} failed{often}: {f'{code}: ' if code else ''}{message}"
        )
        self.code = code

    @property
    def gone(self) -> bool:
        """Whether the error says that what was named does not exist."""
        return any(mark in self.code for mark in _GONE)


@cache
def _session() -> Any:
    return botocore.session.get_session()


@cache
def model(service: str) -> Any:
    """Return botocore's model of a service."""
    return _session().get_service_model(service)


_purpose: ContextVar[Mapping[str, str]] = ContextVar("purpose", default=MappingProxyType({}))


@contextmanager
def made_for(urn: str, known_id: str = "") -> Iterator[None]:
    """Tell the stand-in's ledger for which resource the calls inside make something.

    Args:
        urn: the resource.
        known_id: its id, where that is known before the answer.
    """
    with _told({MADE_FOR: urn, KNOWN_ID: known_id}):
        yield


@contextmanager
def gone(urn: str, resource_id: str) -> Iterator[None]:
    """Tell the stand-in's ledger that the calls inside delete a resource."""
    with _told({GONE: urn, KNOWN_ID: resource_id}):
        yield


@contextmanager
def _told(headers: Mapping[str, str]) -> Iterator[None]:
    token = _purpose.set({name: quote(value) for name, value in headers.items() if value})
    try:
        yield
    finally:
        _purpose.reset(token)


def _say_purpose(params: dict[str, Any], **_: Any) -> None:
    params["headers"].update(_purpose.get())


def _sending_to(endpoint: str) -> Callable[..., None]:
    """Return a hook that sends a request to an endpoint, whatever host it was made for."""
    scheme, host, *_ = urlsplit(endpoint)

    def redirect(request: Any, **_: Any) -> None:
        request.url = urlsplit(request.url)._replace(scheme=scheme, netloc=host).geturl()

    return redirect


class Connection:
    """One stand-in of AWS, used from many threads.

    Args:
        attempts: how often a call is made that is throttled or fails on AWS's side.
    """

    def __init__(self, attempts: int = ATTEMPTS) -> None:
        self._attempts = attempts
        self._clients: dict[tuple[str, str], Any] = {}
        self._making = threading.Lock()
        self._account: str | None = None

    @property
    def endpoint(self) -> str | None:
        """Address of the stand-in; None where none runs."""
        return os.environ.get(ENDPOINT) or running()

    def account(self, region: str) -> str:
        """Return the number of the account."""
        if self._account is None:
            told = self.call("sts", region, "GetCallerIdentity", {})
            self._account = str(told["Account"])
        return self._account

    def caller(self, service: str, region: str) -> Callable[..., dict[str, Any]]:
        """Return a function that calls a service's operations in a region."""

        def call(operation: str, /, **parameters: Any) -> dict[str, Any]:
            return self.call(service, region, operation, parameters)

        return call

    def call(
        self, service: str, region: str, operation: str, parameters: dict[str, Any]
    ) -> dict[str, Any]:
        """Call an operation; throttling and errors on AWS's side are tried again with back-off.

        Raises:
            AwsError: AWS refused, or did not answer in the end.
            ProviderError: no stand-in runs.
        """
        client = self._client(service, region)
        try:
            answer: dict[str, Any] = client._make_api_call(operation, parameters)  # noqa: SLF001 - the snake_case methods only rename it
        except ClientError as error:
            told = error.response.get("Error", {})
            tries = error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0) + 1
            raise AwsError(
                service, operation, told.get("Code", ""), told.get("Message", ""), tries
            ) from error
        except EndpointConnectionError as error:
            raise ProviderError(
                f"nothing answers at {self.endpoint}: {service}:{operation} was not called; start "
                "the AWS stand-in anew"
            ) from error
        except BotoCoreError as error:
            raise AwsError(service, operation, "", " ".join(str(error).split())) from error
        answer.pop("ResponseMetadata", None)
        return answer

    def _client(self, service: str, region: str) -> Any:
        endpoint = self.endpoint
        if endpoint is None:
            raise ProviderError(
                "no AWS stand-in is running, and this provider knows no other AWS: start one with "
                f"`python -m sandbox.aws start`, set {ENDPOINT} to its address, or install the "
                "official AWS plugin of Pulumi"
            )
        with self._making:
            client = self._clients.get((service, region))
            if client is None:
                client = _session().create_client(
                    service,
                    region_name=region,
                    endpoint_url=endpoint,
                    aws_access_key_id="stand-in",
                    aws_secret_access_key="stand-in",  # noqa: S106 - the stand-in asks for none
                    config=Config(
                        retries={"mode": "standard", "total_max_attempts": self._attempts},
                        max_pool_connections=_POOL,
                        inject_host_prefix=False,
                        s3={"addressing_style": "path"},
                    ),
                )
                client.meta.events.register("before-call", _say_purpose)
                # Some endpoints are made of the account's number and a host name; this one is not.
                client.meta.events.register("before-sign", _sending_to(endpoint))
                self._clients[service, region] = client
            return client
