"""A recording engine: components are built under mocks and every registration is kept."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pulumi.runtime import mocks

from tests.support.aws_outputs import answered


@dataclass(frozen=True)
class Record:
    """One resource as the program registered it, inputs as they go over the wire."""

    type: str
    name: str
    inputs: dict[str, Any]

    @property
    def metadata(self) -> dict[str, Any]:
        found: dict[str, Any] = self.inputs["metadata"]
        return found

    @property
    def spec(self) -> dict[str, Any]:
        found: dict[str, Any] = self.inputs["spec"]
        return found


@dataclass
class Engine(mocks.Mocks):
    """Answers every registration with its own inputs, and remembers it."""

    records: list[Record] = field(default_factory=list)

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        self.records.append(Record(args.typ, args.name, dict(args.inputs)))
        return args.name, answered(args.typ, args.name, dict(args.inputs))

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise AssertionError(f"a component looked something up: {args.token}")

    def of(self, kind: str) -> list[Record]:
        """The Kubernetes objects of a kind."""
        return [
            record
            for record in self.records
            if record.type.startswith("kubernetes:") and record.type.split(":")[-1] == kind
        ]

    def typed(self, token: str) -> list[Record]:
        """The resources of a type, by its token (`aws:s3/bucket:Bucket`)."""
        return [record for record in self.records if record.type == token]

    def one(self, kind: str) -> Record:
        found = self.of(kind)
        assert len(found) == 1, f"{len(found)} objects of kind {kind}: {found}"
        return found[0]

    def named(self, kind: str, name: str, namespace: str | None = None) -> Record:
        """The one object with this name, and in this namespace where one is given."""
        found = [
            record
            for record in self.of(kind)
            if record.metadata["name"] == name
            and namespace in {None, record.metadata.get("namespace")}
        ]
        assert len(found) == 1, f"{len(found)} objects of kind {kind} called {name}"
        return found[0]


Deploy = Callable[[Callable[[], Any]], Any]
