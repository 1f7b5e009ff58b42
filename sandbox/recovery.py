"""After an engine was killed: what it had begun is found, and the stack knows of it again.

An engine writes down what it begins before it begins it. So a killed one leaves a list of begun
operations. Of these, a creation is the only one that can leave something which nobody knows: it is
looked for by each name that it can have, and what is found is adopted. All others are about
resources that the stack knows, so the next run does them again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sandbox import deployment
from sandbox.deployment import Stack
from sandbox.kubernetes_provider.naming import is_autonamed
from sandbox.progress import Step

CREATING: Final = "creating"
ROUNDS: Final = 4

Resource = Mapping[str, Any]
Seeker = Callable[[Resource], Iterable[str]]
"""Says which ids a resource may have that was being created, the likeliest first."""


@dataclass
class Recovered:
    """What was found of an interrupted run.

    Attributes:
        begun: Operations that had begun, as `creating <urn>`.
        adopted: URNs of what had been created and is known again.
        absent: URNs of what had not come into being, or is to be applied again.
    """

    begun: list[str] = field(default_factory=list)
    adopted: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


def recover(stack: Stack, step: Step, log: Path, seekers: Sequence[Seeker] = ()) -> Recovered:
    """Settle what an interrupted run had begun; does nothing where there was none.

    The caller holds the sandbox's own lock, so no run goes on.

    Args:
        stack: The stack, freed of the dead run's lock.
        step: Shows what goes on.
        log: Gets the engine's output.
        seekers: Say which ids a resource may have.

    Raises:
        SandboxError: The engine cannot read what may have been created.
    """
    state = deployment.exported(stack)
    done = Recovered()
    begun = _taken(state)
    if not begun:
        return done
    done.begun = [f"{one['type']} {one['resource']['urn']}" for one in begun]
    step.say(f"an interrupted run had begun {len(begun)} operations")
    known = {(one["urn"], one.get("id")) for one in _resources(state)}
    asked = {
        one["resource"]["urn"]: _unknown(one["resource"], known, seekers)
        for one in begun
        if one["type"] == CREATING and one["resource"].get("custom")
    }
    by_urn = {one["resource"]["urn"]: one["resource"] for one in begun}
    for _ in range(ROUNDS):
        trial = {urn: ids.pop(0) for urn, ids in asked.items() if ids}
        _adopt(state, [{**by_urn[urn], "id": one} for urn, one in trial.items()])
        deployment.imported(stack, state)
        if trial:
            step.waiting_for = "the provider to read what may have been created"
            targets = [word for urn in sorted(trial) for word in ("--target", urn)]
            deployment.operate(["refresh", "--yes", "--skip-preview", *targets], stack, step, log)
            state = deployment.exported(stack)
            _taken(state)  # what the reading itself began
        there = {one["urn"] for one in _resources(state)}
        for urn in trial.keys() & there:
            done.adopted.append(urn)
            asked[urn] = []
        if not any(asked.values()):
            break
    done.absent = sorted(asked.keys() - set(done.adopted))
    return done


def _taken(state: dict[str, Any]) -> list[dict[str, Any]]:
    """The operations that had begun, taken out of the state."""
    found: list[dict[str, Any]] = state["deployment"].pop("pending_operations", None) or []
    return found


def _resources(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = state["deployment"].setdefault("resources", [])
    return found


def _unknown(
    resource: Resource, known: Iterable[tuple[str, Any]], seekers: Sequence[Seeker]
) -> list[str]:
    """Ids that a resource may have, without those of resources that the stack knows.

    A replacement comes into being beside what it replaces, under the same URN.
    """
    ids = [one for urn, one in known if urn == resource["urn"]]
    found = [name for seek in (object_name, *seekers) for name in seek(resource)]
    return [name for name in dict.fromkeys(found) if name not in ids]


def object_name(resource: Resource) -> Iterator[str]:
    """The id of an object of Kubernetes that was named by itself.

    One that the program names is applied again by the next run, which also waits for it.
    """
    inputs = resource.get("inputs", {})
    metadata = inputs.get("metadata", {})
    if str(resource.get("type", "")).startswith("kubernetes:") and is_autonamed(inputs):
        namespace, name = metadata.get("namespace"), metadata["name"]
        yield f"{namespace}/{name}" if namespace else name


def _adopt(state: dict[str, Any], found: Iterable[dict[str, Any]]) -> None:
    """Put resources into the state, where the next reading fills in or takes away.

    One of the same URN was being replaced, so it is what the next run deletes.
    """
    there = _resources(state)
    for resource in found:
        for one in there:
            if one["urn"] == resource["urn"]:
                one["delete"] = True
        there.append({**resource, "outputs": dict(resource.get("inputs", {}))})
