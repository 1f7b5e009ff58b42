"""What is fetched from outside the boundary: nothing, though a server abroad would answer."""

from pathlib import Path

import pytest

from app import hosts
from app.failure import ConfigurationError
from app.store import Bucket
from tests.workloads.conftest import REGION, Stranger


def store_at(url: str, folder: Path) -> Bucket:
    return Bucket("lake", endpoint=url, region=REGION, credentials=folder)


def test_data_abroad_are_neither_read_nor_written(stranger: Stranger, tmp_path: Path) -> None:
    bucket = store_at(stranger.url, tmp_path / "none")
    with pytest.raises(ConfigurationError, match=r"'models\.s3\.eu-west-1.* outside the boundary"):
        bucket.read("a")
    with pytest.raises(ConfigurationError, match="allowed by MIZAN_ALLOWED_HOSTS: localhost"):
        bucket.write("a", b"personal data")
    assert stranger.asked == []


def test_the_server_abroad_would_answer(
    stranger: Stranger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(hosts.VARIABLE, f"localhost,{stranger.host}")
    bucket = store_at(stranger.url, tmp_path / "none")
    assert bucket.read("a") == b"evil"
    bucket.write("a", b"personal data")
    assert [line.split("?")[0] for line in stranger.asked] == ["GET /lake/a", "PUT /lake/a"]


def test_where_no_boundary_is_told_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(hosts.VARIABLE)
    with pytest.raises(ConfigurationError, match=r"allowed by MIZAN_ALLOWED_HOSTS: \(none\)"):
        hosts.require("https://localhost:7070/lake")


TOLD = "*.svc.cluster.local,kubernetes.default.svc,*.me-central-1.amazonaws.com"
INSIDE = [
    "https://store.storage.svc.cluster.local:7070/lake",
    "https://lake.s3.me-central-1.amazonaws.com/a",
    "https://LAKE.S3.ME-CENTRAL-1.AMAZONAWS.COM./a",
    "https://kubernetes.default.svc/api",
]
OUTSIDE = [
    "https://s3.eu-west-1.amazonaws.com/a",
    "https://s3.amazonaws.com/a",
    "https://s3.me-central-1.amazonaws.com.evil.example/a",
    "https://evilme-central-1.amazonaws.com/a",
    "https://s3.me-central-1.amazonaws.com@evil.example/a",
    "https://huggingface.co/model",
    "not a url",
    "",
]


@pytest.mark.parametrize("url", INSIDE)
def test_a_host_inside_is_let_through(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(hosts.VARIABLE, TOLD)
    hosts.require(url)


@pytest.mark.parametrize("url", OUTSIDE)
def test_a_host_is_compared_as_a_whole(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(hosts.VARIABLE, TOLD)
    with pytest.raises(ConfigurationError, match="outside the boundary"):
        hosts.require(url)
