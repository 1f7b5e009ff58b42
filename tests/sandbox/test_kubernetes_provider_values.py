"""Kinds, values and settings, between the engine's forms and Kubernetes'."""

from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime.rpc import UNKNOWN

from sandbox.kubernetes_provider import configuration
from sandbox.kubernetes_provider.cluster import applied_form
from sandbox.kubernetes_provider.drift import current_inputs, imported_inputs, with_plain_text
from sandbox.kubernetes_provider.errors import ProviderError, UnsupportedKindError
from sandbox.kubernetes_provider.kinds import Identity, Kind, kind_of
from sandbox.kubernetes_provider.values import has_unknown, to_plain, to_properties, without_nulls

JSON = st.recursive(
    st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4))
def test_values_survive_the_way_to_the_engine_and_back(manifest: dict[str, Any]) -> None:
    assert to_plain(to_properties(manifest)) == manifest


@given(st.dictionaries(st.text(max_size=5), JSON, min_size=1, max_size=4))
def test_what_was_secret_stays_secret_whatever_it_becomes(manifest: dict[str, Any]) -> None:
    secret = {
        key: PropertyValue(value.value, is_secret=True)
        for key, value in to_properties(manifest).items()
    }
    assert all(value.is_secret for value in to_properties(manifest, secret).values())


def test_a_secret_deep_inside_is_found_again_by_its_path() -> None:
    before = {"env": PropertyValue([PropertyValue("x", is_secret=True)])}

    def env_after(items: list[str]) -> Any:
        spec: Any = to_properties({"spec": {"env": items}}, {"spec": PropertyValue(before)})["spec"]
        return spec.value["env"]

    assert env_after(["y"]).value[0].is_secret
    assert not env_after(["y"]).is_secret
    assert env_after(["a", "b"]).is_secret, "which item it was is lost, so all are"


def test_the_content_of_a_secret_is_always_secret() -> None:
    properties = to_properties(
        {"apiVersion": "v1", "kind": "Secret", "data": {"a": "eA=="}, "type": "Opaque"}
    )
    assert properties["data"].is_secret
    assert not properties["type"].is_secret


def test_an_asset_is_refused_with_its_place() -> None:
    properties = {"data": PropertyValue({"file": PropertyValue(pulumi.StringAsset("x"))})}
    with pytest.raises(ProviderError, match=r"data\.file is a StringAsset"):
        to_plain(properties)


def test_unknowns_are_seen_at_any_depth() -> None:
    assert has_unknown({"a": [{"b": UNKNOWN}]})
    assert not has_unknown({"a": [{"b": "known"}]})


def test_nulls_are_left_out_at_any_depth() -> None:
    assert without_nulls({"a": None, "b": [{"c": None, "d": 0}]}) == {"b": [{"d": 0}]}


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        ("kubernetes:core/v1:Namespace", Kind("v1", "Namespace")),
        ("kubernetes:apps/v1:Deployment", Kind("apps/v1", "Deployment")),
        ("kubernetes:example.org/v1alpha1:AllowList", Kind("example.org/v1alpha1", "AllowList")),
    ],
)
def test_a_type_means_a_kind(token: str, kind: Kind) -> None:
    assert kind_of(token, {"apiVersion": kind.api_version, "kind": kind.name, "spec": {}}) == kind
    assert kind_of(token, {}) == kind


@pytest.mark.parametrize(
    ("token", "inputs", "words"),
    [
        ("kubernetes:core/v1:ConfigMapList", {"items": []}, "is a list of objects"),
        ("kubernetes:apps/v1:DeploymentPatch", {"kind": "Deployment"}, "something else owns"),
        ("kubernetes:helm.sh/v3:Release", {}, "is not a Kubernetes object"),
        ("kubernetes:yaml/v2:ConfigFile", {}, "is not a Kubernetes object"),
        ("aws:s3/bucket:Bucket", {}, "is not of the form"),
    ],
)
def test_what_is_no_single_object_is_refused_by_name(
    token: str, inputs: dict[str, Any], words: str
) -> None:
    with pytest.raises(UnsupportedKindError, match=words) as refused:
        kind_of(token, inputs)
    assert token in str(refused.value)


def test_a_type_and_inputs_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ProviderError, match="make them agree"):
        kind_of("kubernetes:apps/v1:Deployment", {"apiVersion": "apps/v2", "kind": "Deployment"})


def test_an_id_is_namespace_and_name() -> None:
    kind = Kind("v1", "ConfigMap")
    assert Identity.from_id(kind, "a/b") == Identity(kind, "b", "a")
    assert Identity.from_id(kind, "b").id == "b"
    for wrong in ("a/b/c", "a/", ""):
        with pytest.raises(ProviderError, match="namespace/name"):
            Identity.from_id(kind, wrong)


def test_plain_text_of_a_secret_is_sent_as_data() -> None:
    sent = applied_form(
        {"kind": "Secret", "data": {"a": "eA=="}, "stringData": {"b": "y"}, "status": {}}
    )
    assert sent == {"kind": "Secret", "data": {"a": "eA==", "b": "eQ=="}}


class TestDrift:
    def test_another_spelling_by_the_server_is_no_drift(self) -> None:
        declared = {"cpu": "1000m", "list": [{"a": 1}]}
        live = {"cpu": "1", "list": [{"a": 1, "filled": True}], "also": "theirs"}
        assert current_inputs(declared, live, live) == declared

    def test_a_changed_field_is_as_it_is_and_a_removed_one_is_gone(self) -> None:
        declared = {"kept": 1, "changed": 1, "removed": 1, "written-only": 1}
        desired = {"kept": 1, "changed": 1, "removed": 1}
        live = {"kept": 1, "changed": 2}
        assert current_inputs(declared, live, desired) == {
            "kept": 1,
            "changed": 2,
            "written-only": 1,
        }

    def test_plain_text_of_a_secret_is_compared(self) -> None:
        live = {"data": {"a": "eA==", "other": "eQ=="}}
        assert with_plain_text(live, {"a": "w"})["stringData"] == {"a": "x"}

    def test_an_import_leaves_out_what_only_the_server_writes(self) -> None:
        live = {"metadata": {"name": "n", "uid": "u"}, "spec": {}, "status": {"phase": "x"}}
        assert imported_inputs(live) == {"metadata": {"name": "n"}, "spec": {}}


class TestConfiguration:
    def test_only_settings_that_are_honoured_are_taken(self) -> None:
        assert not configuration.refusals({"kubeconfig": "x", "context": "c", "version": "4"})
        [(key, reason)] = configuration.refusals({"deleteUnreachable": "true"})
        assert key == "deleteUnreachable"
        assert "allowed are kubeconfig, context, namespace" in reason

    def test_a_setting_without_effect_is_said(self) -> None:
        assert configuration.notices({"enableServerSideApply": "false"})
        assert not configuration.notices({"enableServerSideApply": "true"})

    def test_no_kubeconfig_is_one_clear_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KUBECONFIG", "/nowhere/kubeconfig")
        access = configuration.ClusterAccess.of({})
        with pytest.raises(ProviderError, match=r"/nowhere/kubeconfig.*is empty") as said:
            access.connect(lambda _: None)
        assert "set the provider's `kubeconfig`" in str(said.value)
