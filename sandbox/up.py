"""`up`: from a bare machine to a prediction, in steps that can be stopped and run again."""

import json
import os
import sys
import threading
from dataclasses import astuple, dataclass

from environments import Environment, OnPremises, load
from sandbox import deployment, machine, toolchain, verification, workspace
from sandbox.cluster import address, launch, provisioner, seeding
from sandbox.cluster.specification import Specification
from sandbox.faults import SandboxError
from sandbox.files import replace
from sandbox.images import Built, build_all, images
from sandbox.layout import Layout
from sandbox.lock import Holder, locked
from sandbox.progress import Step, Steps
from sandbox.summary import Summary, show

FIRST_PORT = 16443
ALLOWED_PORTS = range(1024, 65001)


@dataclass(frozen=True)
class Ports:
    """Loopback ports of a sandbox: of the API server, the serving endpoint, the object store."""

    api: int
    serving: int
    store: int


def ports() -> Ports:
    """Ports from `MIZAN_PORT` on, by default 16443 to 16445.

    Raises:
        SandboxError: The variable is no usable port number.
    """
    given = os.environ.get("MIZAN_PORT") or str(FIRST_PORT)
    if not given.isdigit() or int(given) not in ALLOWED_PORTS:
        raise SandboxError(
            f"MIZAN_PORT is {given!r}; allowed is a number from 1024 to 65000.",
            "unset it, or choose a free port.",
        )
    return Ports(api=int(given), serving=int(given) + 1, store=int(given) + 2)


def up(name: str) -> None:
    """Bring the environment `name` up on this machine and show what it is.

    Raises:
        SandboxError: Something the user can mend; nothing that ran is lost.
        InvalidEnvironmentError: The environment's file breaks a law of the model.
    """
    environment = load(name)
    if not isinstance(environment.sites.primary, OnPremises):
        raise SandboxError(
            f"The primary site of {name} is a cloud region; a sandbox plays on-premises sites.",
            f"use `pulumi preview -s {name}` with your cloud account.",
        )
    if not os.environ.get("MIZAN_KUBECONFIG"):
        machine.require_root()  # before anything is written: not even that may be allowed
    layout = Layout(name)
    layout.state.mkdir(parents=True, exist_ok=True)
    steps = Steps()

    def waiting(holder: Holder) -> None:
        steps.say(f"{holder} holds this sandbox; waiting for its end. To end it: `make down`")

    with locked(layout.lock, f"make up ENV={name}", waiting):
        _up(environment, layout, steps)


def engine(name: str) -> None:
    """Find or build the engine and every compiled program, and write `.sandbox/env`.

    Raises:
        SandboxError: Something the user can mend.
    """
    load(name)
    layout = Layout(name)
    steps = Steps()
    with steps.step("engine") as step:
        threading.Thread(target=_fetch, daemon=True).start()
        workspace.prepare_engine(layout, step)
        workspace.link_tools(layout, step)
        variables = workspace.environment(layout, layout.kubeconfig)
        workspace.write_environment(layout, variables)


def _up(environment: Environment, layout: Layout, steps: Steps) -> None:
    with steps.step("machine") as step:
        launch.require_ports(layout.node, astuple(ports()))
        cold = not all(toolchain.is_built(module) for module in toolchain.MODULES)
        machine.require_disk(layout.state, cold=cold)
        machine.ensure_programs(step)
    if cold:
        threading.Thread(target=_fetch, daemon=True).start()
    with steps.step("cluster") as step:
        spec = _specification(environment, layout, step)
        cluster = launch.start(spec, layout.kubeconfig, step)
        memory = machine.PeakMemory(seeding.inner_pid(spec.folder))
    with steps.step("engine") as step:
        stand_ins = workspace.prepare_engine(layout, step)
        workspace.link_tools(layout, step)
    with steps.step("images") as step:
        built = build_all(images(), step)
        _write_lock(layout, built)
        variables = workspace.environment(layout, layout.kubeconfig)
        workspace.write_environment(layout, variables)
        seeding.seed(spec, built.values())
        launch.apply_manifests(spec, cluster)
        step.note = f"{len(built)} images"
    with steps.step("deployment") as step:
        paths = workspace.with_path(layout, variables)
        deployment.ensure_stack(layout.environment, paths)
        _configure(layout, paths)
        log = layout.state / "logs" / "up.log"
        done = deployment.up(layout.environment, paths, step, log)
        step.note = f"{sum(done.changes.values())} changes, {done.unchanged} unchanged"
    with steps.step("verification") as step:
        answers = verification.verify(environment, cluster, ports().serving, layout, step)
    summary = Summary(
        environment=environment.name,
        changes=done.changes,
        unchanged=done.unchanged,
        rules=verification.rules(),
        answers=answers,
        seconds={**steps.seconds, "total": steps.total},
        peak_memory_gib=memory.gib,
        stand_ins=[*stand_ins, *_cluster_stand_ins()],
        machine=machine.description(),
        kubeconfig=str(layout.kubeconfig),
        serving_port=ports().serving,
    )
    replace(layout.summary, json.dumps(summary.facts(), indent=2) + "\n")
    show(summary)


def _fetch() -> None:
    for module in toolchain.MODULES:
        toolchain.fetch(module)


def _specification(environment: Environment, layout: Layout, step: Step) -> Specification:
    tools = toolchain.built(toolchain.KUBERNETES, step)
    chosen = ports()
    return Specification(
        environment=environment.name,
        node=str(layout.node),
        tools=str(tools),
        python=sys.executable,
        api_port=chosen.api,
        exposed={
            chosen.serving: "serving/serving:8443",
            chosen.store: "storage/store:7070",
        },
        registry_host=environment.registry.host,
        registry_address=str(environment.registry.address or ""),
    )


def _write_lock(layout: Layout, built: dict[str, Built]) -> None:
    entries = {
        name: {
            "digest": each.digest,
            "source": each.layout.parent.name,
            "layout": str(each.layout),
            "build": {"deployed": True},
        }
        for name, each in built.items()
        if each.image.deployed
    }
    replace(layout.images_lock, json.dumps({"images": entries}, indent=1))


def _configure(layout: Layout, variables: dict[str, str]) -> None:
    deployment.configure(
        layout.environment,
        {
            "mizan:apiServerAddress": address.NODE_IP,
            "mizan:apiServerPort": str(address.API_PORT),
            "mizan:encryptedProvisioner": provisioner.PROVISIONER,
        },
        variables,
    )


def _cluster_stand_ins() -> list[str]:
    return [
        "embedded single-node Kubernetes in namespaces (for an on-premises cluster)",
        "key file beside the encrypted volume (for a TPM or key service)",
        "publisher of locally built images (for `make mirror`)",
    ]
