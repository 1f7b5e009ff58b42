"""The three Jobs of the pipeline, each built alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.support.engine import Plan, build
from workloads import pod
from workloads.landing import Landing, LandingArgs
from workloads.signing import Signing, SigningArgs
from workloads.training import Training, TrainingArgs

STORE = pod.StoreClient(
    endpoint="https://store:7070",
    region="me-central-1",
    credential_secret="store-credential",  # noqa: S106 - the name of a Secret
)


def runtime(namespace: str, image: str = "registry/x@sha256:aa") -> pod.Runtime:
    return pod.Runtime(
        namespace=namespace,
        image=image,
        pull_secret="registry-pull",  # noqa: S106 - the name of a Secret
        compute=pod.Compute(
            requests={"cpu": "300m", "memory": "1Gi"}, limits={"cpu": "1", "memory": "2Gi"}
        ),
    )


LANDING = LandingArgs(runtime=runtime("data"), store=STORE, lake="lake")
TRAINING = TrainingArgs(
    runtime=runtime("training"),
    store=STORE,
    lake="lake",
    candidates="candidates",
    model="delay",
    variants=("wide", "deep"),
    train_months=(1, 2),
    held_out_months=(3,),
    epochs=4,
    seed=7,
    code_version="abc",
    after="data-1",
)
SIGNING = SigningArgs(
    runtime=runtime("signing"),
    store=STORE,
    key_secret="signing-key",  # noqa: S106 - the name of a Secret
    candidates="candidates",
    models="models",
    model="delay",
    after="candidates-1",
)


@dataclass(frozen=True)
class Step:
    make: Callable[[str, Any], Any]
    args: Any
    namespace: str
    settings: Mapping[str, str]
    mounts: Mapping[str, str]


STEPS = {
    "landing": Step(
        Landing, LANDING, "data", {"STORE_LAKE": "lake"}, {"store": "store-credential"}
    ),
    "training": Step(
        Training,
        TRAINING,
        "training",
        {
            "STORE_LAKE": "lake",
            "STORE_CANDIDATES": "candidates",
            "MODEL": "delay",
            "VARIANTS": "wide,deep",
            "TRAIN_MONTHS": "1,2",
            "HELD_OUT_MONTHS": "3",
            "EPOCHS": "4",
            "SEED": "7",
            "MIZAN_CODE_VERSION": "abc",
        },
        {"store": "store-credential"},
    ),
    "signing": Step(
        Signing,
        SIGNING,
        "signing",
        {"STORE_CANDIDATES": "candidates", "STORE_MODELS": "models", "MODEL": "delay"},
        {"store": "store-credential", "signing": "signing-key"},
    ),
}


def planned(step: Step, args: Any = None) -> tuple[Plan, str]:
    """The step alone, and the revision that it gives the next one."""
    revision: list[str] = []

    def program() -> None:
        made = step.make("it", args or step.args)
        made.revision.apply(revision.append)

    plan = build("any", program=program)
    return plan, revision[0]


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_one_job_with_an_identity_of_its_own(name: str) -> None:
    plan, _ = planned(STEPS[name])

    job = plan.named("Job", name, STEPS[name].namespace)
    account = plan.named("ServiceAccount", name, STEPS[name].namespace)
    spec = job.spec["template"]["spec"]
    assert job.spec["template"]["metadata"]["labels"] == {"app.kubernetes.io/name": name}
    assert spec["serviceAccountName"] == name
    assert account.inputs["imagePullSecrets"] == [{"name": "registry-pull"}]
    assert account.inputs["automountServiceAccountToken"] is False
    assert plan.waits_for(job, account)


@pytest.mark.parametrize("name", STEPS)
def test_a_step_ends_and_stays(name: str) -> None:
    job = planned(STEPS[name])[0].named("Job", name)

    assert "ttlSecondsAfterFinished" not in job.spec
    assert job.spec["backoffLimit"] == 3
    assert job.spec["template"]["spec"]["restartPolicy"] == "Never"
    waited = int(job.metadata["annotations"]["pulumi.com/timeoutSeconds"])
    assert job.spec["activeDeadlineSeconds"] < waited


@pytest.mark.parametrize("name", STEPS)
def test_what_a_second_try_cannot_help_is_not_tried_again(name: str) -> None:
    job = planned(STEPS[name])[0].named("Job", name)

    refusal, disruption = job.spec["podFailurePolicy"]["rules"]
    assert refusal == {
        "action": "FailJob",
        "onExitCodes": {"containerName": name, "operator": "In", "values": [65, 70, 78]},
    }
    assert disruption["action"] == "Ignore"


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_told_what_it_needs_and_nothing_else(name: str) -> None:
    step = STEPS[name]
    (container,) = planned(step)[0].named("Job", name).spec["template"]["spec"]["containers"]

    assert {entry["name"]: entry["value"] for entry in container["env"]} == {
        "STORE_ENDPOINT": "https://store:7070",
        "STORE_REGION": "me-central-1",
        "MIZAN_IMAGE_DIGEST": "sha256:aa",
        **step.settings,
    }
    assert container["resources"]["requests"] == {"cpu": "300m", "memory": "1Gi"}


@pytest.mark.parametrize("name", STEPS)
def test_a_steps_secrets_are_files_for_its_group_only(name: str) -> None:
    step = STEPS[name]
    spec = planned(step)[0].named("Job", name).spec["template"]["spec"]

    assert {volume["name"]: volume["secret"] for volume in spec["volumes"]} == {
        folder: {"secretName": secret, "defaultMode": 0o440}
        for folder, secret in step.mounts.items()
    }
    assert {mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"]} == {
        f"/etc/mizan/{folder}" for folder in step.mounts
    }
    assert all(mount["readOnly"] for mount in spec["containers"][0]["volumeMounts"])


@pytest.mark.parametrize("name", STEPS)
def test_the_same_step_has_the_same_revision(name: str) -> None:
    assert planned(STEPS[name])[1] == planned(STEPS[name])[1]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("landing", {"runtime": runtime("data", "registry/x@sha256:bb")}),
        ("landing", {"lake": "other"}),
        ("training", {"after": "data-2"}),
        ("training", {"epochs": 5}),
        ("signing", {"after": "candidates-2"}),
    ],
)
def test_another_input_is_another_run_and_another_revision(
    name: str, change: dict[str, Any]
) -> None:
    step = STEPS[name]
    before, old = planned(step)
    after, new = planned(step, replace(step.args, **change))

    assert old != new
    annotation = "mizan.ae/revision"
    templates = [plan.named("Job", name).spec["template"] for plan in (before, after)]
    first, second = (template["metadata"]["annotations"][annotation] for template in templates)
    assert (first, second) == (old, new)


@pytest.mark.parametrize("name", STEPS)
def test_where_pods_have_an_identity_of_their_own_no_credential_is_stored(name: str) -> None:
    step = STEPS[name]
    own = replace(
        step.args,
        runtime=replace(step.args.runtime, pull_secret=None),
        store=replace(STORE, credential_secret=None),
    )
    plan, _ = planned(step, own)
    spec = plan.named("Job", name).spec["template"]["spec"]

    assert "store" not in [volume["name"] for volume in spec.get("volumes", [])]
    assert not spec.get("imagePullSecrets")
    assert not plan.named("ServiceAccount", name).inputs.get("imagePullSecrets")
