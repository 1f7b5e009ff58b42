"""The operations that the Pulumi engine asks for, for any Kubernetes kind."""

from collections.abc import Callable
from functools import partial

from pulumi.provider.experimental import provider as sdk

from sandbox.kubernetes_provider import configuration, deletion, leftover, naming
from sandbox.kubernetes_provider.cluster import Cluster
from sandbox.kubernetes_provider.declared import Declared
from sandbox.kubernetes_provider.drift import current_inputs, imported_inputs, with_plain_text
from sandbox.kubernetes_provider.errors import ApiError, UnknownKindError, UnreachableError
from sandbox.kubernetes_provider.kinds import Identity, Kind, kind_of
from sandbox.kubernetes_provider.plan import planned
from sandbox.kubernetes_provider.preview import previewed
from sandbox.kubernetes_provider.session import Session
from sandbox.kubernetes_provider.surroundings import await_surroundings, refuse_foreign
from sandbox.kubernetes_provider.values import (
    Manifest,
    has_unknown,
    to_plain,
    to_properties,
    without_nulls,
)
from sandbox.kubernetes_provider.waiting import (
    Wait,
    awaited,
    patience,
    unsupported,
    wait_until_ready,
)
from sandbox.provider_service.errors import ProviderError
from sandbox.provider_service.progress import EngineLog

_INVALID = 422
_SECONDS_FOR_SURROUNDINGS = 60.0


