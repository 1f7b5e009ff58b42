"""Which thing of the cloud is the resource that a killed run was creating.

The stand-in tells for which URN it made something, as CloudTrail tells for whom a call was made. A
name that the program or the provider chose says it too; and what AWS names itself is found by its
name tag, or by being exactly what was asked for where it was killed before it was tagged.
"""

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from pulumi.provider.experimental import provider as sdk

from sandbox.aws.provider.connection import ENDPOINT
from sandbox.aws.provider.made import alive
from sandbox.aws.provider.provider import AwsProvider
from sandbox.aws.provider.templates import MISSING, filled
from sandbox.aws.provider.types import table
from sandbox.provider_service.errors import ProviderError
from sandbox.provider_service.values import to_plain, to_properties
from sandbox.rehearsal.inventory import Thing
from sandbox.rehearsal.live import Resource

TAGS: Final = frozenset({"tags", "tagsAll"})

Values = dict[str, Any]


class Seeking:
    """Finds what was being created.

    Args:
        variables: Variables by which clients find the cloud.
        account: Number of the account.
        region: Region of the estate.
        unknown: Says what the cloud holds and the stack does not know.
    """

    def __init__(
        self,
        variables: Mapping[str, str],
        account: str,
        region: str,
        unknown: Callable[[], Iterable[Thing]],
    ) -> None:
        self._variables = variables
        self._facts = {"account": account, "region": region}
        self._unknown = unknown

    def __call__(self, resource: Resource) -> Iterator[str]:
        """The id of a resource that AWS has, if it has it."""
        token = resource["type"]
        if not token.startswith("aws:"):
            return
        inputs = {
            name: value for name, value in resource.get("inputs", {}).items() if name[:2] != "__"
        }
        for name in self._told(resource["urn"], table(token).id, inputs):
            if self._read(resource, name, inputs) is not None:
                yield name
                return
        yield from self._among(resource, inputs, table(token).service)

    def _told(self, urn: str, template: str, inputs: Values) -> Iterator[str]:
        """The ids that the stand-in's ledger and the resource's own inputs tell."""
        yield from (one.id for one in alive(self._variables[ENDPOINT]) if one.urn == urn and one.id)
        made = filled(template, {**inputs, **self._facts}) if "{" in template else MISSING
        if made is not MISSING:
            yield str(made)

    def _among(self, resource: Resource, inputs: Values, service: str) -> Iterator[str]:
        """The id of the thing that nobody knows and that is what was asked for."""
        wanted = ("Name", str((inputs.get("tags") or {}).get("Name", "")))
        unknown = [thing for thing in self._unknown() if thing.service == service]
        tagged = [thing for thing in unknown if wanted in thing.tags]
        for thing in tagged or [thing for thing in unknown if not thing.tags]:
            for name in sorted(thing.names):
                found = self._read(resource, name, inputs)
                if found is not None and _same(inputs, found):
                    yield name
                    return

    def _read(self, resource: Resource, name: str, inputs: Values) -> Values | None:
        """The inputs that a resource of this id would have; None where there is none."""
        os.environ.update(self._variables)
        provider = AwsProvider()
        configured = {"region": self._facts["region"]}

        async def read() -> sdk.ReadResponse:
            await provider.configure(
                sdk.ConfigureRequest({}, to_properties(configured), True, False)  # noqa: FBT003 - SDK's signature
            )
            asked = to_properties(inputs)
            return await provider.read(sdk.ReadRequest(resource["urn"], name, {}, asked))

        try:
            answer = asyncio.run(read())
        except ProviderError:
            return None  # not even a possible id of such a resource
        return to_plain(answer.inputs or {}) if answer.resource_id else None


def _same(asked: Values, found: Values) -> bool:
    """Whether a thing is what was asked for, whatever its tags."""
    return all(found.get(name) == value for name, value in asked.items() if name not in TAGS)
