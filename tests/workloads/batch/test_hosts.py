"""What is fetched from outside the boundary: nothing, though a server abroad would answer."""

from pathlib import Path

import pytest

from app import hosts, session
from app.failure import ConfigurationError
from app.settings import Settings
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


@pytest.mark.parametrize(
    ("endpoint", "region"),
    [("https://models.s3.eu-west-1.amazonaws.com", "me-central-1"), ("", "eu-west-1")],
)
def test_spark_is_not_led_abroad(
    endpoint: str, region: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(hosts.VARIABLE, "*.me-central-1.amazonaws.com")
    given = {"STORE_REGION": region, "STORE_ENDPOINT": endpoint, "MOUNT_ROOT": str(tmp_path)}
    settings = Settings.from_environment(given)
    with pytest.raises(ConfigurationError, match="eu-west-1"):
        session.configuration(settings)
