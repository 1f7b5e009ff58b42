"""One stand-in for the session, and what samples need to stand on."""

import http.client
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi.provider.experimental import provider as sdk

from sandbox.aws import running
from sandbox.aws.provider.connection import ENDPOINT
from sandbox.aws.provider.provider import AwsProvider
from sandbox.provider_service.values import to_properties
from tests.sandbox.aws.trial import Trial, run

SAMPLES = Path(__file__).parent / "samples"
_REFERENCE = re.compile(r"\$\{(\w+)\.(\w+)\}")


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("aws")
    endpoint = running.start(folder).endpoint
    before = os.environ.get(ENDPOINT)
    os.environ[ENDPOINT] = endpoint
    yield endpoint
    running.stop(folder)
    os.environ.pop(ENDPOINT)
    if before is not None:
        os.environ[ENDPOINT] = before


@pytest.fixture
def fault(stand_in: str) -> Iterator[Callable[..., None]]:
    """Let the next calls of an operation fail."""

    def add(**given: Any) -> None:
        _control(stand_in, "POST", given)

    yield add
    _control(stand_in, "DELETE", {})


def _control(endpoint: str, method: str, body: Any) -> None:
    address = endpoint.removeprefix("http://")
    connection = http.client.HTTPConnection(address)
    connection.request(method, "/mizan/faults", json.dumps(body))
    assert connection.getresponse().status == 200
    connection.close()


def configured(**settings: Any) -> AwsProvider:
    provider = AwsProvider()
    arguments = {"region": "me-central-1", **settings}
    request = sdk.ConfigureRequest(
        {}, to_properties(arguments), accept_secrets=True, accept_resources=False
    )
    run(provider.configure(request))
    return provider


@pytest.fixture(scope="session")
def provider(stand_in: str) -> AwsProvider:
    del stand_in
    return configured(
        allowedAccountIds=["111122223333"], defaultTags={"tags": {"owner": "platform"}}
    )


@pytest.fixture(scope="session")
def filled(provider: AwsProvider) -> Callable[[Any], Any]:
    """Inputs with `${name.property}` of the prerequisites filled in; each is made once."""
    known = yaml.safe_load((SAMPLES / "prerequisites.yaml").read_text())
    made: dict[str, Trial] = {}

    def resource(name: str) -> Trial:
        if name not in made:
            trial = Trial(provider, known[name]["type"], name)
            trial.create(trial.checked(fill(known[name].get("inputs", {}))))
            made[name] = trial
        return made[name]

    def value(name: str, key: str) -> Any:
        trial = resource(name)
        return trial.id if key == "id" else trial.state[key]

    def fill(given: Any) -> Any:
        if isinstance(given, dict):
            return {key: fill(item) for key, item in given.items()}
        if isinstance(given, list):
            return [fill(item) for item in given]
        if not isinstance(given, str):
            return given
        if whole := _REFERENCE.fullmatch(given):
            return value(whole[1], whole[2])
        return _REFERENCE.sub(lambda found: str(value(found[1], found[2])), given)

    return fill
