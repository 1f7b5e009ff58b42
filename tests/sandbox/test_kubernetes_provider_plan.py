"""What an update does to an object: nothing, a change in place, or a replacement."""

from typing import Any

import pytest
from pulumi.provider.experimental.provider import PropertyDiffKind
from pulumi.runtime.rpc import UNKNOWN

from sandbox.kubernetes_provider.naming import AUTONAMED, with_name
from sandbox.kubernetes_provider.plan import Plan, planned
from sandbox.provider_service.difference import differences

Json = dict[str, Any]


def manifest(api_version: str, kind: str, **fields: Any) -> Json:
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": "it", "namespace": "here"},
        **fields,
    }


def changes_freely(_: Json) -> list[str]:
    return []


def plan(old: Json, new: Json, state: Json | None = None) -> Plan:
    return planned(old, new, state or {}, resource_id="here/it", dry_run=changes_freely)


REPLACED = [
    ("batch/v1", "Job", {"template": {"a": 1}}, {"template": {"a": 2}}),
    ("apps/v1", "Deployment", {"selector": {"a": "1"}}, {"selector": {"a": "2"}}),
    ("apps/v1", "StatefulSet", {"serviceName": "a"}, {"serviceName": "b"}),
    ("apps/v1", "StatefulSet", {"volumeClaimTemplates": []}, {"volumeClaimTemplates": [{}]}),
    ("v1", "Service", {"clusterIP": "10.0.0.1"}, {"clusterIP": "10.0.0.2"}),
    ("v1", "PersistentVolumeClaim", {"storageClassName": "a"}, {"storageClassName": "b"}),
    ("v1", "Pod", {"containers": [{"command": ["a"]}]}, {"containers": [{"command": ["b"]}]}),
]
CHANGED = [
    ("batch/v1", "Job", {"suspend": False}, {"suspend": True}),
    ("batch/v1", "CronJob", {"schedule": "1 * * * *"}, {"schedule": "2 * * * *"}),
    ("apps/v1", "Deployment", {"template": {"a": 1}}, {"template": {"a": 2}}),
    ("apps/v1", "StatefulSet", {"replicas": 1}, {"replicas": 2}),
    ("v1", "Service", {"ports": [{"port": 1}]}, {"ports": [{"port": 2}]}),
    ("v1", "PersistentVolumeClaim", {"resources": {"a": 1}}, {"resources": {"a": 2}}),
    ("v1", "Pod", {"containers": [{"image": "a"}]}, {"containers": [{"image": "b"}]}),
]


@pytest.mark.parametrize(("version", "kind", "before", "after"), REPLACED)
def test_a_change_that_kubernetes_forbids_replaces_old_before_new(
    version: str, kind: str, before: Json, after: Json
) -> None:
    found = plan(manifest(version, kind, spec=before), manifest(version, kind, spec=after))
    response = found.response()
    assert response.changes
    assert response.replaces
    assert response.delete_before_replace, "both have the same name, so they cannot coexist"


@pytest.mark.parametrize(("version", "kind", "before", "after"), CHANGED)
def test_a_change_that_kubernetes_allows_is_made_in_place(
    version: str, kind: str, before: Json, after: Json
) -> None:
    found = plan(manifest(version, kind, spec=before), manifest(version, kind, spec=after))
    response = found.response()
    assert response.changes
    assert not response.replaces


@pytest.mark.parametrize(
    ("version", "kind", "field", "before", "after"),
    [
        ("v1", "Secret", "type", "Opaque", "kubernetes.io/tls"),
        ("storage.k8s.io/v1", "StorageClass", "provisioner", "a", "b"),
        ("storage.k8s.io/v1", "StorageClass", "parameters", {"a": "1"}, {"a": "2"}),
        ("rbac.authorization.k8s.io/v1", "RoleBinding", "roleRef", {"name": "a"}, {"name": "b"}),
    ],
)
def test_fields_outside_the_spec_are_fixed_too(
    version: str, kind: str, field: str, before: Any, after: Any
) -> None:
    old, new = manifest(version, kind, **{field: before}), manifest(version, kind, **{field: after})
    assert plan(old, new).response().replaces


def test_an_immutable_config_map_is_replaced_and_a_plain_one_is_not() -> None:
    old = manifest("v1", "ConfigMap", immutable=True, data={"a": "1"})
    new = manifest("v1", "ConfigMap", immutable=True, data={"a": "2"})
    assert plan(old, new).response().replaces == ["data.a"]
    assert not plan({**old, "immutable": None}, {**new, "immutable": None}).response().replaces


