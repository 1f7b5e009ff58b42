"""What is fetched from outside the boundary: nothing, though a server abroad would answer."""

from pathlib import Path

import pytest

from app import hosts
from app.failure import ConfigurationError
from app.store import Store
from tests.workloads.conftest import REGION, Stranger


def store_at(url: str, folder: Path) -> Store:
    return Store(endpoint=url, region=REGION, credentials=folder)


def test_data_abroad_are_neither_read_nor_written(stranger: Stranger, tmp_path: Path) -> None:
    bucket = store_at(stranger.url, tmp_path / "none")
    with pytest.raises(ConfigurationError, match=r"'models\.s3\.eu-west-1.* outside the boundary"):
        bucket.read("lake", "a")
    with pytest.raises(ConfigurationError, match="allowed by MIZAN_ALLOWED_HOSTS: localhost"):
        bucket.write("lake", "a", b"personal data")
    assert stranger.asked == []


def test_the_server_abroad_would_answer(
    stranger: Stranger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(hosts.VARIABLE, f"localhost,{stranger.host}")
    bucket = store_at(stranger.url, tmp_path / "none")
    assert bucket.read("lake", "a") == b"evil"
    bucket.write("lake", "a", b"personal data")
    assert [line.split("?")[0] for line in stranger.asked] == ["GET /lake/a", "PUT /lake/a"]
