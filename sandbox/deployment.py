"""Runs the Pulumi engine on one stack and reads what it did from its event log."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.commands import mortal, run
from sandbox.faults import SandboxError
from sandbox.layout import PROJECT
from sandbox.progress import Step

PACK = PROJECT / "policies"
GONE = frozenset({"delete", "delete-replaced", "replace", "create-replacement", "discard",
                  "discard-replaced"})  # fmt: skip
"""Operations by which something of before ends, in the engine's words."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One stack, and how the engine is called on it.

    Attributes:
        name: Its name, which is the environment's.
        variables: Environment of the engine, with PATH.
        project: Folder with Pulumi.yaml.
    """

    name: str
    variables: Mapping[str, str]
    project: Path = PROJECT


@dataclass(frozen=True)
class Operation:
    """What was done to one resource.

    Attributes:
        kind: `create`, `update`, `delete`, and the rest of the engine's words.
        type: Type of the resource.
        urn: Its name in the stack.
    """

    kind: str
    type: str
    urn: str


@dataclass
class Deployment:
    """What one `pulumi up` did.

    Attributes:
        changes: Operation -> number of resources, without those left as they are.
        unchanged: Number of resources left as they are.
        outputs: What the program exported.
        violations: Rule -> message of each mandatory violation.
        advisories: Messages of the pack that would not have blocked.
        operations: What was done to each resource that did not stay as it was.
    """

    changes: dict[str, int] = field(default_factory=dict)
    unchanged: int = 0
    outputs: dict[str, object] = field(default_factory=dict)
    violations: dict[str, str] = field(default_factory=dict)
    advisories: list[str] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)


def ensure_stack(stack: Stack) -> None:
    """Make the stack if the backend does not have it, and free it of a dead run's lock.

    The caller holds the sandbox's own lock, so a lock found here has no living owner.
    """
    known = json.loads(pulumi(stack, "stack", "ls", "--json"))
    if stack.name not in {item["name"] for item in known}:
        pulumi(stack, "stack", "init", stack.name, "--no-select")
    backend = Path(stack.variables["PULUMI_BACKEND_URL"].removeprefix("file://"))
    for lock in (backend / ".pulumi" / "locks").rglob("*.json"):
        if lock.parent.name == stack.name:
            lock.unlink()


def configure(stack: Stack, settings: Mapping[str, str]) -> None:
    """Give the stack the facts of its cluster that only this sandbox knows."""
    if not settings:
        return
    words = [word for item in settings.items() for word in ("--plaintext", "=".join(item))]
    pulumi(stack, "config", "set-all", "--stack", stack.name, *words)


def exported(stack: Stack) -> dict[str, Any]:
    """The state of the stack, as the engine writes it."""
    state: dict[str, Any] = json.loads(pulumi(stack, "stack", "export", "--stack", stack.name))
    return state


def imported(stack: Stack, state: Mapping[str, Any]) -> None:
    """Make this the state of the stack."""
    words = ("stack", "import", "--stack", stack.name)
    pulumi(stack, *words, given=json.dumps(state))


def up(stack: Stack, step: Step, log: Path) -> Deployment:
    """Preview with the policy pack, then update; the pack refuses one without the other.

    Args:
        stack: The stack.
        step: Shows what goes on.
        log: Where the engine's output goes.

    Raises:
        SandboxError: The pack or the engine said no; the cause is in the message.
    """
    return operate(["up", "--yes", "--policy-pack", str(PACK)], stack, step, log)


def destroy(stack: Stack, step: Step, log: Path) -> Deployment:
    """Delete what the stack made, and the stack."""
    ensure_stack(stack)
    done = operate(["destroy", "--yes"], stack, step, log)
    pulumi(stack, "stack", "rm", stack.name, "--yes", "--preserve-config")
    return done


def operate(words: Sequence[str], stack: Stack, step: Step, log: Path) -> Deployment:
    """Run one operation of the engine and say what it did.

    Args:
        words: The operation and its own arguments.
        stack: The stack.
        step: Shows what goes on.
        log: Gets the whole output.

    Raises:
        SandboxError: The pack or the engine said no; the cause is in the message.
    """
    events = log.with_suffix(".events.json")
    log.parent.mkdir(parents=True, exist_ok=True)
    events.unlink(missing_ok=True)
    command = mortal(["pulumi", *words, "--stack", stack.name, "--non-interactive",
               "--color", "never", "--suppress-outputs", "--suppress-permalink=true",
               "--event-log", str(events)])  # fmt: skip
    env = {**os.environ, **stack.variables, "PULUMI_DEBUG_COMMANDS": "true"}
    with (
        log.open("w") as kept,
        subprocess.Popen(
            command, cwd=stack.project, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, text=True,
            start_new_session=True,  # else Ctrl-C reaches it twice, and twice means at once
        ) as engine,
    ):  # fmt: skip
        try:
            for line in engine.stdout or ():
                kept.write(line)
                _show(line.rstrip(), step)
        except KeyboardInterrupt:
            step.say("the engine stops as soon as it can leave what it has begun")
            engine.send_signal(signal.SIGINT)
            kept.writelines(engine.stdout or ())  # it would stand still at a full pipe
            engine.wait()
            raise
    done = _read(events)
    if engine.returncode:
        raise SandboxError(_cause(done, log), f"the whole output is in {log}.")
    done.outputs = json.loads(
        pulumi(stack, "stack", "output", "--json", "--stack", stack.name)
        if words[0] == "up"
        else "{}"
    )
    return done


def pulumi(stack: Stack, *words: str, given: str | None = None) -> str:
    """What `pulumi` prints for these words; `given` is what it reads."""
    program = next(
        str(path)
        for folder in stack.variables["PATH"].split(os.pathsep)
        if (path := Path(folder) / "pulumi").exists()
    )
    return run([program, *words], cwd=stack.project, extra=dict(stack.variables), stdin=given)


QUIET = ("warning: using pulumi-", "Loading policy packs", "View Live", "Previewing update",
         "Updating (", "@ previewing", "@ updating", "@ destroying")  # fmt: skip


def _show(line: str, step: Step) -> None:
    text = line.strip()
    if not text or text.startswith(QUIET):
        return
    if sys.stdout.isatty() or not text.startswith("+  kubernetes:"):
        step.waiting_for = text[:120]
    if " created" in text or " updated" in text or "error" in text or "failed" in text:
        step.say(text[:160])


def _read(path: Path) -> Deployment:
    done = Deployment()
    if not path.exists():
        return done
    for line in path.read_text().splitlines():
        event = json.loads(line)
        if summary := event.get("summaryEvent"):
            counts = dict(summary.get("resourceChanges", {}))
            done.unchanged = counts.pop("same", 0)
            done.changes = counts
        outcome = event.get("resOutputsEvent")
        if outcome and not outcome.get("planning") and outcome["metadata"]["op"] != "same":
            about = outcome["metadata"]
            done.operations.append(Operation(about["op"], about["type"], about["urn"]))
        if policy := event.get("policyEvent"):
            told = policy.get("message", "")
            if policy.get("enforcementLevel") == "mandatory":
                done.violations[policy["policyName"]] = told
            else:
                done.advisories.append(f"{policy['policyName']}: {told}")
        diagnostic = event.get("diagnosticEvent")
        if diagnostic and diagnostic.get("severity") == "error":
            done.outputs.setdefault("errors", [])
            errors = done.outputs["errors"]
            if isinstance(errors, list):
                errors.append(diagnostic["message"].strip())
    return done


def _cause(done: Deployment, log: Path) -> str:
    if done.violations:
        told = "; ".join(f"{rule}: {text.strip()}" for rule, text in done.violations.items())
        return f"The policy pack blocked the plan: {told}."
    errors = done.outputs.get("errors")
    if isinstance(errors, list) and errors:
        return f"The deployment failed: {errors[0]}"
    lines = [line for line in log.read_text().splitlines() if line.strip()]
    return f"The deployment failed: {' | '.join(lines[-3:])}"
