"""Components are built under a recording engine."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

from tests.components.recording import Deploy, Engine


@pytest.fixture
def engine() -> Engine:
    recording = Engine()
    mocks.set_mocks(recording, preview=False)
    return recording


@pytest.fixture
def deploy(engine: Engine) -> Deploy:
    """Runs a program to its end and gives back what its outputs came to."""

    def run(program: Callable[[], Any]) -> Any:
        resolved: list[Any] = []
        run_to_its_end: Any = pulumi.runtime.test
        run_to_its_end(lambda: pulumi.Output.from_input(program()).apply(resolved.append))()
        assert resolved, "the program's outputs never resolved"
        return resolved[0]

    return run
