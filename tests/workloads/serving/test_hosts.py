"""Models from outside the boundary: none is fetched, though a server abroad would answer."""

from pathlib import Path

import pytest

from app import hosts
from app.failure import ConfigurationError
from app.repository import Repository
from tests.workloads.conftest import REGION, Stranger


def models_at(url: str, folder: Path) -> Repository:
    return Repository(endpoint=url, region=REGION, bucket="models", credentials=folder)


def test_a_model_abroad_is_not_fetched(stranger: Stranger, tmp_path: Path) -> None:
    models = models_at(stranger.url, tmp_path / "none")
    with pytest.raises(ConfigurationError, match=r"'models\.s3\.eu-west-1.* outside the boundary"):
        models.download("delay/deep", tmp_path / "model")
    assert stranger.asked == []


def test_the_server_abroad_would_answer(
    stranger: Stranger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(hosts.VARIABLE, f"localhost,{stranger.host}")
    models_at(stranger.url, tmp_path / "none").download("delay/deep", tmp_path / "model")
    assert (tmp_path / "model" / "model.onnx").read_bytes() == b"evil"
    assert stranger.asked[0].startswith("GET /models/delay/deep/model.onnx")
