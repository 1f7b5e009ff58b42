import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "workloads" / "landing"))

import pytest

from app.source import Source, read_source


@pytest.fixture(scope="session")
def source() -> Source:
    return read_source()