class KubernetesProvider(sdk.Provider):
    """Manages the objects of one cluster by server-side apply.

    Args:
        log: where progress and warnings go.
    """

    def __init__(self, log: EngineLog) -> None:
        self._session = Session(log)
        self._declared = Declared()

    async def get_schema(self, request: sdk.GetSchemaRequest) -> sdk.GetSchemaResponse:
        """Return an empty schema: programs bring the official SDK's."""
        del request
        return sdk.GetSchemaResponse('{"name": "kubernetes"}')

    async def check_config(self, request: sdk.CheckRequest) -> sdk.CheckResponse:
        """Refuse settings that would be ignored in silence."""
        config = to_plain(request.new_inputs)
        for notice in configuration.notices(config):
            self._session.log.warning(request.urn, notice)
        return sdk.CheckResponse(
            inputs=request.new_inputs,
            failures=[
                sdk.CheckFailure(key, reason) for key, reason in configuration.refusals(config)
            ],
        )

    async def configure(self, request: sdk.ConfigureRequest) -> sdk.ConfigureResponse:
        """Take the settings; the cluster is asked only when an operation needs it."""
        self._session.access = configuration.ClusterAccess.of(to_plain(request.args))
        return sdk.ConfigureResponse(accept_secrets=True, supports_preview=True)

    async def invoke(self, request: sdk.InvokeRequest) -> sdk.InvokeResponse:
        """Refuse functions by name."""
        raise ProviderError(
            f"function {request.tok!r} is not supported by this provider; declare objects as "
            "resources, or install the official Kubernetes plugin"
        )

    async def check(self, request: sdk.CheckRequest) -> sdk.CheckResponse:
        """Complete the inputs by name and namespace, and refuse what cannot be managed."""
        return await self._session.run(self._check, request)

    async def diff(self, request: sdk.DiffRequest) -> sdk.DiffResponse:
        """Compare declarations field by field, and say what must be replaced."""
        return await self._session.run(self._diff, request)

    async def create(self, request: sdk.CreateRequest) -> sdk.CreateResponse:
        """Apply a new object and wait for it; at preview, let the cluster judge it."""
        return await self._session.run(self._create, request)

    async def update(self, request: sdk.UpdateRequest) -> sdk.UpdateResponse:
        """Apply a changed object and wait for it; at preview, let the cluster judge it."""
        return await self._session.run(self._update, request)

    async def read(self, request: sdk.ReadRequest) -> sdk.ReadResponse:
        """Return an object as the cluster has it now, for a refresh or an import."""
        return await self._session.run(self._read, request)

    async def delete(self, request: sdk.DeleteRequest) -> None:
        """Delete an object and wait until it is gone."""
        await self._session.run(self._delete, request)

    async def cancel(self) -> None:
        """End every wait soon."""
        self._session.cancelled.set()

    def _check(self, request: sdk.CheckRequest) -> sdk.CheckResponse:
        old, given = to_plain(request.old_inputs), to_plain(request.new_inputs)
        kind = kind_of(request.type, given)
        inputs = without_nulls(given)
        inputs["apiVersion"], inputs["kind"] = kind.api_version, kind.name
        if not isinstance(inputs.get("metadata", {}), dict):
            return sdk.CheckResponse(inputs=request.new_inputs)  # known only after the update
        inputs = naming.with_name(inputs, old, request.name, request.random_seed)
        inputs = self._with_namespace(kind, inputs)
        failures = unsupported(inputs)
        try:
            patience(inputs, 0)
            self._declared.add(request.urn, inputs)
        except ProviderError as error:
            failures.append(str(error))
        if failures:
            return sdk.CheckResponse(
                inputs=request.new_inputs,
                failures=[sdk.CheckFailure("metadata", reason) for reason in failures],
            )
        return sdk.CheckResponse(inputs=to_properties(inputs, request.new_inputs))

    def _with_namespace(self, kind: Kind, inputs: Manifest) -> Manifest:
        metadata = inputs["metadata"]
        cluster = self._session.cluster()
        try:
            namespaced = cluster.namespaced(kind)
        except UnknownKindError:
            return inputs  # this run may define the kind; the namespace is filled in at apply
        if namespaced and not metadata.get("namespace"):
            return {**inputs, "metadata": {**metadata, "namespace": cluster.default_namespace}}
        return inputs

    def _diff(self, request: sdk.DiffRequest) -> sdk.DiffResponse:
        olds = to_plain(request.old_state)  # both, as the servicer packs them
        plan = planned(
            olds["inputs"],
            to_plain(request.new_inputs),
            olds["outputs"],
            resource_id=request.resource_id,
            dry_run=self._forbidden_paths,
        )
        return plan.response()

    def _forbidden_paths(self, inputs: Manifest) -> list[str]:
        """Return the fields that the API server says it will not change in place."""
        try:
            self._session.cluster().apply(inputs, dry_run=True)
        except ApiError as error:
            if error.status == _INVALID:
                return [
                    cause.get("field", "")
                    for cause in error.causes
                    if "immutable" in cause.get("message", "")
                ]
        except (UnknownKindError, UnreachableError):
            pass
        return []

    def _create(self, request: sdk.CreateRequest) -> sdk.CreateResponse:
        inputs = to_plain(request.properties)
        cluster = self._session.cluster()
        say = partial(self._session.log.status, request.urn)
        if request.preview:
            if not has_unknown(inputs):
                refuse_foreign(cluster, Identity.of(inputs), request)
            outputs = previewed(cluster, inputs, None, self._declared, say)
            return sdk.CreateResponse(properties=to_properties(outputs, request.properties))
        identity = Identity.of(inputs)
        await_surroundings(
            cluster,
            identity,
            self._declared,
            Wait(_SECONDS_FOR_SURROUNDINGS, self._session.cancelled, say),
        )
        refuse_foreign(cluster, identity, request)
        wait = Wait(patience(inputs, request.timeout), self._session.cancelled, say)
        leftover.clear(cluster, inputs, self._forbidden_paths, wait)
        live = self._applied(cluster, inputs, request.timeout, say)
        return sdk.CreateResponse(
            resource_id=Identity.of(live).id, properties=to_properties(live, request.properties)
        )

    def _update(self, request: sdk.UpdateRequest) -> sdk.UpdateResponse:
        inputs = to_plain(request.news)
        cluster = self._session.cluster()
        say = partial(self._session.log.status, request.urn)
        if request.preview:
            live = previewed(cluster, inputs, to_plain(request.olds), self._declared, say)
        else:
            live = self._applied(cluster, inputs, request.timeout, say)
        return sdk.UpdateResponse(properties=to_properties(live, request.news))

    def _applied(
        self, cluster: Cluster, inputs: Manifest, timeout: float, say: Callable[[str], None]
    ) -> Manifest:
        seconds = patience(inputs, timeout)
        live = cluster.apply(inputs)
        if not awaited(inputs):
            return live
        return wait_until_ready(cluster, live, Wait(seconds, self._session.cancelled, say))

    def _read(self, request: sdk.ReadRequest) -> sdk.ReadResponse:
        state, inputs = to_plain(request.properties), to_plain(request.inputs)
        kind = kind_of(request.type, inputs or state)
        identity = Identity.from_id(kind, request.resource_id)
        cluster = self._session.cluster()
        live = cluster.get(identity)
        if live is None:
            return sdk.ReadResponse(resource_id="")
        found = imported_inputs(live) if not inputs else self._drifted(cluster, inputs, live)
        return sdk.ReadResponse(
            resource_id=Identity.of(live).id,
            properties=to_properties(live, request.properties or None),
            inputs=to_properties(found, request.inputs or None),
        )

    @staticmethod
    def _drifted(cluster: Cluster, inputs: Manifest, live: Manifest) -> Manifest:
        try:
            desired = cluster.apply(inputs, dry_run=True)
        except ApiError:
            # The declaration cannot be applied now, so the cluster's view is all there is.
            desired = inputs
        if inputs["kind"] == "Secret" and (plain := inputs.get("stringData")):
            live, desired = with_plain_text(live, plain), with_plain_text(desired, plain)
        found: Manifest = current_inputs(inputs, live, desired)
        return found

    def _delete(self, request: sdk.DeleteRequest) -> None:
        state = to_plain(request.properties)
        identity = Identity.from_id(kind_of(request.type, state), request.resource_id)
        owner = self._declared.owner(identity)
        if owner not in {None, request.urn}:
            self._session.log.info(
                request.urn, f"{identity} is kept: it is now declared by {owner}"
            )
            return
        say = partial(self._session.log.status, request.urn)
        wait = Wait(patience(state, request.timeout), self._session.cancelled, say)
        deletion.delete(self._session.cluster(), identity, state, wait)
