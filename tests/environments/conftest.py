"""Environments of the repository, changed in one place and loaded again."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from environments import Environment, InvalidEnvironmentError, load

ROOT = Path(__file__).parents[2] / "environments"
GONE = object()


class Workbench:
    """Writes a changed copy of an environment into a folder of its own, and loads it there."""

    gone = GONE

    def __init__(self, root: Path) -> None:
        self.root = root

    def load_text(self, text: str | bytes, name: str = "trial") -> Environment:
        folder = self.root / name
        folder.mkdir(parents=True, exist_ok=True)
        content = text.encode() if isinstance(text, str) else text
        (folder / "environment.yaml").write_bytes(content)
        return load(name, self.root)

    def load_with(self, name: str, changes: dict[str, Any]) -> Environment:
        """Load `name` with values set at paths such as `sites.primary.zones.0`."""
        data = yaml.safe_load((ROOT / name / "environment.yaml").read_text(encoding="utf-8"))
        for path, value in changes.items():
            _set(data, path, copy.deepcopy(value) if value is not GONE else GONE)
        return self.load_text(yaml.safe_dump(data, sort_keys=False), name)

    def refusal(self, name: str, changes: dict[str, Any]) -> InvalidEnvironmentError:
        with pytest.raises(InvalidEnvironmentError) as caught:
            self.load_with(name, changes)
        return caught.value

    def refusal_of_text(self, text: str | bytes) -> InvalidEnvironmentError:
        with pytest.raises(InvalidEnvironmentError) as caught:
            self.load_text(text)
        return caught.value


def _set(data: Any, path: str, value: Any) -> None:
    steps: list[Any] = [int(s) if re.fullmatch(r"\d+", s) else s for s in path.split(".")]
    for step in steps[:-1]:
        if isinstance(data, dict):
            data.setdefault(step, {})
        data = data[step]
    if value is GONE:
        del data[steps[-1]]
    elif isinstance(data, list) and steps[-1] == len(data):
        data.append(value)
    else:
        data[steps[-1]] = value


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return Workbench(tmp_path / "environments")
