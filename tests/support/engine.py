"""An engine that records: a whole stack is built as the language host builds it, and kept.

The program runs under the SDK's mock monitor, with one thing more than the SDK gives: the stack's
transforms are run, so that a record is what providers and policies would see.
"""

import asyncio
import functools
import json
import runpy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import yaml
from pulumi.runtime import mocks, rpc, settings, stack
from pulumi.runtime.sync_await import _ensure_event_loop, _sync_await

from tests.support.aws_outputs import answered

# The SDK leaves these without types.
_sdk: Any = mocks
_sdk_settings: Any = settings
_sdk_loop: Any = _ensure_event_loop

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = ROOT / "stacks" / "__main__.py"
STACK_TYPE = "pulumi:pulumi:Stack"

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Record:
    """One resource as it was registered, spelt as it goes over the wire."""

    type: str
    name: str
    urn: str
    parent: str
    inputs: Json
    custom: bool
    depends_on: frozenset[str] = frozenset()
    derived_from: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """`Deployment`, for a Kubernetes object; empty for anything else."""
        return self.type.rpartition(":")[2] if self.type.startswith("kubernetes:") else ""

    @property
    def metadata(self) -> Json:
        found: Json = self.inputs["metadata"]
        return found

    @property
    def spec(self) -> Json:
        found: Json = self.inputs["spec"]
        return found


@dataclass
class Plan:
    """Everything that a program asked for."""

    records: list[Record] = field(default_factory=list)
    exports: Json = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def of(self, kind: str) -> list[Record]:
        """The Kubernetes objects of a kind."""
        return [record for record in self.records if record.kind == kind]

    def named(self, kind: str, name: str, namespace: str | None = None) -> Record:
        """The one object with this name, and in this namespace where one is given."""
        found = [
            record
            for record in self.of(kind)
            if record.metadata.get("name") == name
            and namespace in {None, record.metadata.get("namespace")}
        ]
        assert len(found) == 1, f"{len(found)} objects of kind {kind} called {name}"
        return found[0]

    def pods(self) -> Iterator[tuple[Record, Json]]:
        """Every pod template (with `metadata` and `spec`) and the object that bears it."""
        for record in self.records:
            if record.kind in {"Deployment", "StatefulSet", "DaemonSet", "Job"}:
                yield record, record.spec["template"]
            elif record.kind == "CronJob":
                yield record, record.spec["jobTemplate"]["spec"]["template"]
            elif record.kind == "Pod":
                yield record, record.inputs

    def waits_for(self, later: Record, earlier: Record) -> bool:
        """Whether a resource starts only when another is ready, however many steps between."""
        by_urn = {record.urn: record for record in self.records}
        seen: set[str] = set()
        waiting = [later.urn]
        while waiting:
            urn = waiting.pop()
            if urn in seen or urn not in by_urn:
                continue
            seen.add(urn)
            record = by_urn[urn]
            waiting += [*record.depends_on, record.parent]
        return earlier.urn in seen


class _Monitor(mocks.MockMonitor):
    """The SDK's mock monitor, which also runs transforms and remembers dependencies."""

    def __init__(self, plan: Plan) -> None:
        above: Any = super()
        above.__init__(_Answers())
        self.plan = plan

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the gRPC contract names it
        if request.type != STACK_TYPE:
            _sdk_loop()
            for transform in self.get_registered_transforms():
                run_transform(transform, request)
            self.plan.records.append(
                Record(
                    type=request.type,
                    name=request.name,
                    urn=self.make_urn(request.parent, request.type, request.name),
                    parent=request.parent,
                    inputs=_plain(rpc.deserialize_properties(request.object)),
                    custom=request.custom,
                    depends_on=frozenset(request.dependencies),
                    derived_from={
                        key: tuple(value.urns)
                        for key, value in request.propertyDependencies.items()
                    },
                )
            )
        above: Any = super()
        return above.RegisterResource(request)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - as above
        if f"::{STACK_TYPE}::" in request.urn:
            self.plan.exports = _plain(rpc.deserialize_properties(request.outputs))
        above: Any = super()
        return above.RegisterResourceOutputs(request)


def run_transform(transform: Any, request: Any) -> None:
    """Give a registration the properties that a transform makes of its own."""
    result = transform(
        pulumi.ResourceTransformArgs(
            custom=request.custom,
            type_=request.type,
            name=request.name,
            props=rpc.deserialize_properties(request.object),
            opts=pulumi.ResourceOptions(),
        )
    )
    if result is not None:
        request.object.CopyFrom(_sync_await(rpc.serialize_properties(result.props, {})))


class _Answers(mocks.Mocks):
    """Every resource is made at once, and comes back as it was asked for."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, Json]:
        state = answered(args.typ, args.name, dict(args.inputs))
        return f"{args.name}-id" if args.custom else None, state

    def call(self, args: mocks.MockCallArgs) -> tuple[Json, list[tuple[str, str]] | None]:
        raise AssertionError(f"the program looked something up: {args.token}")


def project_defaults() -> dict[str, str]:
    """The configuration that Pulumi.yaml gives where nobody sets another."""
    project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))
    return {
        f"{project['name']}:{key}": _wire(entry["default"])
        for key, entry in project.get("config", {}).items()
        if "default" in entry
    }


def build(
    stack_name: str,
    *,
    config: Mapping[str, str] | None = None,
    preview: bool = True,
    program: Callable[[], object] | None = None,
    project: str = "mizan",
) -> Plan:
    """Run a program as the language host does, and give back all that it asked for.

    Args:
        stack_name: Name of the stack.
        config: Configuration besides the project's defaults and a kubeconfig.
        preview: Whether it runs as a preview.
        program: What runs; the project's own program by default.
        project: Name of the project, whose configuration the program reads.

    Raises:
        Exception: whatever the program raises.
    """
    plan = Plan()
    monitor: Any = _Monitor(plan)
    _sdk_settings.set_root_resource(None)
    _sdk.configure(
        _sdk.MockSettings(
            monitor=monitor,
            monitor_features=set(monitor.GetDeploymentInfo(None).supportedFeatures),
            engine=_Log(plan),
            project=project,
            stack=stack_name,
            dry_run=preview,
            organization=None,
            callbacks=None,
        )
    )
    pulumi.runtime.set_all_config(
        {**project_defaults(), "kubernetes:kubeconfig": "kubeconfig", **(config or {})}
    )
    run = program or (lambda: runpy.run_path(str(PROGRAM), run_name="__main__"))
    debug = pulumi.log.debug
    try:
        asyncio.run(stack.run_in_stack(lambda: _quietly(run)))
    finally:
        vars(pulumi.log)["debug"] = debug  # a program may take it away, and it is this process's
        # The SDK's own mocks, which other tests use, expect a loop that is not closed.
        asyncio.set_event_loop(asyncio.new_event_loop())
        _sdk_settings.set_root_resource(None)
    return plan


@functools.cache
def environment_plan(name: str) -> Plan:
    """The plan of an environment, built once in a test run."""
    return build(name)


class _Log:
    """Where the program's warnings and errors go."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def Log(self, request: Any) -> None:  # noqa: N802 - the gRPC contract names it
        text = str(request.message)
        kept = {2: self._plan.warnings, 3: self._plan.errors}.get(int(request.severity))
        if kept is not None:
            kept.append(text)


def _quietly(run: Callable[[], object]) -> None:
    run()


def _wire(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _plain(value: Any) -> Any:
    """Numbers as one writes them: the wire knows floats only."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
