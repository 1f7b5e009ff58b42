"""A worker process: loads the verified model and builds the application around it."""

import os
from pathlib import Path

import msgspec

from app.admission import Admission
from app.api import Application, Description, create_api
from app.inference import Inference, Limits, Served
from app.journal import Journal
from app.metrics import Metrics
from app.model import Variant
from app.release import Release
from app.settings import Settings

VERIFIED = "VERIFIED_RELEASE"


def model_folder(settings: Settings, variant: str) -> Path:
    """Folder with the verified files of a variant."""
    return settings.scratch / "models" / variant


def create() -> Application:
    """Builds the application from the environment that the main process prepared."""
    settings = Settings.from_environment(os.environ)
    release = msgspec.json.decode(os.environ[VERIFIED], type=Release)
    return build(settings, release, Journal())


def build(settings: Settings, release: Release, journal: Journal) -> Application:
    """Builds the application.

    Args:
        settings: What the pod is told.
        release: The verified release.
        journal: Where events go.

    Raises:
        VerificationError: A file changed since it was verified.
    """
    weights = settings.assignment.weights
    variants = {
        name: Variant(
            name,
            release.variants[name],
            model_folder(settings, name),
            intra_op_threads=settings.intra_op_threads,
        )
        for name in weights
    }
    metrics = Metrics()
    for name, variant in variants.items():
        metrics.announce(settings.model, variant, weights[name], release.signed_by)
    admission = Admission(settings.queue_limit, settings.inference_threads)
    inference = Inference(
        Served(model=settings.model, variants=variants, assignment=settings.assignment),
        admission=admission,
        metrics=metrics,
        journal=journal,
        limits=Limits(max_rows=settings.max_rows, max_body_bytes=settings.max_body_bytes),
    )
    api = create_api(
        description=Description(settings.model, variants, weights),
        metrics=metrics,
        is_ready=lambda: not settings.drain_marker.exists(),
        close=admission.close,
    )
    return Application(inference, api)