def test_another_name_or_namespace_is_another_object_made_before_the_old_one_goes() -> None:
    old = manifest("v1", "ConfigMap")
    new = {**old, "metadata": {"name": "other", "namespace": "here"}}
    response = plan(old, new).response()
    assert response.replaces == ["metadata.name"]
    assert not response.delete_before_replace


def test_a_generated_name_lets_the_new_object_stand_beside_the_old() -> None:
    old = manifest("batch/v1", "Job", spec={"template": {"a": 1}})
    old["metadata"]["annotations"] = {AUTONAMED: "true"}
    new = {**old, "spec": {"template": {"a": 2}}}
    response = plan(old, new).response()
    assert response.replaces
    assert not response.delete_before_replace


def test_a_failed_job_is_replaced_though_nothing_in_it_changed() -> None:
    job = manifest("batch/v1", "Job", spec={"template": {}})
    failed = {"status": {"conditions": [{"type": "Failed", "status": "True"}]}}
    assert plan(job, job, failed).response().replaces == ["status"]
    done = {"status": {"conditions": [{"type": "Complete", "status": "True"}]}}
    assert plan(job, job, done).response().changes is False


def test_what_the_server_calls_immutable_is_replaced_though_no_table_says_so() -> None:
    old = manifest("example.org/v1", "Widget", spec={"shape": "round", "size": 1})
    new = manifest("example.org/v1", "Widget", spec={"shape": "square", "shapes": 2})
    found = planned(old, new, {}, resource_id="here/it", dry_run=lambda _: ["spec.shape"])
    assert found.response().replaces == ["spec.shape"]
    assert found.response().detailed_diff["spec.shapes"].kind is PropertyDiffKind.ADD


def test_the_server_is_not_asked_about_values_that_are_not_known_yet() -> None:
    asked: list[Json] = []

    def dry_run(inputs: Json) -> list[str]:
        asked.append(inputs)
        return []

    old = manifest("v1", "ConfigMap", data={"a": "1"})
    new = manifest("v1", "ConfigMap", data={"a": UNKNOWN})
    response = planned(old, new, {}, resource_id="here/it", dry_run=dry_run).response()
    assert not asked
    assert response.detailed_diff["data.a"].kind is PropertyDiffKind.UPDATE


def test_a_namespace_filled_in_later_is_no_change() -> None:
    old = manifest("v1", "ConfigMap")
    del old["metadata"]["namespace"]
    assert plan(old, manifest("v1", "ConfigMap")).response().changes is False


def test_paths_are_written_as_the_engine_reads_them() -> None:
    old = {"metadata": {"labels": {"app.kubernetes.io/name": "a"}}, "spec": {"list": [{"x": 1}]}}
    new = {"metadata": {"labels": {}}, "spec": {"list": [{"x": 2}, {"x": 3}]}, "more": True}
    assert {str(found): found.change for found in differences(old, new)} == {
        'metadata.labels["app.kubernetes.io/name"]': "delete",
        "more": "add",
        "spec.list[0].x": "update",
        "spec.list[1]": "add",
    }


def test_null_and_absent_are_the_same_and_true_is_not_one() -> None:
    assert not list(differences({"a": None}, {}))
    assert [found.change for found in differences({"a": 1}, {"a": True})] == ["update"]


class TestNames:
    def test_a_given_name_is_kept(self) -> None:
        given = {"metadata": {"name": "mine"}}
        assert with_name(given, {}, "resource", b"") == given

    def test_a_generated_name_is_kept_over_updates_and_new_for_a_replacement(self) -> None:
        first = with_name({}, {}, "Resource", b"1")
        name = first["metadata"]["name"]
        assert name.startswith("resource-")
        assert with_name({}, first, "Resource", b"2")["metadata"]["name"] == name
        assert with_name({}, {}, "Resource", b"2")["metadata"]["name"] != name

    def test_the_same_seed_gives_the_same_name(self) -> None:
        assert with_name({}, {}, "r", b"seed") == with_name({}, {}, "r", b"seed")
        assert with_name({}, {}, "r", b"") != with_name({}, {}, "r", b"")

    def test_a_long_name_fits_a_label(self) -> None:
        name = with_name({}, {}, "x" * 100, b"1")["metadata"]["name"]
        assert len(name) <= 63
