"""The provider as a plugin process."""

import grpc
from google.protobuf import any_pb2, struct_pb2
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime.proto import provider_pb2, status_pb2

from sandbox.kubernetes_provider.configuration import remove_credentials
from sandbox.kubernetes_provider.errors import InitializationError
from sandbox.kubernetes_provider.kinds import Identity
from sandbox.kubernetes_provider.provider import KubernetesProvider
from sandbox.kubernetes_provider.values import to_properties
from sandbox.provider_service.plugin import Plugin, Servicer, installed
from sandbox.provider_service.progress import EngineLog


class KubernetesServicer(Servicer):
    """The service, which tells the engine of objects that exist but are not ready."""

    def partial(
        self, error: BaseException, inputs: struct_pb2.Struct | None
    ) -> status_pb2.Status | None:
        """Say what exists although its creation or update failed."""
        if not isinstance(error, InitializationError):
            return None
        given = PropertyValue.unmarshal_map(inputs) if inputs else {}
        failure = provider_pb2.ErrorResourceInitFailed(
            id=Identity.of(error.live).id,
            properties=PropertyValue.marshal_map(to_properties(error.live, given)),
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
    Plugin(
        "pulumi-resource-kubernetes",
        installed("pulumi-kubernetes", "4.0.0"),
        lambda engine: KubernetesProvider(EngineLog(engine)),
        servicer=KubernetesServicer,
        before_end=remove_credentials,
    ).run(arguments)
