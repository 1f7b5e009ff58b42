"""The embedded cluster, for a machine that has none."""

import json
import sys
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, replace
from typing import Any

from environments import Environment
from sandbox import machine, toolchain, workspace
from sandbox.cluster import Cluster, launch, provisioner, seeding
from sandbox.cluster.address import ON_PREMISES
from sandbox.cluster.specification import Specification
from sandbox.deployment import Stack
from sandbox.files import replace as write
from sandbox.images import NODE, Built, build_all, images
from sandbox.layout import Layout
from sandbox.machine import PeakMemory
from sandbox.ports import ports
from sandbox.progress import Step
from sandbox.recovery import Seeker
from sandbox.verification import Reader, store_reader


class Embedded:
    """Everything from Go modules and Debian's packages; it needs root.

    Args:
        environment: What it plays a site of, as that site sees it.
        layout: Where its files are.
        surroundings: Fields of the specification that differ from those of a site on premises.
        deployed: Names of the images that the site deploys; None for those of every site.
    """

    providers: Sequence[str] = ("kubernetes",)

    def __init__(
        self,
        environment: Environment,
        layout: Layout,
        surroundings: Mapping[str, Any] | None = None,
        *,
        deployed: Collection[str] | None = None,
    ) -> None:
        self.kubeconfig = layout.kubeconfig
        self._environment = environment
        self._surroundings = surroundings or {}
        self._layout = layout
        self._deployed = deployed
        self._memory: PeakMemory | None = None

    def require(self) -> None:
        """Only root makes namespaces and mounts."""
        machine.require_root()

    def prepare(self, step: Step) -> None:
        """Ports, disk and Debian's packages; what has to be compiled begins to be fetched."""
        launch.require_ports(self._layout.node, astuple(ports()))
        cold = not all(toolchain.is_built(module) for module in toolchain.MODULES)
        machine.require_disk(self._layout.state, cold=cold)
        machine.ensure_programs(step)
        if cold:
            threading.Thread(target=toolchain.fetch_all, daemon=True).start()

    def start(self, step: Step) -> Cluster:
        """Start it, or find it running."""
        spec = self.specified(step)
        cluster = launch.start(spec, self.kubeconfig, step)
        self._memory = PeakMemory(seeding.inner_pid(spec.folder))
        return cluster

    def link_tools(self, step: Step) -> None:
        """Every compiled program, for tests that start one by itself."""
        workspace.link_tools(self._layout, step)

    def provide_images(self, cluster: Cluster, step: Step) -> None:
        """Build them, and put into the node those that its registry itself needs."""
        built = self.built(step)
        self.seed(built, built.values(), cluster, step)

    def seed(
        self,
        built: Mapping[str, Built],
        seeded: Iterable[Built],
        cluster: Cluster,
        step: Step,
    ) -> None:
        """Write down what was built, put images into the node, and apply the node's own objects."""
        _write_lock(self._layout, built, all_there=self._deployed is None)
        spec = self.specified(step)
        seeding.seed(spec, seeded)
        launch.apply_manifests(spec, cluster)
        step.note = f"{len(built)} images"

    def built(self, step: Step) -> dict[str, Built]:
        """Build what the site deploys, by name."""
        if self._deployed is None:
            return build_all(images(sections=self._environment.sections), step)
        wanted = {*self._deployed, *(one.name for one in NODE)}
        chosen = [
            one
            for one in images(cloud=True, sections=self._environment.sections)
            if one.name in wanted
        ]
        return build_all(chosen, step, prune_others=False)

    def settings(self, cluster: Cluster) -> Mapping[str, str]:
        """Addresses inside the node, and the provisioner that encrypts."""
        del cluster
        return {
            "mizan:apiServerAddress": ON_PREMISES.node_ip,
            "mizan:apiServerPort": str(ON_PREMISES.api_port),
            "mizan:encryptedProvisioner": provisioner.PROVISIONER,
        }

    def stack(self, variables: Mapping[str, str]) -> Stack:
        """The stack of this checkout."""
        return Stack(name=self._environment.name, variables=variables)

    def seekers(self, stack: Stack) -> Sequence[Seeker]:
        """What can be left half made is in the cluster alone."""
        del stack
        return ()

    def reader(self, cluster: Cluster, outputs: Mapping[str, Any]) -> Reader:
        """Reads the store in the cluster, with the credential of serving."""
        del outputs
        return store_reader(cluster, self._layout)

    @property
    def held_to(self) -> Mapping[str, float] | None:
        """The machine is its only limit."""
        return None

    @contextmanager
    def reached(self, cluster: Cluster) -> Iterator[None]:
        """Its keeper holds the ports as long as it runs."""
        del cluster
        yield

    @property
    def peak_memory_gib(self) -> float | None:
        """Of all its processes, pods too."""
        return self._memory.gib if self._memory else None

    @property
    def stand_ins(self) -> list[str]:
        """The cluster itself and what it lacks."""
        return [
            "embedded single-node Kubernetes in namespaces (for an on-premises cluster)",
            "key file beside the encrypted volume (for a TPM or key service)",
            "publisher of locally built images (for `make mirror`)",
        ]

    def specified(self, step: Step) -> Specification:
        """What the cluster is, as its own processes read it."""
        tools = toolchain.built(toolchain.KUBERNETES, step)
        chosen, registry = ports(), self._environment.registry
        spec = Specification(
            environment=self._environment.name,
            node=str(self._layout.node),
            tools=str(tools),
            python=sys.executable,
            api_port=chosen.api,
            exposed={
                chosen.serving: "serving/serving:8443",
                chosen.store: "storage/store:7070",
            },
            registry_host=registry.host,
            registry_address=str(registry.address or ""),
        )
        return replace(spec, **self._surroundings)


def _write_lock(layout: Layout, built: Mapping[str, Built], *, all_there: bool) -> None:
    """Write the digests of what was built.

    Args:
        layout: Where the lock goes.
        built: What was built.
        all_there: Whether that is all that any cluster of one's own deploys; else the rest is
            marked as somebody else's, so that nothing waits for it.
    """
    entries: dict[str, dict[str, object]] = {
        name: {
            "digest": each.digest,
            "source": each.layout.parent.name,
            "layout": str(each.layout),
            "build": {"deployed": True, "cloud": each.image.cloud},
            "architectures": [one.name for one in each.image.architectures],
        }
        for name, each in built.items()
        if each.image.deployed
    }
    # What only others deploy has a place, so that a cloud's plan can be shown from here.
    for each in images(cloud=True, sections=Environment.model_fields):
        if each.deployed and each.name not in built:
            entries[each.name] = {
                "digest": "",
                "source": "",
                "layout": "",
                "build": {"cloud": each.cloud or not all_there, "section": each.section},
                "architectures": [one.name for one in each.architectures],
            }
    write(layout.images_lock, json.dumps({"images": entries}, indent=1))
