"""What training offers, around a small real model."""

import json

from signed_model import CONTRACT, make_model, make_statement, sha256

SLOPES = {"wide": 0.001, "deep": -0.002}


def candidate_files(variant: str, slope: float) -> dict[str, bytes]:
    """What training writes for one variant."""
    files = {
        "model.onnx": make_model(slope),
        "contract.json": json.dumps(CONTRACT).encode(),
        "metrics.json": json.dumps({"pr_auc_difference": {"lower": 0.01}}).encode(),
        "model_card.md": f"# {variant}\n".encode(),
    }
    files["provenance.json"] = json.dumps(make_statement(variant, files)).encode()
    return files


def candidate_objects() -> dict[str, bytes]:
    """What training leaves in its bucket, by key."""
    offered, objects = {}, {}
    for variant, slope in SLOPES.items():
        files = candidate_files(variant, slope)
        offered[variant] = sha256(files["model.onnx"])[:12]
        path = f"delay/{variant}/{offered[variant]}"
        objects |= {f"{path}/{name}": body for name, body in files.items()}
    objects["delay/candidates.json"] = json.dumps({"model": "delay", "variants": offered}).encode()
    return objects
