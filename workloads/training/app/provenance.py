"""How a version came to be, as an in-toto statement with SLSA provenance."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from app.architecture import ARCHITECTURES
from app.settings import Settings

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "https://mizan.ae/training/v1"
BUILDER = "https://mizan.ae/workloads/training"
LIBRARIES = ("numpy", "onnx", "pyarrow", "scikit-learn", "torch")


def make_statement(
    settings: Settings,
    variant: str,
    digests: Mapping[str, str],
    files: Mapping[str, bytes],
    times: tuple[str, str],
) -> dict[str, Any]:
    """Returns `provenance.json`.

    Args:
        settings: What the Job was told.
        variant: Name of the variant.
        digests: SHA-256 of every object that was read from the lake, by key.
        files: The files that the statement is about.
        times: Start and end of the training, RFC 3339.
    """
    image = settings.image_digest.removeprefix("sha256:")
    definition = {
        "buildType": BUILD_TYPE,
        "externalParameters": {
            "model": settings.model,
            "variant": variant,
            "train_months": list(settings.train_months),
            "held_out_months": list(settings.held_out_months),
            "epochs": settings.epochs,
            "seed": settings.seed,
            "code_version": settings.code_version,
            "data": dict(sorted(digests.items())),
        },
        "internalParameters": {
            "architecture": {
                name: list(value) if isinstance(value, tuple) else value
                for name, value in asdict(ARCHITECTURES[variant]).items()
            },
            "libraries": {name: version(name) for name in LIBRARIES},
        },
        "resolvedDependencies": [
            *(
                {"uri": f"s3://{settings.lake}/{key}", "digest": {"sha256": digest}}
                for key, digest in sorted(digests.items())
            ),
            {"name": "image", "uri": f"oci:training@sha256:{image}", "digest": {"sha256": image}},
        ],
    }
    return {
        "_type": STATEMENT_TYPE,
        "subject": [
            {"name": name, "digest": {"sha256": hashlib.sha256(body).hexdigest()}}
            for name, body in sorted(files.items())
        ],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "buildDefinition": definition,
            "runDetails": {
                "builder": {"id": BUILDER, "version": {"training": settings.code_version}},
                "metadata": {"startedOn": times[0], "finishedOn": times[1]},
            },
        },
    }
