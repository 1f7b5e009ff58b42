"""One call of an AWS operation: found, read and checked by the service's model; and its answer."""

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from botocore.validate import ParamValidator
from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException

# Services that sign with a name that is not botocore's name of them.
SIGNED_AS = {
    "access-analyzer": ("accessanalyzer",),
    "aps": ("amp",),
    "cassandra": ("keyspaces",),
    "ebs": ("ebs",),
    "eks-auth": ("eks-auth",),
    "elasticfilesystem": ("efs",),
    "elasticloadbalancing": ("elbv2", "elb"),
    "elasticmapreduce": ("emr",),
    "email": ("sesv2", "ses"),
    "es": ("opensearch", "es"),
    "monitoring": ("cloudwatch",),
    "s3": ("s3", "s3control"),
    "sso": ("sso-admin",),
    "states": ("stepfunctions",),
    "tagging": ("resourcegroupstaggingapi",),
    "ec2": ("ec2",),
}
ACCESS_KEY = re.compile(r"Credential=([^/]+)/")
_SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/")

Answer = tuple[int, list[tuple[str, str]], bytes]


class RefusedCallError(Exception):
    """A call that the service refuses.

    Args:
        code: the service's own error code, such as `ResourceNotFoundException`.
        message: what was given and what is allowed.
        status: HTTP status; the model's, or 400, by default.
    """

    def __init__(self, code: str, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True)
class Settings:
    """What the stand-in was started with."""

    account: str = "111122223333"
    region: str = "me-central-1"
    cluster_endpoint: str = ""
    """Address of the Kubernetes API server that plays every EKS cluster; empty for none."""
    cluster_ca: Path | None = None
    """File with the certificate of the authority that the API server is trusted by."""


@dataclass
class Call:
    """One call, read."""

    service: str
    """Botocore's name of the service."""
    model: OperationModel
    region: str
    settings: Settings
    request: Request
    path_parameters: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    """As a boto3 client would be given them; empty until `read`."""

    @property
    def operation(self) -> str:
        """Name of the operation."""
        return str(self.model.name)

    def __str__(self) -> str:
        return f"{self.service}:{self.operation}"

    def read(self) -> "Call":
        """Read the parameters.

        Raises:
            RefusedCallError: they do not fit the operation's model.
        """
        protocol = determine_request_protocol(self.model.service_model, self.request.content_type)
        parsed = PROTOCOL_PARSERS[protocol](self.model, map_type=dict).parse(
            {
                "method": self.request.method,
                "values": self.request.values,
                "headers": self.request.headers,
                "body": self.request.data,
                "url_path": self.request.path,
                "url_params": self.path_parameters,
            }
        )
        self.parameters = _present(parsed)
        shape: Any = self.model.input_shape
        if shape is not None:
            report = ParamValidator().validate(self.parameters, shape)
            if report.has_errors():
                raise RefusedCallError("ValidationException", report.generate_report())
        return self

    def answer(self, result: Any) -> Answer:
        """Write a result, or an error, as the service would."""
        protocol = determine_request_protocol(self.model.service_model, self.request.content_type)
        serializer = get_serializer_class(self.service, protocol)(self.model)
        written = serializer.serialize(result)
        status = written["status_code"]
        if isinstance(result, RefusedCallError) and result.status:
            status = result.status
        body = written["body"]
        headers = {"x-amzn-RequestId": "00000000-0000-0000-0000-000000000000"}
        headers.update(written["headers"])
        return (
            status,
            [(name, str(value)) for name, value in headers.items()],
            body.encode() if isinstance(body, str) else b"".join(_parts(body)),
        )


def called(environ: dict[str, Any], settings: Settings) -> Call | None:
    """Find which operation a request calls; None where no model has it, or it is not signed.

    The request's body can be read again afterwards.
    """
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if scope is None:
        return None
    region, signed = scope.groups()
    request = Request(environ)
    body = request.get_data(cache=True, parse_form_data=False)
    form = request.mimetype == "application/x-www-form-urlencoded"
    if form:  # reading the form takes it out of the stream
        environ["wsgi.input"] = io.BytesIO(body)
        request = Request(environ)
        _ = request.form
    environ["wsgi.input"] = io.BytesIO(body)
    for service in SIGNED_AS.get(signed, (signed,)):
        if not _known(service):
            continue
        version = request.values.get("Version") if form else None
        if version and version != get_service_model(service).api_version:
            continue
        if service == "s3" and request.path.startswith("/v20180820/"):
            continue
        try:
            model, path = get_service_router(service).match(request)
        except (HTTPException, NotImplementedError):
            continue
        return Call(service, model, region, settings, request, path)
    return None


@cache
def _known(service: str) -> bool:
    try:
        get_service_model(service)
    except Exception:  # noqa: BLE001 - botocore's loader and moto's each have their own
        return False
    return True


def _present(value: Any) -> Any:
    """Leave out what was not sent."""
    if isinstance(value, dict):
        return {key: _present(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_present(item) for item in value]
    return value


def _parts(body: Any) -> Iterable[bytes]:
    return [body] if isinstance(body, bytes) else body
