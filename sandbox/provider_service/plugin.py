# ruff: noqa: N802 - the gRPC contract names the methods
"""A provider as a plugin process: the SDK's gRPC service with errors a user can read."""

import argparse
import asyncio
import gc
import importlib.metadata
import os
import signal
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias, TypeVar

import grpc
import grpc.aio
from google.protobuf import empty_pb2, struct_pb2
from pulumi.provider.experimental.provider import Provider
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from sandbox.engine.parent import end_with_parent
from sandbox.provider_service.errors import ProviderError

_MESSAGE_BYTES = 400 * 1024 * 1024

_Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
T = TypeVar("T")


class Servicer(ProviderServicer):
    """The SDK's service, with one-line errors and with what the SDK leaves out."""

    async def Handshake(self, request: Any, context: _Context) -> Any:
        """Agree on what values may hold: secrets and unknowns, no resources or outputs."""
        del request, context
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    async def Attach(self, request: Any, context: _Context) -> Any:
        """Accept: the engine's address came as the argument."""
        del request, context
        return empty_pb2.Empty()

    async def GetMapping(self, request: Any, context: _Context) -> Any:
        """Return no mapping: programs are not converted to this provider."""
        del request, context
        return provider_pb2.GetMappingResponse()

    async def GetMappings(self, request: Any, context: _Context) -> Any:
        """Return no mappings."""
        del request, context
        return provider_pb2.GetMappingsResponse()

    async def Configure(self, request: Any, context: _Context) -> Any:
        """Take the provider's settings."""
        return await self._told(super().Configure(request, context), context)

    async def CheckConfig(self, request: Any, context: _Context) -> Any:
        """Check the provider's settings."""
        return await self._told(super().CheckConfig(request, context), context)

    async def Check(self, request: Any, context: _Context) -> Any:
        """Check and complete a resource's inputs."""
        return await self._told(super().Check(request, context), context)

    async def Diff(self, request: Any, context: _Context) -> Any:
        """Compare inputs; the SDK passes only one set of old values, so both go in it."""
        both = provider_pb2.DiffRequest()
        both.CopyFrom(request)
        both.olds.Clear()
        both.olds.fields["inputs"].struct_value.CopyFrom(request.old_inputs)
        both.olds.fields["outputs"].struct_value.CopyFrom(request.olds)
        return await self._told(super().Diff(both, context), context)

    async def Create(self, request: Any, context: _Context) -> Any:
        """Create a resource."""
        return await self._told(super().Create(request, context), context, request.properties)

    async def Update(self, request: Any, context: _Context) -> Any:
        """Update a resource."""
        return await self._told(super().Update(request, context), context, request.news)

    async def Read(self, request: Any, context: _Context) -> Any:
        """Read a resource."""
        return await self._told(super().Read(request, context), context)

    async def Delete(self, request: Any, context: _Context) -> Any:
        """Delete a resource."""
        return await self._told(super().Delete(request, context), context)

    async def Invoke(self, request: Any, context: _Context) -> Any:
        """Call a function."""
        return await self._told(super().Invoke(request, context), context)

    async def Construct(self, request: Any, context: _Context) -> Any:
        """Refuse components that an official plugin runs inside itself."""
        await context.abort(
            grpc.StatusCode.UNIMPLEMENTED,
            f"component {request.type!r} runs inside the official plugin and is not supported by "
            "this provider; declare its resources one by one, or install the plugin",
        )

    def partial(
        self, error: BaseException, inputs: struct_pb2.Struct | None
    ) -> status_pb2.Status | None:
        """Say what exists although its creation or update failed; nothing by default."""
        del error, inputs
        return None

    async def _told(
        self,
        operation: Coroutine[Any, Any, T],
        context: _Context,
        inputs: struct_pb2.Struct | None = None,
    ) -> T:
        """Run an operation; an error reaches the user in its own words, without a stack.

        What exists but is not ready goes to the engine with the error, so that the state knows it.
        """
        try:
            return await operation
        except Exception as raised:
            # The SDK hides what happened behind a text with a stack trace.
            error = raised.__context__ or raised
            if (status := self.partial(error, inputs)) is not None:
                await context.abort(
                    grpc.StatusCode.UNKNOWN,
                    str(error),
                    (("grpc-status-details-bin", status.SerializeToString()),),
                )
            if isinstance(error, ProviderError):
                await context.abort(grpc.StatusCode.UNKNOWN, str(error))
            raise


class Plugin:
    """A provider's process.

    Args:
        name: name of the program, such as `pulumi-resource-kubernetes`.
        version: version of the official SDK, whose resource types the provider answers to.
        provider: makes the provider from the address of the engine.
        servicer: the service; a provider may extend it.
        before_end: called once before the process ends.
    """

    def __init__(
        self,
        name: str,
        version: str,
        provider: Callable[[str], Provider],
        *,
        servicer: type[Servicer] = Servicer,
        before_end: Callable[[], None] | None = None,
    ) -> None:
        self._name = name
        self._version = version
        self._provider = provider
        self._servicer = servicer
        self._before_end = before_end

    def run(self, arguments: list[str]) -> None:
        """Serve one engine until it goes away; print the port first, as the engine expects."""
        parser = argparse.ArgumentParser(
            prog=self._name, description="Pulumi provider, started by the Pulumi engine."
        )
        parser.add_argument("engine", nargs="?", default="", help="address of the engine")
        known, _ = parser.parse_known_args(arguments)
        end_with_parent(self._before_end)
        # What the SDKs make stays: to look for garbage less often saves a fifth of the time.
        gc.set_threshold(50_000, 20, 100)
        asyncio.run(self._serve(known.engine))
        if self._before_end is not None:
            self._before_end()
        # Threads may still wait for what they manage; nothing of theirs is to be saved.
        os._exit(0)

    async def _serve(self, engine: str) -> None:
        server = grpc.aio.server(
            options=[
                ("grpc.max_receive_message_length", _MESSAGE_BYTES),
                ("grpc.max_send_message_length", _MESSAGE_BYTES),
            ]
        )
        servicer = self._servicer([], self._version, self._provider(engine), engine)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        stopped = asyncio.Event()
        # The engine ends its plugins with SIGINT to their process group.
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        print(port, flush=True)
        await stopped.wait()
        await server.stop(grace=None)


def installed(package: str, otherwise: str) -> str:
    """Return the version of an installed SDK."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return otherwise
