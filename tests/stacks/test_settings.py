import pulumi
import pytest

from environments import Environment, OnPremises
from stacks import settings
from tests.support.engine import build

SITE = OnPremises(kind="on-premises", name="here", country="AE", zones=("a",))


def cluster(config: dict[str, str] | None = None) -> settings.Cluster:
    found: list[settings.Cluster] = []
    build("any", config=config, program=lambda: found.append(settings.cluster(SITE)))
    return found[0]


def test_the_projects_defaults_are_those_of_the_embedded_cluster() -> None:
    assert cluster() == settings.Cluster(
        site="here",
        api_address="10.255.255.1",
        api_port=6443,
        encrypted_provisioner="mizan.sandbox/encrypted-path",
    )


def test_a_cluster_sets_its_own_facts() -> None:
    found = cluster({"mizan:apiServerAddress": "192.0.2.7", "mizan:apiServerPort": "443"})

    assert (found.api_address, found.api_port) == ("192.0.2.7", 443)


def test_a_name_is_no_address() -> None:
    with pytest.raises(pulumi.RunError, match=r"'api\.example'.*network policies know no names"):
        cluster({"mizan:apiServerAddress": "api.example"})


def test_no_cluster_is_taken_that_nobody_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)

    with pytest.raises(pulumi.RunError, match="no cluster was named"):
        cluster({"kubernetes:kubeconfig": ""})


def test_the_variable_names_a_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "somewhere")

    assert cluster({"kubernetes:kubeconfig": ""}).site == "here"


def test_an_unknown_environment_is_one_clear_message() -> None:
    with pytest.raises(pulumi.RunError, match="nowhere"):
        build("nowhere")


def test_an_environment_is_found_by_the_stacks_name() -> None:
    assert isinstance(settings.environment("local"), Environment)
