"""A size that an environment says is the size that its pods get, and that their walls allow."""

from typing import Any

import pytest

from environments import Profile, Resources, load
from stacks import settings
from tests.support.engine import Plan, build, environment_plan

SIZE = Profile(
    requests=Resources(cpu_millicores=70, memory_mib=300),
    limits=Resources(cpu_millicores=700, memory_mib=600),
)
SAID = {
    "requests": {"cpu": "70m", "memory": "300Mi"},
    "limits": {"cpu": "700m", "memory": "600Mi"},
}
NAMESPACES = {"object_store": "storage", "registry": "artifacts", "certificates": "identity"}


def sizes(plan: Plan) -> dict[tuple[str, str, str], Any]:
    return {
        (bearer.kind, bearer.metadata["name"], container["name"]): container["resources"]
        for bearer, pod in plan.pods()
        for container in pod["spec"]["containers"]
    }


def quotas(plan: Plan) -> dict[str, Any]:
    return {quota.metadata["namespace"]: quota.spec["hard"] for quota in plan.of("ResourceQuota")}


@pytest.mark.parametrize(
    ("section", "containers"),
    [
        ("object_store", {("StatefulSet", "store", "store")}),
        ("registry", {("StatefulSet", "registry", "registry")}),
        ("certificates", {("Job", "issuer", "issuer"), ("CronJob", "issuer-rotation", "issuer")}),
    ],
)
def test_the_size_of_a_capability_reaches_its_own_pods_and_quota(
    monkeypatch: pytest.MonkeyPatch, section: str, containers: set[tuple[str, str, str]]
) -> None:
    before = environment_plan("local")  # kept for other tests, so built before anything changes
    environment = load("local")
    resized = getattr(environment, section).model_copy(update={"profile": SIZE})
    changed = environment.model_copy(update={section: resized})
    monkeypatch.setattr(settings, "load", lambda _: changed)

    after = build("local")

    changes = {key: size for key, size in sizes(after).items() if size != sizes(before)[key]}
    assert changes == dict.fromkeys(containers, SAID)
    grown = {name for name, hard in quotas(after).items() if hard != quotas(before)[name]}
    assert grown == {NAMESPACES[section]}
