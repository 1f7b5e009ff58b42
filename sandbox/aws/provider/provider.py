"""The operations that the Pulumi engine asks for, for every type that has a table."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from pulumi.provider.experimental import provider as sdk
from pulumi.provider.experimental.property_value import PropertyValue

from sandbox.aws.provider import functions, naming
from sandbox.aws.provider.configuration import Configuration, refusals
from sandbox.aws.provider.connection import Connection
from sandbox.aws.provider.lifecycle import UNFINISHED, Lifecycle, UnfinishedError, drifted
from sandbox.aws.provider.plan import planned
from sandbox.aws.provider.preview import foreseen, foreseen_change
from sandbox.aws.provider.schema import Schema, schema_of
from sandbox.aws.provider.types import table
from sandbox.provider_service.errors import ProviderError
from sandbox.provider_service.values import Values, to_plain, to_properties, without_nulls

_THREADS = 32


class _OfResource(Protocol):
    urn: str


R = TypeVar("R", bound=_OfResource)
T = TypeVar("T")


class AwsProvider(sdk.Provider):
    """Manages AWS resources by their tables."""

    def __init__(self) -> None:
        self._settings = Configuration()
        self._aws = Connection()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="operation")
        self._checked_account = False

    async def get_schema(self, request: sdk.GetSchemaRequest) -> sdk.GetSchemaResponse:
        """Return an empty schema: programs bring the official SDK's."""
        del request
        return sdk.GetSchemaResponse('{"name": "aws"}')

    async def check_config(self, request: sdk.CheckRequest) -> sdk.CheckResponse:
        """Refuse settings that would be ignored in silence."""
        config = to_plain(request.new_inputs)
        failures = [sdk.CheckFailure(key, reason) for key, reason in refusals(config)]
        if not Configuration.of(config).region:
            failures.append(sdk.CheckFailure("region", "the provider setting 'region' is missing"))
        return sdk.CheckResponse(inputs=request.new_inputs, failures=failures)

    async def configure(self, request: sdk.ConfigureRequest) -> sdk.ConfigureResponse:
        """Take the settings, and ask whose account it is before anything else, where AWS is there.

        A preview where it is not goes on: it needs no account.
        """
        self._settings = Configuration.of(to_plain(request.args))
        self._aws = Connection(self._settings.attempts)
        if self._aws.endpoint is not None and self._settings.region:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._check_account)
        return sdk.ConfigureResponse(accept_secrets=True, supports_preview=True)

    async def invoke(self, request: sdk.InvokeRequest) -> sdk.InvokeResponse:
        """Answer the few functions that are known."""

        def work() -> sdk.InvokeResponse:
            arguments = to_plain(request.args)
            told = functions.invoked(request.tok, arguments, self._aws, self._settings.region)
            return sdk.InvokeResponse(return_value=to_properties(told))

        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def check(self, request: sdk.CheckRequest) -> sdk.CheckResponse:
        """Complete the inputs by name and default tags, and refuse what the type does not take."""
        return await self._run(self._check, request)

    async def diff(self, request: sdk.DiffRequest) -> sdk.DiffResponse:
        """Compare inputs by meaning, and say what must be replaced."""
        return await self._run(self._diff, request)

    async def create(self, request: sdk.CreateRequest) -> sdk.CreateResponse:
        """Create a resource; at preview, say what is known of it."""
        return await self._run(self._create, request)

    async def update(self, request: sdk.UpdateRequest) -> sdk.UpdateResponse:
        """Change a resource in place; at preview, say what is known of it."""
        return await self._run(self._update, request)

    async def read(self, request: sdk.ReadRequest) -> sdk.ReadResponse:
        """Return a resource as AWS has it now, for a refresh or an import."""
        return await self._run(self._read, request)

    async def delete(self, request: sdk.DeleteRequest) -> None:
        """Delete a resource."""
        await self._run(self._delete, request)

    async def _run(self, operation: Callable[[R], T], request: R) -> T:
        """Run an operation, which waits for AWS, beside the others; name the resource in errors."""

        def work() -> T:
            try:
                return operation(request)
            except UnfinishedError as error:
                text = f"{_name(request.urn)}: {error}"
                raise UnfinishedError(text, error.id, error.state) from error
            except ProviderError as error:
                raise ProviderError(f"{_name(request.urn)}: {error}") from error

        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _check(self, request: sdk.CheckRequest) -> sdk.CheckResponse:
        resource = table(_type(request.urn))
        schema = schema_of(_type(request.urn))
        old, given = to_plain(request.old_inputs), without_nulls(to_plain(request.new_inputs))
        inputs = self._with_default_tags(schema, given)
        faults = list(schema.faults(inputs))
        faults += [
            (name, f"property {name!r} of {_type(request.urn)} is not supported here: {reason}")
            for name, reason in resource.refuse.items()
            if name in inputs
        ]
        if faults:
            return sdk.CheckResponse(
                inputs=request.new_inputs, failures=[sdk.CheckFailure(*fault) for fault in faults]
            )
        inputs = naming.with_name(
            schema, resource, inputs, old, of=(request.name, request.random_seed)
        )
        return sdk.CheckResponse(inputs=to_properties(inputs, request.new_inputs))

    def _with_default_tags(self, schema: Schema, inputs: Values) -> Values:
        """The official provider, too, merges them into the inputs, where policies see them."""
        own = inputs.get("tags", {})
        if "tags" not in schema.inputs or not self._settings.default_tags or not _is_map(own):
            return inputs
        return {**inputs, "tags": {**self._settings.default_tags, **own}}

    def _diff(self, request: sdk.DiffRequest) -> sdk.DiffResponse:
        olds = to_plain(request.old_state)  # both, as the servicer packs them
        plan = planned(
            table(_type(request.urn)),
            schema_of(_type(request.urn)),
            without_nulls(olds["inputs"]),
            without_nulls(to_plain(request.new_inputs)),
        )
        response = plan.response()
        if olds["outputs"].get(UNFINISHED):
            response.changes = True
        return response

    def _create(self, request: sdk.CreateRequest) -> sdk.CreateResponse:
        inputs = without_nulls(to_plain(request.properties))
        if request.preview:
            schema = schema_of(_type(request.urn))
            outputs = foreseen(schema, inputs, self._settings.region)
            return sdk.CreateResponse(properties=to_properties(outputs, request.properties))
        lifecycle = self._lifecycle(_type(request.urn), request.urn, inputs)
        resource_id, state = lifecycle.create(inputs)
        properties = self._secret(lifecycle, to_properties(state, request.properties))
        return sdk.CreateResponse(resource_id=resource_id, properties=properties)

    def _update(self, request: sdk.UpdateRequest) -> sdk.UpdateResponse:
        olds = to_plain(request.olds)  # both, as the servicer packs them
        old, before = without_nulls(olds["inputs"]), olds["outputs"]
        inputs = without_nulls(to_plain(request.news))
        if request.preview:
            foretold = foreseen_change(table(_type(request.urn)), old, before, inputs)
            return sdk.UpdateResponse(properties=to_properties(foretold, request.news))
        lifecycle = self._lifecycle(_type(request.urn), request.urn, inputs)
        plan = planned(lifecycle.resource, lifecycle.schema, old, inputs)
        changed = {*plan.changed, *before.pop(UNFINISHED, ())}
        state = lifecycle.update(request.resource_id, old, before, inputs, changed)
        properties = self._secret(lifecycle, to_properties(state, request.news))
        return sdk.UpdateResponse(properties=properties)

    def _read(self, request: sdk.ReadRequest) -> sdk.ReadResponse:
        state, inputs = to_plain(request.properties), without_nulls(to_plain(request.inputs))
        lifecycle = self._lifecycle(_type(request.urn), request.urn, {**state, **inputs})
        live = lifecycle.read(request.resource_id, {**state, **inputs})
        if live is None:
            return sdk.ReadResponse(resource_id="")
        if inputs:
            found = drifted(inputs, live)
        else:
            known = {n: v for n, v in live.items() if n in lifecycle.schema.inputs}
            found = {n: v for n, v in known.items() if v not in (None, "", [], {})}
        outputs = lifecycle.state(found, live)
        return sdk.ReadResponse(
            resource_id=request.resource_id,
            properties=self._secret(lifecycle, to_properties(outputs, request.properties)),
            inputs=to_properties(found, request.inputs),
        )

    def _delete(self, request: sdk.DeleteRequest) -> None:
        state = to_plain(request.properties)
        self._lifecycle(_type(request.urn), request.urn, state).delete(request.resource_id, state)

    def _lifecycle(self, token: str, urn: str, inputs: Values) -> Lifecycle:
        region = inputs.get("region") or self._settings.region
        lifecycle = Lifecycle(table(token), schema_of(token), self._aws, region, urn)
        self._check_account()
        return lifecycle

    def _check_account(self) -> None:
        if not self._checked_account:
            self._settings.check(self._aws.account(self._settings.region))
            self._checked_account = True

    @staticmethod
    def _secret(
        lifecycle: Lifecycle, properties: dict[str, PropertyValue]
    ) -> dict[str, PropertyValue]:
        return {
            name: value.with_secret(True) if name in lifecycle.resource.secret else value  # noqa: FBT003 - SDK's signature
            for name, value in properties.items()
        }


def _name(urn: str) -> str:
    """Return a resource as the user knows it, such as `aws:kms/key:Key lake`."""
    kind, _, name = urn.rpartition("::")
    return f"{kind.rpartition('$')[2].rpartition('::')[2]} {name}"


def _is_map(value: object) -> bool:
    return isinstance(value, dict)


def _type(urn: str) -> str:
    """Return a resource's own type; the engine puts the types of its parents before it."""
    return urn.split("::")[2].rpartition("$")[2]
