import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "workloads" / "landing"))

import pytest  # noqa: E402 - the path comes first
from app.source import Source, read_source  # noqa: E402 - same


@pytest.fixture(scope="session")
def source() -> Source:
    return read_source()
