"""The whole of an on-premises environment fits a machine of two cores and 24 GiB."""

from copy import deepcopy
from fractions import Fraction
from typing import Any

import pytest

from environments import OnPremises, load, names
from tests.support.engine import Plan, Record, environment_plan

CPU = Fraction("1.6")
MEMORY_GIB = 16
# What the cluster's own add-ons ask for.
KUBE_SYSTEM = (Fraction("0.15"), Fraction(256, 1024))

UNITS = {"m": Fraction(1, 1000), "Ki": Fraction(1, 1024**2), "Mi": Fraction(1, 1024)}
UNITS |= {"Gi": Fraction(1), "": Fraction(1)}

ON_PREMISES = [name for name in names() if isinstance(load(name).sites.primary, OnPremises)]


def quantity(text: str) -> Fraction:
    """CPUs, or GiB."""
    number = text.rstrip("mKiMG")
    return Fraction(number) * UNITS[text.removeprefix(number)]


def asked(pod: dict[str, Any], bound: str = "requests") -> tuple[Fraction, Fraction]:
    """CPU and memory that the scheduler keeps for a pod, or that it never exceeds."""
    requests = [container["resources"][bound] for container in pod["spec"]["containers"]]
    return (
        sum((quantity(str(each["cpu"])) for each in requests), Fraction()),
        sum((quantity(each["memory"]) for each in requests), Fraction()),
    )


def total(plan: Plan, *, jobs: bool) -> tuple[Fraction, Fraction]:
    """What is asked for at once: all that stays, rotation, and the largest Job or all replicas."""
    autoscalers = {scaler.spec["scaleTargetRef"]["name"]: scaler.spec
                   for scaler in plan.of("HorizontalPodAutoscaler")}  # fmt: skip
    staying, steps = [KUBE_SYSTEM], []
    for bearer, pod in plan.pods():
        cpu, memory = asked(pod)
        if bearer.kind == "Job":
            steps.append((cpu, memory))
            continue
        scaler = autoscalers.get(bearer.metadata["name"])
        count = bearer.spec.get("replicas", 1)
        if scaler is not None and bearer.kind == "Deployment":
            count = scaler["minReplicas" if jobs else "maxReplicas"]
        staying.append((cpu * count, memory * count))
    cpus, memories = zip(*staying, strict=True)
    most_cpu = max(cpu for cpu, _ in steps) if jobs else 0
    most_memory = max(memory for _, memory in steps) if jobs else 0
    return sum(cpus, Fraction()) + most_cpu, sum(memories, Fraction()) + most_memory


@pytest.mark.parametrize("name", ON_PREMISES)
@pytest.mark.parametrize("jobs", [True, False], ids=["while a step runs", "under load"])
def test_everything_at_once_fits(name: str, *, jobs: bool) -> None:
    cpu, memory = total(environment_plan(name), jobs=jobs)

    assert cpu <= CPU, f"{float(cpu)} CPU"
    assert memory <= MEMORY_GIB, f"{float(memory)} GiB"


def test_one_hungry_job_would_be_seen() -> None:
    plan = environment_plan(ON_PREMISES[0])
    training = plan.named("Job", "training")
    inputs = deepcopy(training.inputs)
    inputs["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "1500m"
    hungry = Record(**{**vars(training), "inputs": inputs})

    changed = Plan(records=[hungry if one is training else one for one in plan.records])

    assert total(changed, jobs=True)[0] > CPU


@pytest.mark.parametrize("name", ON_PREMISES)
def test_no_pod_goes_without_saying_what_it_needs(name: str) -> None:
    for bearer, pod in environment_plan(name).pods():
        for container in pod["spec"]["containers"]:
            for bound in ("requests", "limits"):
                assert set(container["resources"][bound]) == {"cpu", "memory"}, bearer.urn


@pytest.mark.parametrize("name", ON_PREMISES)
@pytest.mark.parametrize("bound", ["requests", "limits"])
def test_pods_fit_their_namespaces_quota(name: str, bound: str) -> None:
    plan = environment_plan(name)
    scalers = {scaler.metadata["namespace"]: scaler.spec["maxReplicas"] + 1
               for scaler in plan.of("HorizontalPodAutoscaler")}  # fmt: skip
    for quota in plan.of("ResourceQuota"):
        namespace, hard = quota.metadata["namespace"], quota.spec["hard"]
        pods = [pod for bearer, pod in plan.pods() if bearer.metadata["namespace"] == namespace]
        for unit, key in enumerate(("cpu", "memory")):
            together = sum((asked(pod, bound)[unit] for pod in pods), Fraction())
            need = together * scalers.get(namespace, 1)
            assert need <= quantity(hard[f"{bound}.{key}"]), f"{namespace}: {key}"


@pytest.mark.parametrize(
    ("text", "value"), [("200m", "0.2"), ("2", "2"), ("512Mi", "0.5"), ("4Gi", "4")]
)
def test_quantities(text: str, value: str) -> None:
    assert quantity(text) == Fraction(value)
