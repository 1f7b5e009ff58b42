import pytest

from environments import load, stacks
from sandbox.faults import SandboxError
from sandbox.loss.lose import lose
from sandbox.loss.second import told


@pytest.mark.parametrize("name", ["local", "smb"])
def test_an_environment_that_its_loss_would_end_is_refused(name: str) -> None:
    with pytest.raises(SandboxError, match="no second site behind a link"):
        lose(name)


def test_the_second_site_is_the_one_that_the_environment_names() -> None:
    environment, site = next(name.split(".") for name in stacks() if "." in name)

    assert told(load(environment)).name == site
