"""Asks the deployed platform what a user would ask it."""

import json
import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from environments import Environment
from sandbox.cluster import Cluster
from sandbox.commands import run
from sandbox.faults import SandboxError
from sandbox.https import Service, secret
from sandbox.layout import PROJECT, Layout
from sandbox.ports import ports
from sandbox.progress import Step

READY_SECONDS = 120
Reader = Callable[[str], str]
"""Reads an object of the bucket of models, by its key."""
SIGNER = re.compile(r'signed_by="([0-9a-f]+)"')


@dataclass(frozen=True)
class Answers:
    """What the running platform said.

    Attributes:
        model: Name of the served model.
        signed_by: Key id of the release's signature.
        variants: For each: version, digest, weight, held-out metrics, one live prediction.
        split: Variant that each of some subjects was given.
        example: Body of a request that every variant answers.
    """

    model: str
    signed_by: str
    variants: Mapping[str, Mapping[str, Any]]
    split: Mapping[str, str]
    example: Mapping[str, Any]


def store_reader(cluster: Cluster, layout: Layout) -> Reader:
    """Reads models from the store in the cluster, as serving may."""
    credential = secret(cluster, "serving", "store-credential")
    keys = credential["access_key"], credential["secret_key"]
    _, store = services(cluster, ports().serving, layout)
    return lambda key: store.request(f"/models/{key}", signed=keys)


def services(cluster: Cluster, loopback: int, layout: Layout) -> tuple[Service, Service]:
    """The serving endpoint and the object store, by their loopback ports."""
    authority = layout.state / "ca.crt"
    authority.write_text(secret(cluster, "serving", "serving-tls")["ca.crt"])
    return (
        Service("serving.serving.svc.cluster.local", 8443, loopback, authority),
        Service("store.storage.svc.cluster.local", 7070, loopback + 1, authority),
    )


def verify(
    environment: Environment, cluster: Cluster, layout: Layout, read: Reader, step: Step
) -> Answers:
    """Ask for a prediction from each variant, and who signed them.

    Args:
        environment: What was asked for.
        cluster: Where it runs.
        layout: Gets the certificate of the platform's authority.
        read: Reads what training said of the models.
        step: Shows what is waited for.

    Raises:
        SandboxError: The endpoint does not answer, or answers otherwise than its release says.
    """
    serving, _ = services(cluster, ports().serving, layout)
    model = environment.workloads.serving.model
    _await_ready(serving, step)
    described = json.loads(serving.request(f"/v2/models/{model}"))["parameters"]["variants"]
    found = SIGNER.search(serving.request("/metrics"))
    variants = {}
    for name, facts in described.items():
        metrics = json.loads(read(f"{model}/{name}/{facts['version']}/metrics.json"))
        example = metrics.pop("example")
        answer = json.loads(
            serving.request(f"/v2/models/{model}/versions/{name}/infer", example["request"])
        )
        given = answer["outputs"][0]["data"][0]
        if abs(given - example["probability"]) > example["tolerance"]:
            raise SandboxError(
                f"Variant {name} answered {given}, training computed {example['probability']}.",
                "the served model is not the trained one: see the logs of namespace serving.",
            )
        variants[name] = {
            **facts,
            "metrics": metrics,
            "prediction": {"probability": given, "answered_by": answer["parameters"]["variant"]},
        }
    request = example["request"]
    split = {
        subject: json.loads(
            serving.request(
                f"/v2/models/{model}/infer", {**request, "parameters": {"subject_id": subject}}
            )
        )["parameters"]["variant"]
        for subject in (f"passenger-{number}" for number in range(1, 6))
    }
    return Answers(model, found.group(1) if found else "", variants, split, request)


def _await_ready(serving: Service, step: Step) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            serving.request("/v2/health/ready")
        except SandboxError as error:
            step.waiting_for = f"the serving endpoint: {error.cause[:120]}"
            if time.monotonic() > deadline:
                raise SandboxError(
                    f"The serving endpoint did not answer in {READY_SECONDS} s: {error.cause}",
                    "`kubectl -n serving describe pods` after `source .sandbox/env` tells why.",
                ) from error
            time.sleep(1)
        else:
            return


def rules() -> int:
    """Number of policy rules that judged the plan."""
    # Asked as a program: the sandbox does not import what judges it.
    listed = run([sys.executable, "-m", "policies.describe", "--list"], cwd=PROJECT)
    return len(listed.split())
