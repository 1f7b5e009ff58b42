"""The functions (`invoke`) that programs ask for facts of the account."""

from collections.abc import Callable
from typing import Any

from sandbox.aws.provider.connection import Connection
from sandbox.provider_service.errors import ProviderError
from sandbox.provider_service.values import Values


def _caller(aws: Connection, region: str) -> Values:
    told = aws.call("sts", region, "GetCallerIdentity", {})
    account = told["Account"]
    return {"accountId": account, "arn": told["Arn"], "userId": told["UserId"], "id": account}


def _region(aws: Connection, region: str) -> Values:
    del aws
    return {
        "description": region,
        "endpoint": f"ec2.{region}.amazonaws.com",
        "id": region,
        "name": region,
        "region": region,
    }


def _partition(aws: Connection, region: str) -> Values:
    del aws, region
    return {
        "dnsSuffix": "amazonaws.com",
        "id": "aws",
        "partition": "aws",
        "reverseDnsPrefix": "com.amazonaws",
    }


FUNCTIONS: dict[str, Callable[[Connection, str], Values]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
}


def invoked(token: str, arguments: dict[str, Any], aws: Connection, region: str) -> Values:
    """Return what a function says.

    Raises:
        ProviderError: it is not known.
    """
    function = FUNCTIONS.get(token)
    if function is None:
        raise ProviderError(
            f"function {token!r} is not supported by this provider; known are "
            f"{', '.join(sorted(FUNCTIONS))}"
        )
    return function(aws, arguments.get("region") or region)
