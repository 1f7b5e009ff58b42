"""A small estate beside its stand-ins, as a rehearsal makes it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from environments import load
from sandbox.lock import locked
from sandbox.progress import Step, Steps
from sandbox.rehearsal.estate import Estate
from sandbox.rehearsal.place import Place
from sandbox.rehearsal.rehearse import standing
from sandbox.rehearsal.report import Report

FIXTURE = Path(__file__).resolve().parent.parent / "sandbox" / "rehearsal"
NAME = "estate"


@pytest.fixture
def environments(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the small environment is; the user's own account and clusters are forgotten."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "KUBE", "PULUMI_", "MIZAN_A", "MIZAN_I")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("MIZAN_ENVIRONMENTS", str(FIXTURE / "environments"))
    return FIXTURE / "environments"


@pytest.fixture
def estate(environments: Path) -> Iterator[Estate]:
    place = Place(NAME)
    with locked(place.lock, "a test of interruptions"):
        place.clear()
        with standing(load(NAME), place, Steps(), Report(NAME), FIXTURE / "project") as stands:
            yield stands


@pytest.fixture
def step() -> Iterator[Step]:
    with Steps().step("test") as running:
        yield running
