"""What the stand-in made for which resource, told by its ledger.

What is in here and not in a stack's state is an orphan: an engine was killed before it learnt of
it, or it was retained on purpose. Whoever recovers a stack imports or deletes it.
"""

import base64
import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jmespath
from botocore.awsrequest import HeadersDict
from botocore.parsers import ResponseParserFactory

from sandbox.aws.provider.connection import model
from sandbox.aws.provider.resource import Do
from sandbox.aws.provider.templates import path
from sandbox.aws.provider.types import every


@dataclass(frozen=True)
class Made:
    """Something that was made and not deleted."""

    urn: str
    id: str
    """Id by which it is imported; empty where its answer does not say."""
    service: str
    operation: str

    @property
    def token(self) -> str:
        """Its resource type."""
        return token_of(self.urn)


def token_of(urn: str) -> str:
    """Return the resource type in a URN."""
    return urn.split("::")[2].rpartition("$")[2]


def alive(endpoint: str) -> list[Made]:
    """Return what the provider made and did not delete, oldest first.

    Other hands may have deleted it since: read it before relying on it.

    Args:
        endpoint: address of the stand-in.
    """
    with urllib.request.urlopen(f"{endpoint}/mizan/ledger") as answer:  # noqa: S310 - our own
        entries = json.load(answer)
    gone = {(entry["urn"], entry["id"]) for entry in entries if entry["gone"]}
    return [made for made in _made(entries) if (made.urn, made.id) not in gone]


def _made(entries: list[dict[str, Any]]) -> Iterator[Made]:
    for entry in entries:
        if not entry["gone"]:
            yield Made(entry["urn"], _id(entry), entry["service"], entry["operation"])


def _id(entry: dict[str, Any]) -> str:
    resource = every().get(token_of(entry["urn"]))
    if entry["id"] or resource is None or "{" in resource.id:
        return str(entry["id"])
    operation = model(entry["service"]).operation_model(entry["operation"])
    parser = ResponseParserFactory().create_parser(operation.service_model.resolved_protocol)
    answer = parser.parse(
        {
            "body": base64.b64decode(entry["body"]),
            "headers": HeadersDict(entry["headers"]),
            "status_code": entry["status"],
        },
        operation.output_shape,
    )
    at = resource.create.at if isinstance(resource.create, Do) else ""
    part = jmespath.search(path(at, {}), answer) if at else answer
    return str(jmespath.search(resource.id, part) or "")
