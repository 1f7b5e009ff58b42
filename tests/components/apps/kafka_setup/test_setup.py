import json
from pathlib import Path

import pytest

from tests.components.apps.loading import load
from tests.support.kafka import ADMINISTRATOR, Authority, free_ports

app = load("streaming/setup", "declaration", "__main__")


def told(folder: Path, port: int) -> Path:
    path = folder / "declaration.json"
    nothing = {"copies": 1, "topics": [], "acls": []}
    path.write_text(json.dumps({"bootstrap": f"localhost:{port}", **nothing}))
    return path


def test_brokers_out_of_reach_are_waited_for_and_then_named(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    wanted = app.declaration.read(told(tmp_path, port))
    identity = Authority(tmp_path).of(ADMINISTRATOR)
    with pytest.raises(app.declaration.SetupError, match=rf"localhost:{port} cannot be reached"):
        app.main_module.setup(wanted, identity, patience_seconds=0)


def test_a_declaration_is_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    assert app.main_module.main([]) == 2
    assert "usage" in caplog.text
