"""What `make up` promises, asked of the running platform."""

import json
from collections import Counter

import pytest

pytestmark = pytest.mark.cluster


def items(cluster, *words):
    return json.loads(cluster.ask("get", *words, "-o", "json"))["items"]


def test_serving_pods_are_ready_and_the_jobs_complete(cluster):
    ready = [
        condition["status"]
        for pod in items(cluster, "pods", "-n", "serving")
        for condition in pod["status"]["conditions"]
        if condition["type"] == "Ready"
    ]
    assert ready
    assert set(ready) == {"True"}
    for namespace in ("data", "training", "signing"):
        (job,) = items(cluster, "jobs", "-n", namespace)
        assert job["status"]["succeeded"] == 1, f"the job of {namespace} is not complete"


def test_each_namespace_of_the_platform_is_restricted_and_denies_by_default(cluster):
    namespaces = [
        item["metadata"]["name"]
        for item in items(cluster, "namespaces")
        if item["metadata"].get("labels", {}).get("pod-security.kubernetes.io/enforce")
        == "restricted"
    ]
    assert {"identity", "artifacts", "storage", "data", "training", "signing", "serving"} <= set(
        namespaces
    )
    for name in namespaces:
        policies = items(cluster, "networkpolicies", "-n", name)
        assert any(
            policy["spec"]["podSelector"] == {}
            and set(policy["spec"]["policyTypes"]) == {"Ingress", "Egress"}
            and not policy["spec"].get("ingress")
            and not policy["spec"].get("egress")
            for policy in policies
        ), f"{name} has no default-deny policy"


def test_every_image_runs_by_digest(cluster):
    images = {
        container["image"]
        for pod in items(cluster, "pods", "-A")
        if pod["metadata"]["namespace"] != "kube-system"
        for container in pod["spec"]["containers"]
    }
    assert images
    assert all("@sha256:" in image for image in images)


def test_each_variant_beats_its_baseline_and_predicts(summary):
    variants = summary["answers"]["variants"]
    assert len(variants) == 2
    for name, facts in variants.items():
        assert facts["metrics"]["pr_auc_difference"]["lower"] > 0, name
        assert 0 < facts["prediction"]["probability"] < 1
        assert facts["prediction"]["answered_by"] == name


def test_the_same_subject_stays_and_all_split_by_weight(serving, summary, environment):
    example = summary["answers"]["example"]
    model = environment.workloads.serving.model

    def ask(subject):
        body = {**example, "parameters": {"subject_id": subject}}
        answer = json.loads(serving.request(f"/v2/models/{model}/infer", body))
        return answer["parameters"]["variant"]

    given = {f"subject-{number}": ask(f"subject-{number}") for number in range(200)}
    assert all(ask(subject) == given[subject] for subject in list(given)[:20])
    shares = Counter(given.values())
    for name, weight in environment.workloads.serving.variants.items():
        # Three standard errors of a share of 200.
        assert abs(shares[name] / 2 - weight) < 9, shares


def test_a_second_up_changes_nothing_and_says_so(unchanged):
    unchanged()
