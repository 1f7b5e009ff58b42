import re
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime import rpc

from stacks import hardening, law
from stacks.hardening import SCRATCH, NotHardenedError, hardened, label_value, labels_of, transform

LABELS = {"mizan.ae/owner": "team"}
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
CONTAINER = {"name": "main", "image": "registry/app@sha256:0"}


def pod(**more: Any) -> dict[str, Any]:
    return {"containers": [dict(CONTAINER)], **more}


def deployment(**more: Any) -> dict[str, Any]:
    return {"metadata": {"name": "app"}, "spec": {"template": {"spec": pod(**more)}}}


def pod_of(props: dict[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = props["spec"]["template"]["spec"]
    return spec


def bearing(kind: str) -> dict[str, Any]:
    """An object of a kind that bears pods, with one where the kind has it."""
    props: dict[str, Any] = {"spec": pod()}
    for step in reversed(hardening.TEMPLATES[kind]):
        props = {step: props}
    return props


def found_in(kind: str, props: dict[str, Any]) -> dict[str, Any]:
    for step in hardening.TEMPLATES[kind]:
        props = props[step]
    return props


@pytest.mark.parametrize("kind", hardening.TEMPLATES)
def test_every_kind_that_bears_pods_gets_the_restricted_context(kind: str) -> None:
    template = found_in(kind, hardened(f"kubernetes:any/v1:{kind}", bearing(kind), LABELS))

    spec = template["spec"]
    assert template["metadata"]["labels"] == LABELS
    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False
    assert spec["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 65532,
        "runAsGroup": 65532,
        "fsGroup": 65532,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    (container,) = spec["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "privileged": False,
        "readOnlyRootFilesystem": True,
    }
    assert container["volumeMounts"] == [{"name": "tmp", "mountPath": SCRATCH}]
    assert spec["volumes"] == [{"name": "tmp", "emptyDir": {}}]


def test_the_kinds_are_those_that_the_policies_know() -> None:
    from policies.pods import POD_TYPES  # noqa: PLC0415 - a fact written twice on purpose

    known = {token.rpartition(":")[2]: path.split(".")[:-1] for token, path in POD_TYPES.items()}
    assert {kind: list(path) for kind, path in hardening.TEMPLATES.items()} == known


def test_what_is_said_stays_said() -> None:
    props = deployment(
        automountServiceAccountToken=True,
        securityContext={"fsGroup": 7, "runAsUser": 8},
        volumes=[{"name": "tmp", "emptyDir": {"sizeLimit": "1Mi"}}],
    )
    props["spec"]["template"]["spec"]["containers"][0] |= {
        "securityContext": {"privileged": True},
        "volumeMounts": [{"name": "tmp", "mountPath": SCRATCH}],
    }
    props["metadata"]["labels"] = {"mizan.ae/owner": "other", "app": "x"}

    result = hardened(DEPLOYMENT, props, LABELS)

    spec = pod_of(result)
    assert result["metadata"]["labels"] == {"mizan.ae/owner": "other", "app": "x"}
    assert spec["automountServiceAccountToken"] is True
    assert (spec["securityContext"]["fsGroup"], spec["securityContext"]["runAsUser"]) == (7, 8)
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["containers"][0]["securityContext"]["privileged"] is True
    assert spec["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True
    assert spec["volumes"] == [{"name": "tmp", "emptyDir": {"sizeLimit": "1Mi"}}]
    assert spec["containers"][0]["volumeMounts"] == [{"name": "tmp", "mountPath": SCRATCH}]


def test_init_containers_are_containers() -> None:
    result = hardened(DEPLOYMENT, deployment(initContainers=[{"name": "first"}]), LABELS)

    (first,) = pod_of(result)["initContainers"]
    assert first["securityContext"] == hardening.CONTAINER_CONTEXT
    assert first["volumeMounts"] == [{"name": "tmp", "mountPath": SCRATCH}]


def test_what_came_in_is_not_changed() -> None:
    props = deployment(initContainers=[{"name": "first"}])
    before = repr(props)

    hardened(DEPLOYMENT, props, LABELS)

    assert repr(props) == before


def test_twice_is_once() -> None:
    once = hardened(DEPLOYMENT, deployment(), LABELS)

    assert hardened(DEPLOYMENT, once, LABELS) == once


def test_objects_without_pods_get_labels_only() -> None:
    result = hardened("kubernetes:core/v1:ConfigMap", {"data": {"a": "b"}}, LABELS)

    assert result == {"data": {"a": "b"}, "metadata": {"labels": LABELS}}


def test_a_custom_kind_is_recognised_by_the_shape_of_a_pod() -> None:
    props = {"spec": {"worker": {"metadata": {}, "spec": pod()}}}

    result = hardened("kubernetes:example.com/v1:Cluster", props, LABELS)

    worker = result["spec"]["worker"]
    assert worker["spec"]["securityContext"]["runAsNonRoot"] is True
    assert worker["metadata"]["labels"] == LABELS


def test_other_packages_are_left_alone() -> None:
    assert hardened("aws:s3/bucket:Bucket", {"bucket": "b"}, LABELS) == {"bucket": "b"}


@pytest.mark.parametrize("token", ["kubernetes:core/v1:PodList", "kubernetes:helm.sh/v3:Release"])
def test_what_hides_objects_is_refused(token: str) -> None:
    with pytest.raises(NotHardenedError, match="declare each one by itself"):
        hardened(token, {}, LABELS)


@pytest.mark.parametrize(
    "props", [{}, {"spec": {}}, {"spec": {"template": {}}}, {"spec": {"template": "late"}}]
)
def test_a_pod_that_cannot_be_seen_is_refused(props: dict[str, Any]) -> None:
    with pytest.raises(NotHardenedError, match=r"spec\.template\.spec is not known"):
        hardened(DEPLOYMENT, props, LABELS)


@pytest.mark.parametrize("metadata", ["late", {"labels": "late"}])
def test_metadata_that_cannot_be_seen_are_refused(metadata: object) -> None:
    with pytest.raises(NotHardenedError, match="cannot get the environment's tags"):
        hardened("kubernetes:core/v1:ConfigMap", {"metadata": metadata}, LABELS)


def test_a_pod_with_a_secret_inside_is_hardened_inside_its_wrapper() -> None:
    # The SDK pushes the mark of a secret up: from a variable to the whole object.
    wrapped = rpc.wrap_rpc_secret({"template": {"spec": pod()}})

    result = hardened(DEPLOYMENT, {"spec": wrapped}, LABELS)

    assert rpc.is_rpc_secret(result["spec"])
    inside = rpc.unwrap_rpc_secret(result["spec"])
    assert inside["template"]["spec"]["securityContext"]["runAsNonRoot"] is True


def test_the_transform_changes_kubernetes_objects_and_nothing_else() -> None:
    def args(token: str, *, custom: bool) -> pulumi.ResourceTransformArgs:
        return pulumi.ResourceTransformArgs(
            custom=custom,
            type_=token,
            name="x",
            props={"metadata": {"name": "x"}},
            opts=pulumi.ResourceOptions(protect=True),
        )

    apply = transform({"owner": "team"})

    changed = apply(args("kubernetes:core/v1:Service", custom=True))
    assert changed is not None
    props: Any = changed.props
    assert props["metadata"]["labels"] == {"mizan.ae/owner": "team"}
    assert changed.opts.protect is True
    assert apply(args("mizan:components:Namespace", custom=False)) is None
    assert apply(args("pulumi:providers:kubernetes", custom=True)) is None


@given(st.text(min_size=1, max_size=200))
def test_every_text_becomes_a_valid_label_value_or_is_refused(text: str) -> None:
    if not re.search("[A-Za-z0-9]", text):
        with pytest.raises(ValueError, match="correct it in the environment file"):
            label_value(text)
        return
    value = label_value(text)
    assert 1 <= len(value) <= 63
    assert value[0].isalnum()
    assert value[-1].isalnum()
    assert all(c.isascii() and (c.isalnum() or c in "._-") for c in value)


def test_values_that_fit_stay_and_others_stay_apart() -> None:
    assert label_value("CC-1042") == "CC-1042"
    assert label_value("a b") != label_value("a_b") != label_value("a  b")
    assert label_value("x" * 70) != label_value("x" * 71)


def test_a_value_of_signs_only_is_refused() -> None:
    with pytest.raises(ValueError, match="no letter or digit"):
        labels_of({"owner": "@@"})


def test_every_container_is_told_which_hosts_it_may_speak_to() -> None:
    own = [{"name": "HF_HUB_OFFLINE", "value": "own"}]
    containers = [{"name": "main", "env": own}, {"name": "beside"}]
    props = deployment(containers=containers, initContainers=[{"name": "first"}])
    spec = hardened(DEPLOYMENT, props, LABELS)["spec"]["template"]["spec"]
    for container in (*spec["containers"], *spec["initContainers"]):
        told = {one["name"]: one["value"] for one in container["env"]}
        assert "*.me-central-1.amazonaws.com" in told["MIZAN_ALLOWED_HOSTS"].split(",")
        assert told["DO_NOT_TRACK"] == "1"
    assert own[0] in spec["containers"][0]["env"]
    assert len(spec["containers"][0]["env"]) == len(law.pod_settings())
