"""What the user sees while an operation runs: lines in the engine's own display."""

import contextlib

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc


class EngineLog:
    """Sends messages to the engine that started this provider.

    Args:
        address: `host:port` of the engine, empty to say nothing.
    """

    def __init__(self, address: str) -> None:
        self._engine = (
            engine_pb2_grpc.EngineStub(grpc.insecure_channel(address)) if address else None
        )

    def status(self, urn: str, message: str) -> None:
        """Show what a resource waits for, until the next message or the end of its operation."""
        self._send(engine_pb2.INFO, urn, message, passing=True)

    def info(self, urn: str, message: str) -> None:
        """Show a message that stays."""
        self._send(engine_pb2.INFO, urn, message, passing=False)

    def warning(self, urn: str, message: str) -> None:
        """Show a warning that stays."""
        self._send(engine_pb2.WARNING, urn, message, passing=False)

    def _send(
        self, severity: engine_pb2.LogSeverity.ValueType, urn: str, message: str, *, passing: bool
    ) -> None:
        if self._engine is None:
            return
        # A message that cannot be shown must not end the operation it is about.
        with contextlib.suppress(grpc.RpcError):
            self._engine.Log(
                engine_pb2.LogRequest(
                    severity=severity, message=message, urn=urn, ephemeral=passing
                )
            )
