# ruff: noqa: N802 - the gRPC contract names the methods
"""The provider as a plugin process."""

from typing import Any

import grpc
from google.protobuf import any_pb2, struct_pb2
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime.proto import provider_pb2, status_pb2

from sandbox.aws.provider import schema
from sandbox.aws.provider.lifecycle import UnfinishedError
from sandbox.aws.provider.provider import AwsProvider
from sandbox.provider_service.plugin import Plugin, Servicer, installed
from sandbox.provider_service.values import to_properties


class AwsServicer(Servicer):
    """The service, which tells the engine of resources that exist but are not as declared."""

    async def DiffConfig(self, request: Any, context: Any) -> Any:
        """Say whether settings changed; the SDK takes a change for none. Nothing is replaced."""
        del context
        changed = set(request.olds) ^ set(request.news)
        changed |= {name for name in request.news if request.olds[name] != request.news[name]}
        some = provider_pb2.DiffResponse.DIFF_SOME
        none = provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=some if changed else none, diffs=sorted(changed))

    async def Update(self, request: Any, context: Any) -> Any:
        """Update a resource; the SDK passes only the old outputs, so both old values go in it."""
        both = provider_pb2.UpdateRequest()
        both.CopyFrom(request)
        both.olds.Clear()
        both.olds.fields["inputs"].struct_value.CopyFrom(request.old_inputs)
        both.olds.fields["outputs"].struct_value.CopyFrom(request.olds)
        return await super().Update(both, context)

    def partial(
        self, error: BaseException, inputs: struct_pb2.Struct | None
    ) -> status_pb2.Status | None:
        """Say what exists although its creation or update failed."""
        if not isinstance(error, UnfinishedError):
            return None
        given = PropertyValue.unmarshal_map(inputs) if inputs else {}
        failure = provider_pb2.ErrorResourceInitFailed(
            id=error.id,
            properties=PropertyValue.marshal_map(to_properties(error.state, given)),
            reasons=[str(error)],
            inputs=inputs,
        )
        detail = any_pb2.Any()
        detail.Pack(failure)
        return status_pb2.Status(
            code=grpc.StatusCode.UNKNOWN.value[0], message=str(error), details=[detail]
        )


def main(arguments: list[str]) -> None:
    """Serve one engine until it goes away."""
    schema.lazily()
    Plugin(
        "pulumi-resource-aws",
        installed("pulumi-aws", "7.0.0"),
        lambda _engine: AwsProvider(),
        servicer=AwsServicer,
    ).run(arguments)
