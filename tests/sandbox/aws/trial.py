"""The provider's operations as plain calls, for a resource of one type."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pulumi.provider.experimental import provider as sdk

from sandbox.aws.provider.provider import AwsProvider
from sandbox.provider_service.values import to_plain, to_properties

T = TypeVar("T")
Values = dict[str, Any]
SEED = b"seed"
# Of its own: asyncio.run would take away the loop that other tests of the session find.
_LOOP = asyncio.new_event_loop()


def run(operation: Coroutine[Any, Any, T]) -> T:
    return _LOOP.run_until_complete(operation)


@dataclass
class Trial:
    """One resource, as the engine would drive it."""

    provider: AwsProvider
    token: str
    name: str = "trial"
    inputs: Values = field(default_factory=dict)
    state: Values = field(default_factory=dict)
    id: str = ""

    @property
    def urn(self) -> str:
        return f"urn:pulumi:test::mizan::mizan:components:Estate${self.token}::{self.name}"

    def failures(self, inputs: Values) -> list[str]:
        """Why inputs are refused."""
        return [str(f.reason) for f in self._check(inputs, {}).failures or ()]

    def checked(self, inputs: Values, *, new: bool = False) -> Values:
        response = self._check(inputs, {} if new else self.inputs)
        assert not response.failures, [f.reason for f in response.failures]
        return to_plain(response.inputs or {})

    def _check(self, inputs: Values, old: Values) -> sdk.CheckResponse:
        return run(
            self.provider.check(
                sdk.CheckRequest(self.urn, to_properties(old), to_properties(inputs), SEED)
            )
        )

    def preview(self, inputs: Values) -> Values:
        return to_plain(self._create(inputs, preview=True).properties or {})

    def create(self, inputs: Values) -> None:
        response = self._create(inputs, preview=False)
        self.inputs, self.state = inputs, to_plain(response.properties or {})
        self.id = response.resource_id or ""

    def _create(self, inputs: Values, *, preview: bool) -> sdk.CreateResponse:
        return run(
            self.provider.create(sdk.CreateRequest(self.urn, to_properties(inputs), 0, preview))
        )

    def diff(self, inputs: Values, old: Values | None = None) -> sdk.DiffResponse:
        both = {"inputs": self.inputs if old is None else old, "outputs": self.state}
        return run(
            self.provider.diff(
                sdk.DiffRequest(self.urn, self.id, to_properties(both), to_properties(inputs), [])
            )
        )

    def update(self, inputs: Values) -> None:
        both = {"inputs": self.inputs, "outputs": self.state}
        response = run(
            self.provider.update(
                sdk.UpdateRequest(
                    self.urn,
                    self.id,
                    to_properties(both),
                    to_properties(inputs),
                    0,
                    [],
                    preview=False,
                )
            )
        )
        self.inputs, self.state = inputs, to_plain(response.properties or {})

    def read(self) -> tuple[Values, Values] | None:
        """Inputs and outputs as AWS has them; None where it is gone."""
        return self._read(self.state, self.inputs)

    def imported(self) -> tuple[Values, Values] | None:
        """As `read`, from the id alone."""
        return self._read({}, {})

    def _read(self, state: Values, inputs: Values) -> tuple[Values, Values] | None:
        response = run(
            self.provider.read(
                sdk.ReadRequest(self.urn, self.id, to_properties(state), to_properties(inputs))
            )
        )
        if not response.resource_id:
            return None
        return to_plain(response.inputs or {}), to_plain(response.properties or {})

    def delete(self) -> None:
        run(
            self.provider.delete(sdk.DeleteRequest(self.urn, self.id, to_properties(self.state), 0))
        )
