"""One environment that stands beside its stand-ins: what can be done with it and asked of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kubernetes import client

from environments import Environment, load
from sandbox import deployment, recovery
from sandbox.deployment import Deployment, Stack
from sandbox.progress import Step
from sandbox.recovery import Recovered
from sandbox.rehearsal import inventory
from sandbox.rehearsal.cloud import Cloud
from sandbox.rehearsal.cluster import Control
from sandbox.rehearsal.live import Live, Resource
from sandbox.rehearsal.place import Place
from sandbox.rehearsal.programs import Programs
from sandbox.rehearsal.seeking import Seeking

BORN_NAMESPACES: Final = frozenset({"default", "kube-node-lease", "kube-public", "kube-system"})


@dataclass(kw_only=True)
class Estate:
    """What stands.

    Attributes:
        environment: What was asked for at first.
        facts: What its file says now.
        place: Where its files are.
        stack: Its stack.
        cloud: AWS.
        control: The control plane of its cluster.
        api: Client of the Kubernetes API server.
        programs: What plays the cloud and the cluster.
        born: What the cloud held before anything was made.
    """

    environment: Environment
    facts: dict[str, Any]
    place: Place
    stack: Stack
    cloud: Cloud
    control: Control
    api: Any
    programs: Programs
    born: frozenset[tuple[str, str, str, str]]

    def settle(self, step: Step, log: str) -> Recovered:
        """Make the stack if it is not there, and settle what an interrupted run had begun.

        Raises:
            SandboxError: A stand-in ended, or what may have been created cannot be read.
        """
        self.programs.require()
        deployment.ensure_stack(self.stack)
        seek = Seeking(
            self.cloud.variables, self.environment.account, self.cloud.region, self.orphans
        )
        return recovery.recover(self.stack, step, self.place.logs / f"{log}-recovery.log", [seek])

    def up(self, step: Step, log: str) -> Deployment:
        """Settle what an interrupted run had begun, then preview with the pack, and update.

        Args:
            step: Shows what goes on.
            log: Name of the log.

        Raises:
            SandboxError: The pack or the engine said no, or a stand-in ended.
        """
        self.settle(step, log)
        kept = self.place.logs / f"{log}.log"
        return deployment.up(self.stack, step, kept)

    def destroy(self, step: Step) -> Deployment:
        """Delete everything but what is declared to be retained, and the stack.

        Raises:
            SandboxError: The engine said no.
        """
        return deployment.destroy(self.stack, step, self.place.logs / "destroy.log")

    def resources(self) -> list[Resource]:
        """The resources of the stack that something real stands for, and their components."""
        state = deployment.exported(self.stack)
        found: list[Resource] = state["deployment"].get("resources", [])
        return [one for one in found if not one["type"].startswith("pulumi:")]

    def live(self) -> Live:
        """What verification asks."""
        return Live(
            environment=load(self.environment.name, self.place.environments),
            cloud=self.cloud,
            api=self.api,
            resources=self.resources(),
        )

    def retained(self) -> dict[str, set[str]]:
        """What the program declares to be kept when the rest is destroyed: URN -> its names."""
        kept = [one for one in self.resources() if one.get("retainOnDelete") and one["custom"]]
        return {one["urn"]: inventory.known([one]) for one in kept}

    def left(self, retained: Mapping[str, set[str]]) -> list[str]:
        """What is wrong after the end: what is there and should not be, and the other way round."""
        names = {name for own in retained.values() for name in own}
        there = {name for thing in inventory.held(self.cloud) for name in thing.names}
        return [
            *(f"{thing} is there" for thing in inventory.besides(self.cloud, self.born, names)),
            *(f"{urn} is gone" for urn, own in retained.items() if not own & there),
            *(f"namespace {name} is there" for name in self._namespaces()),
        ]

    def orphans(self) -> list[inventory.Thing]:
        """What the cloud holds and the stack does not know."""
        known = inventory.known(self.resources())
        return inventory.besides(self.cloud, self.born, known)

    def _namespaces(self) -> list[str]:
        found = client.CoreV1Api(self.api).list_namespace().items
        return [one.metadata.name for one in found if one.metadata.name not in BORN_NAMESPACES]
