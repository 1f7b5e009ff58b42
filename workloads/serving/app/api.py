"""The application: infer, metadata, health and metrics of one model."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from app.inference import Address, Inference, Receive, Scope, Send
from app.metrics import Metrics
from app.model import Variant

VERSION = "0.1.0"
SERVER = {"name": "mizan-serving", "version": VERSION, "extensions": ["binary_tensor_data"]}
PLATFORM = "onnxruntime_onnx"
INFER = re.compile(r"/v2/models/(?P<model>[^/]+)(?:/versions/(?P<version>[^/]+))?/infer")


class Application:
    """The whole application.

    Infer requests go straight to their handler: a framework's routing and middleware would take
    a tenth of their time and has nothing to do for them. FastAPI has the rest.

    Attributes:
        inference: The infer endpoint.
        api: Everything else.
    """

    def __init__(self, inference: Inference, api: FastAPI) -> None:
        """Joins the two."""
        self.inference = inference
        self.api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request (ASGI)."""
        if scope["type"] == "http" and (named := INFER.fullmatch(scope["path"])):
            address = Address(model=named["model"], version=named["version"])
            await self.inference.answer(address, scope, receive, send)
        else:
            await self.api(scope, receive, send)


class Description:
    """What the metadata endpoints say of the served model."""

    def __init__(self, model: str, variants: dict[str, Variant], weights: dict[str, float]) -> None:
        """Describes the given variants.

        Args:
            model: Name of the model.
            variants: Loaded variants by name.
            weights: Percent of subjects that each gets.
        """
        self.model = model
        self.versions = {variant.version: variant for variant in variants.values()} | variants
        self._variants = variants
        self._weights = weights

    def find(self, model: str, version: str | None) -> Variant:
        """Returns the addressed variant, or the first one where none is addressed.

        Raises:
            HTTPException: The model or version is not served here (404).
        """
        if model != self.model:
            raise HTTPException(404, f"model {model!r} does not exist; {self.model!r} does")
        if version is None:
            return next(iter(self._variants.values()))
        if version not in self.versions:
            raise HTTPException(
                404, f"version {version!r} does not exist; there is {sorted(self.versions)}"
            )
        return self.versions[version]

    def metadata(self, variant: Variant, *, whole_model: bool) -> dict[str, Any]:
        """Describes one variant, or the model with all of them."""
        named = self._variants.values() if whole_model else [variant]
        return {
            "name": self.model,
            "versions": [one.version for one in named],
            "platform": PLATFORM,
            "inputs": [tensor.metadata() for tensor in variant.contract.inputs],
            "outputs": [tensor.metadata() for tensor in variant.contract.outputs],
            "parameters": {
                "variants": {
                    one.name: {
                        "version": one.version,
                        "digest": one.digest,
                        "weight": self._weights[one.name],
                    }
                    for one in named
                }
            },
        }


def create_api(
    *,
    description: Description,
    metrics: Metrics,
    is_ready: Callable[[], bool],
    close: Callable[[], None],
) -> FastAPI:
    """Builds everything but the infer endpoint.

    Args:
        description: What the metadata endpoints say.
        metrics: What /metrics says.
        is_ready: Whether new requests are welcome.
        close: Called once when the server stops.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        close()

    api = FastAPI(
        title="Mizan model server",
        version=VERSION,
        lifespan=lifespan,
        # The protocol is the documentation; its pages would load scripts from abroad.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    model_path = "/v2/models/{model}"

    @api.get("/v2")
    async def server_metadata() -> dict[str, Any]:
        return SERVER

    @api.get("/v2/health/live")
    async def live() -> dict[str, bool]:
        return {"live": True}

    @api.get("/v2/health/ready")
    async def ready() -> JSONResponse:
        welcome = is_ready()
        return JSONResponse({"ready": welcome}, 200 if welcome else 503)

    @api.get(model_path)
    @api.get(f"{model_path}/versions/{{version}}")
    async def model_metadata(model: str, version: str | None = None) -> dict[str, Any]:
        variant = description.find(model, version)
        return description.metadata(variant, whole_model=version is None)

    @api.get(f"{model_path}/ready")
    @api.get(f"{model_path}/versions/{{version}}/ready")
    async def model_ready(model: str, version: str | None = None) -> JSONResponse:
        description.find(model, version)
        welcome = is_ready()
        return JSONResponse({"name": model, "ready": welcome}, 200 if welcome else 503)

    @api.get("/metrics")
    async def prometheus() -> Response:
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    @api.exception_handler(StarletteHTTPException)
    async def refuse(_: Request, error: StarletteHTTPException) -> JSONResponse:
        return JSONResponse({"error": error.detail}, error.status_code, error.headers)

    return api
