"""What a pod gets before it is scheduled: the way to its credentials, and a node."""

import base64
import json
from types import SimpleNamespace

import pytest

from sandbox.cluster.managed.admission import MOUNT, PLAYED, VOLUME, Admission
from sandbox.cluster.managed.pools import Pools, labels_of, tolerated
from sandbox.cluster.specification import Provider
from sandbox.rehearsal.nodes import Group

PURPOSE = "mizan.ae/purpose"
TAINT = {"key": PURPOSE, "value": "cpu-training", "effect": "NoSchedule"}
TOLERATION = {"key": PURPOSE, "operator": "Equal", "value": "cpu-training", "effect": "NoSchedule"}
FIXED = Group(
    name="inference", labels={PURPOSE: "cpu-inference"}, taints=[], instance_type="m7i.large",
    zones={"me-central-1b": 1, "me-central-1a": 1},
)  # fmt: skip
ELASTIC = Group(
    name="training", labels={PURPOSE: "cpu-training"}, taints=[TAINT], instance_type="c7i.xlarge",
    zones={"me-central-1a": 1},
)  # fmt: skip


class Associated:
    def associated(self, namespace, account):
        return {"roleArn": "arn"} if (namespace, account) == ("data", "landing") else None


@pytest.fixture
def pools():
    found = Pools.__new__(Pools)
    found._asked = SimpleNamespace(groups=lambda: iter([FIXED, ELASTIC]))
    metadata = SimpleNamespace(labels=labels_of(FIXED, "me-central-1"))
    found._core = SimpleNamespace(read_node=lambda _: SimpleNamespace(metadata=metadata))
    found._groups = ()
    return found


@pytest.fixture
def admission(pools):
    spec = SimpleNamespace(provider=Provider(4566, "111122223333", "me-central-1"))
    return Admission(spec, Associated(), pools)


def pod(**spec):
    container = {"name": "main", "env": [{"name": "AWS_REGION", "value": "own"}]}
    return {"metadata": {"name": "one"}, "spec": {"containers": [container], **spec}}


def patched(document, patch):
    """The pod with the patch applied, as the API server does it."""
    for step in patch:
        *way, last = step["path"].strip("/").split("/")
        holder = document
        for name in way:
            holder = holder[int(name)] if isinstance(holder, list) else holder[name]
        if step["op"] == "remove":
            del holder[last]
        else:
            holder[last] = step["value"]
    return document


def test_a_pod_with_a_role_gets_the_way_to_its_credentials(admission):
    given = pod(serviceAccountName="landing", volumes=[{"name": "tmp", "emptyDir": {}}])
    spec = patched(given, admission.patch(given, "data"))["spec"]
    (container,) = spec["containers"]
    settings = {one["name"]: one["value"] for one in container["env"]}
    address = "http://169.254.170.23/v1/credentials"
    assert settings["AWS_CONTAINER_CREDENTIALS_FULL_URI"] == address
    assert settings["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] == f"{MOUNT}/{VOLUME}"
    assert settings["AWS_REGION"] == "own", "what the pod says itself stays"
    assert {"name": VOLUME, "mountPath": MOUNT, "readOnly": True} in container["volumeMounts"]
    (token,) = spec["volumes"][1]["projected"]["sources"]
    assert token["serviceAccountToken"]["audience"] == "pods.eks.amazonaws.com"


def test_a_pod_without_a_role_stays_as_it_is(admission):
    assert admission.patch(pod(serviceAccountName="landing"), "training") == []


def test_the_pods_of_the_fixed_pool_are_the_schedulers_business(admission):
    assert admission.patch(pod(nodeSelector={PURPOSE: "cpu-inference"}), "serving") == []


def test_the_node_plays_another_pool_for_a_pod_that_may_run_there(admission):
    given = pod(nodeSelector={PURPOSE: "cpu-training"}, tolerations=[TOLERATION])
    found = patched(given, admission.patch(given, "training"))
    assert "nodeSelector" not in found["spec"]
    assert found["metadata"]["annotations"] == {PLAYED: "training"}


@pytest.mark.parametrize(
    "spec",
    [
        {"nodeSelector": {PURPOSE: "cpu-training"}},
        {"nodeSelector": {PURPOSE: "gpu-training"}, "tolerations": [TOLERATION]},
    ],
    ids=["a taint that the pod does not tolerate", "a pool that nobody asked for"],
)
def test_a_pod_that_no_pool_would_take_is_left_waiting(admission, spec):
    assert admission.patch(pod(**spec), "training") == []


def test_the_answer_is_what_the_api_server_reads(admission):
    given = pod(nodeSelector={PURPOSE: "cpu-training"}, tolerations=[TOLERATION])
    request = {"uid": "7", "namespace": "training", "object": given}
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    answer = admission.review(review)["response"]
    assert (answer["uid"], answer["allowed"], answer["patchType"]) == ("7", True, "JSONPatch")
    assert json.loads(base64.b64decode(answer["patch"])) == admission.patch(given, "training")


def test_a_toleration_without_a_value_fits_no_taint_with_one():
    assert tolerated(ELASTIC, [TOLERATION])
    assert tolerated(ELASTIC, [{"operator": "Exists"}])
    assert not tolerated(ELASTIC, [{"key": PURPOSE, "operator": "Equal"}])


def test_the_node_bears_the_labels_of_its_group_and_of_one_zone():
    labels = labels_of(FIXED, "me-central-1")
    assert labels["topology.kubernetes.io/zone"] == "me-central-1a"
    assert labels["node.kubernetes.io/instance-type"] == "m7i.large"
    assert labels[PURPOSE] == "cpu-inference"
