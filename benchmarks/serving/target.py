"""A server to measure: the model server itself, or the same listener with an empty handler."""

import hashlib
import json
import multiprocessing
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from fastapi import FastAPI
from network import make_contract, make_network
from starlette.routing import Route

from app.journal import Journal
from app.release import Release, ReleasedVariant
from app.server import ModelServer
from app.settings import Settings
from app.worker import VERIFIED, create, model_folder

ANSWER = json.dumps({"outputs": [{"name": "probability", "data": [0.5]}], "id": "x" * 32}).encode()


class Empty:
    """Reads the request and answers with the same bytes each time."""

    async def __call__(self, _: Any, receive: Any, send: Any) -> None:
        """Answers one request."""
        while (await receive()).get("more_body", False):
            pass
        length = (b"content-length", b"%d" % len(ANSWER))
        kind = (b"content-type", b"application/json")
        await send({"type": "http.response.start", "status": 200, "headers": [kind, length]})
        await send({"type": "http.response.body", "body": ANSWER})


def create_empty() -> FastAPI:
    """Builds the application with nothing but the empty handler at the infer endpoint."""
    api = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    path = "/v2/models/{model}/infer"
    api.router.routes.append(Route(path, endpoint=Empty(), methods=["POST"]))

    @api.get("/v2/health/ready")
    async def ready() -> dict[str, bool]:
        return {"ready": True}

    return api


def unpack(settings: Settings) -> Release:
    """Writes the variants where a verified release would lie; what is measured comes after."""
    variants = {}
    for seed, name in enumerate(settings.assignment.weights):
        files = {"model.onnx": make_network(seed), "contract.json": make_contract()}
        folder = model_folder(settings, name)
        folder.mkdir(parents=True)
        for file, body in files.items():
            (folder / file).write_bytes(body)
        digests = {file: hashlib.sha256(body).hexdigest() for file, body in files.items()}
        digest = digests["model.onnx"]
        variants[name] = ReleasedVariant(digest[:12], digest, name, digests)
    return Release(settings.model, variants, "0" * 64, datetime.now(UTC))


def main() -> None:
    """Serves until told to stop. The one argument says what: `model` or `empty`."""
    multiprocessing.set_start_method("spawn")
    settings = Settings.from_environment(os.environ)
    Path(settings.scratch).mkdir(parents=True, exist_ok=True)
    if sys.argv[1] == "model":
        os.environ[VERIFIED] = msgspec.json.encode(unpack(settings)).decode()
    loader = create if sys.argv[1] == "model" else create_empty
    ModelServer(settings, Journal()).serve(target_loader=loader, wrap_loader=False)


if __name__ == "__main__":
    main()
