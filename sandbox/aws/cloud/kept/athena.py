"""Athena: moto makes workgroups and does not change them."""

from typing import Any

from moto.athena.models import athena_backends

from sandbox.aws.cloud.call import Call, RefusedCallError
from sandbox.aws.cloud.keeping import PASS, Service, Store

_RESULTS = "ResultConfigurationUpdates"


def _update(call: Call, store: Store) -> dict[str, Any]:
    del store
    name = call.parameters["WorkGroup"]
    group = athena_backends[call.settings.account][call.region].work_groups.get(name)
    if group is None:
        raise RefusedCallError("InvalidRequestException", f"There is no workgroup {name!r}.")
    group.description = call.parameters.get("Description", group.description)
    group.state = call.parameters.get("State", group.state)
    updates = dict(call.parameters.get("ConfigurationUpdates", {}))
    results = updates.pop(_RESULTS, {})
    for gone in [given for given in updates if given.startswith("Remove")]:
        if updates.pop(gone):
            group.configuration.pop(gone.removeprefix("Remove"), None)
    group.configuration.update(updates)
    if results:
        group.configuration["ResultConfiguration"] = {
            **group.configuration.get("ResultConfiguration", {}),
            **{key: value for key, value in results.items() if not key.startswith("Remove")},
        }
    return {}


def _get(call: Call, store: Store) -> Any:
    """Moto answers for a workgroup that is not there with an empty one."""
    del store
    name = call.parameters["WorkGroup"]
    if name not in athena_backends[call.settings.account][call.region].work_groups:
        raise RefusedCallError("InvalidRequestException", f"WorkGroup {name} is not found.")
    return PASS


SERVICE = Service("athena", operations={"GetWorkGroup": _get, "UpdateWorkGroup": _update})
