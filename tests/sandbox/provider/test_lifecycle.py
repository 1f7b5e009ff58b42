"""Objects from their first preview to their deletion."""

import json

import pytest

from tests.sandbox.provider.control_plane import ControlPlane
from tests.sandbox.provider.project import Project

pytestmark = pytest.mark.engine

PROGRAM = """
team = k8s.core.v1.Namespace("life", metadata={"name": "life"})
settings = k8s.core.v1.ConfigMap(
    "settings", metadata={"namespace": team.metadata.name}, data={"colour": "COLOUR"}
)
sealed = k8s.core.v1.ConfigMap(
    "sealed", immutable=True, metadata={"name": "sealed", "namespace": team.metadata.name},
    data={"colour": "COLOUR"},
)
password = k8s.core.v1.Secret(
    "password", metadata={"name": "password", "namespace": team.metadata.name},
    string_data={"word": pulumi.Output.secret("sesame-open")},
)
address = k8s.core.v1.Service(
    "address", metadata={"name": "address", "namespace": team.metadata.name},
    spec={"ports": [{"port": 80}]},
)
web = k8s.apps.v1.Deployment(
    "web",
    metadata={
        "name": "web", "namespace": team.metadata.name,
        "annotations": {"pulumi.com/skipAwait": "true"},
    },
    spec={
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{
                "name": "c", "image": "i", "resources": {"limits": {"cpu": "1000m"}},
            }]},
        },
    },
)
pulumi.export("address", address.spec.cluster_ip)
pulumi.export("settings", settings.metadata.name)
pulumi.export("uid", team.metadata.uid)
"""


def test_objects_live_from_preview_to_destroy(project: Project, plane: ControlPlane) -> None:
    project.write(PROGRAM.replace("COLOUR", "red"))
    previewed = project.preview().expect_success().output
    assert "namespace 'life' does not exist" in previewed
    assert "sesame-open" not in previewed
    assert plane.kubectl("get", "namespace", "life", check=False) == ""

    project.up().expect_success()
    outputs = project.outputs()
    assert outputs["address"].startswith("10.96.")
    assert outputs["uid"] == plane.kubectl(
        "get", "namespace", "life", "-o", "jsonpath={.metadata.uid}"
    )
    assert plane.kubectl("get", "-n", "life", "secret/password", "-o", "jsonpath={.data.word}")
    state = project.state_text()
    assert "sesame-open" not in state
    assert "c2VzYW1lLW9wZW4" not in state, "base64 of the secret is in the state"

    again = project.up(skip_preview=False).expect_success().output
    assert "7 unchanged" in again
    assert "updated" not in again

    project.write(PROGRAM.replace("COLOUR", "blue"))
    assert "[diff: ~data]" in project.up().expect_success().output
    settings = json.loads(plane.kubectl("get", "-n", "life", "configmaps", "-o", "json"))
    colours = {i["metadata"]["name"]: i["data"].get("colour") for i in settings["items"]}
    assert colours[outputs["settings"]] == "blue", "a name made here is kept over an update"
    assert colours["sealed"] == "blue", "an immutable ConfigMap is replaced under its name"

    # `1000m` is kept as `1` by the server; that alone is no drift.
    plane.kubectl("scale", "-n", "life", "deployment/web", "--replicas=3")
    plane.kubectl("label", "-n", "life", "configmap/sealed", "theirs=yes")
    assert "7 unchanged" in project.refresh().expect_success().output

    patch = '{"data": {"colour": "green"}}'
    plane.kubectl("patch", "-n", "life", f"configmap/{outputs['settings']}", "-p", patch)
    plane.kubectl("delete", "-n", "life", "service/address")
    refreshed = project.refresh().expect_success().output
    assert "1 updated" in refreshed
    assert "1 deleted" in refreshed
    mended = project.up().expect_success().output
    assert "1 created" in mended
    assert "1 updated" in mended

    project.destroy().expect_success()
    assert plane.kubectl("get", "namespace", "life", check=False) == ""


def test_what_something_else_made_is_imported_not_overwritten(
    project: Project, plane: ControlPlane
) -> None:
    plane.kubectl("create", "configmap", "theirs", "--from-literal=a=1")
    project.write('k8s.core.v1.ConfigMap("theirs", metadata={"name": "theirs"}, data={"a": "2"})')
    refused = project.preview().expect_failure().output
    assert "ConfigMap default/theirs exists already and something else made it" in refused

    imported = project.run(
        *("import", "kubernetes:core/v1:ConfigMap", "theirs", "default/theirs"),
        *("--yes", "--skip-preview", "--generate-code=false", "--protect=false"),
    )
    imported.expect_success()
    project.up().expect_success()
    found = plane.kubectl("get", "configmap", "theirs", "-o", "jsonpath={.data.a}")
    assert found == "2"
