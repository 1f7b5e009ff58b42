"""CloudWatch Logs: moto keeps a group's key from its creation only."""

from typing import Any

from moto.logs.models import logs_backends

from sandbox.aws.cloud.call import Call, RefusedCallError
from sandbox.aws.cloud.keeping import Service, Store


def _set_key(call: Call, store: Store) -> dict[str, Any]:
    del store
    name = call.parameters["logGroupName"]
    group = logs_backends[call.settings.account][call.region].groups.get(name)
    if group is None:
        raise RefusedCallError("ResourceNotFoundException", f"There is no log group {name!r}.")
    group.kms_key_id = call.parameters.get("kmsKeyId")
    return {}


SERVICE = Service("logs", operations={"AssociateKmsKey": _set_key, "DisassociateKmsKey": _set_key})
