"""The infer endpoint: the hot path, written on the bare server interface (ASGI)."""

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from app.admission import Admission
from app.assignment import Assigned, Assignment
from app.journal import Journal
from app.metrics import Metrics
from app.model import Variant
from app.protocol import (
    HEADER_LENGTH,
    MEDIA_BINARY,
    MEDIA_JSON,
    RequestError,
    encode,
    split,
    subject_of,
)
from app.tensors import read_inputs, wants_binary, write_outputs

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BODY_SECONDS = 15.0
REASONS = {
    408: "slow_body",
    413: "body_too_large",
    429: "queue_full",
    404: "unknown_model",
    405: "method",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Sizes that one request may have."""

    max_rows: int
    max_body_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Served:
    """What is served: one model, its loaded variants by name, and the split over them."""

    model: str
    variants: dict[str, Variant]
    assignment: Assignment


@dataclass(kw_only=True, slots=True)
class Exchange:
    """One request on its way; what the log line says of it in the end."""

    request_id: str
    variant: Variant | None = None
    assigned: Assigned | None = None
    status: int = 500
    rows: int = 0
    error: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """What the URL names: a model and, where the client chooses itself, a variant or version."""

    model: str
    version: str | None


class Inference:
    """Answers requests to the infer endpoint."""

    def __init__(
        self,
        served: Served,
        *,
        admission: Admission,
        metrics: Metrics,
        journal: Journal,
        limits: Limits,
    ) -> None:
        """Serves the given variants of one model.

        Args:
            served: Model, variants and the split over them.
            admission: Queue before the computation.
            metrics: Where requests are counted.
            journal: Where exposures and requests are recorded.
            limits: Sizes that one request may have.
        """
        variants = served.variants
        self.model = served.model
        self.addressed = {variant.version: variant for variant in variants.values()} | variants
        self._variants = variants
        self._assignment = served.assignment
        self._admission = admission
        self._metrics = metrics
        self._journal = journal
        self._limits = limits
        metrics.in_flight.set_function(lambda: admission.in_flight)
        self._observe = {name: metrics.latency.labels(name).observe for name in variants}
        self._answered = {name: metrics.requests.labels(name, "200").inc for name in variants}
        self._exposed = {
            name: metrics.exposures.labels(name, variant.version).inc
            for name, variant in variants.items()
        }

    async def answer(self, address: Address, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, whatever it is, with a JSON object or tensors."""
        started = perf_counter()
        headers = dict(scope["headers"])
        exchange = Exchange(
            request_id=headers.get(b"x-request-id", b"")[:128].decode("latin-1")
            or os.urandom(16).hex()
        )
        extra: list[tuple[bytes, bytes]] = []
        try:
            self._check(address, scope["method"])
            body = await self._read(headers, receive)
            body, json_length = await self._infer(address, headers, body, exchange)
            exchange.status = 200
            if json_length is not None:
                extra = [(HEADER_LENGTH, b"%d" % json_length)]
        except RequestError as error:
            exchange.status, exchange.error = error.status, str(error)
            self._metrics.rejections.labels(REASONS.get(error.status, "invalid")).inc()
            body = encode({"error": exchange.error})
            extra = [(b"retry-after", b"1")] if error.status == 429 else []  # noqa: PLR2004 - HTTP
        except Exception as error:  # noqa: BLE001 - the client gets an answer, the log the cause
            exchange.error = repr(error)
            body = encode({"error": "the model could not compute this request"})
        self._record(exchange, perf_counter() - started)
        await self._send(send, exchange, body, extra)

    def _check(self, address: Address, method: str) -> None:
        if method != "POST":
            raise RequestError(f"{method} is not allowed here, only POST is", 405)
        if address.model != self.model:
            raise RequestError(f"model {address.model!r} does not exist; {self.model!r} does", 404)
        if address.version is not None and address.version not in self.addressed:
            raise RequestError(
                f"version {address.version!r} does not exist; there is {sorted(self.addressed)}",
                404,
            )

    async def _infer(
        self, address: Address, headers: dict[bytes, bytes], body: bytes, exchange: Exchange
    ) -> tuple[bytes, int | None]:
        self._admission.enter()
        try:
            request, binary = split(body, headers.get(HEADER_LENGTH))
            exchange.request_id = request.id or exchange.request_id
            if address.version is None:
                assigned = self._assignment.assign(subject_of(request))
                exchange.assigned = assigned
                variant = self._variants[assigned.variant]
            else:
                variant = self.addressed[address.version]
            exchange.variant = variant
            tensors, exchange.rows = read_inputs(
                request, binary, variant.contract, self._limits.max_rows
            )
            chosen = wants_binary(request, variant.contract)
            outputs = await self._admission.run(variant.compute, tensors)
        finally:
            self._admission.leave()
        answer = {
            "model_name": self.model,
            "model_version": variant.version,
            "id": exchange.request_id,
            "parameters": {"variant": variant.name},
        }
        return write_outputs(answer, outputs, chosen, variant.contract)

    async def _read(self, headers: dict[bytes, bytes], receive: Receive) -> bytes:
        largest = self._limits.max_body_bytes
        announced = headers.get(b"content-length", b"0")
        too_large = RequestError(f"body is larger than the {largest} bytes allowed", 413)
        if announced.isdigit() and int(announced) > largest:
            raise too_large
        chunks: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise RequestError("the client left before the body was complete", 499)
                    chunk = message.get("body", b"")
                    size += len(chunk)
                    if size > largest:
                        raise too_large
                    chunks.append(chunk)
                    if not message.get("more_body", False):
                        return chunks[0] if len(chunks) == 1 else b"".join(chunks)
        except TimeoutError as error:
            raise RequestError(
                f"body was not complete within {BODY_SECONDS:g} seconds", 408
            ) from error

    def _record(self, exchange: Exchange, seconds: float) -> None:
        """Counts and logs the request, and the exposure where a variant is shown to a subject."""
        variant, assigned = exchange.variant, exchange.assigned
        name = variant.name if variant else ""
        facts: dict[str, Any] = {
            "request_id": exchange.request_id,
            "model": self.model,
            "variant": variant.name if variant else None,
            "version": variant.version if variant else None,
        }
        done = {
            **facts,
            "status": exchange.status,
            "rows": exchange.rows,
            "seconds": round(seconds, 6),
        }
        if variant:
            self._observe[name](seconds)
        if exchange.status != 200:  # noqa: PLR2004 - HTTP
            self._metrics.requests.labels(name, str(exchange.status)).inc()
            self._journal.write("request", **done, error=exchange.error)
            return
        self._answered[name]()
        if assigned is None:
            self._journal.write("request", **done)
            return
        self._exposed[name]()
        shown = {
            **facts,
            "subject": assigned.subject,
            "bucket": assigned.bucket,
            "weights": self._assignment.weights,
        }
        self._journal.write_all(("exposure", shown), ("request", done))

    @staticmethod
    async def _send(
        send: Send, exchange: Exchange, body: bytes, extra: list[tuple[bytes, bytes]]
    ) -> None:
        binary = any(name == HEADER_LENGTH for name, _ in extra)
        headers = [
            (b"content-type", MEDIA_BINARY if binary else MEDIA_JSON),
            (b"content-length", b"%d" % len(body)),
            (b"x-request-id", exchange.request_id.encode("latin-1", "replace")),
            *extra,
        ]
        if exchange.variant:
            headers.append((b"x-model-variant", exchange.variant.name.encode()))
            headers.append((b"x-model-version", exchange.variant.version.encode()))
        await send({"type": "http.response.start", "status": exchange.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
