"""Workgroups of queries."""

from typing import Any

from sandbox.aws.provider.connection import model
from sandbox.aws.provider.mapping import to_parameter
from sandbox.aws.provider.resource import Aspect, Aws, Do, Facts, Resource


def _update(aws: Aws, facts: Facts) -> None:
    """An update says what changes inside the configuration, and takes away by name."""
    shape: Any = model("athena").operation_model("UpdateWorkGroup").input_shape
    wanted: dict[str, Any] = {"WorkGroup": facts["id"]}
    if "description" in facts["changed"]:
        wanted["Description"] = facts.get("description") or ""
    if "configuration" in facts["changed"]:
        updates = shape.members["ConfigurationUpdates"]
        given = dict(facts.get("configuration") or {})
        made = to_parameter(given, updates, _UPDATED, "configuration")
        if "bytesScannedCutoffPerQuery" not in given:
            made["RemoveBytesScannedCutoffPerQuery"] = True
        wanted["ConfigurationUpdates"] = made
    aws("UpdateWorkGroup", **wanted)


_NAMES = {
    "configuration.enforceWorkgroupConfiguration": "EnforceWorkGroupConfiguration",
    "configuration.resultConfiguration.encryptionConfiguration.kmsKeyArn": "KmsKey",
}
_UPDATED = {**_NAMES, "configuration.resultConfiguration": "ResultConfigurationUpdates"}

TYPES = (
    Resource(
        "aws:athena/workgroup:Workgroup",
        "athena",
        create="CreateWorkGroup",
        id="{name}",
        key={"WorkGroup": "{id}"},
        read=Do("GetWorkGroup", at="WorkGroup"),
        update=_update,
        delete=Do("DeleteWorkGroup", send={"RecursiveDeleteOption": "{forceDestroy}"}),
        # A workgroup is made enabled.
        aspects=(Aspect("state", put="UpdateWorkGroup"),),
        rename=_NAMES,
        outputs={"arn": "arn:aws:athena:{region}:{account}:workgroup/{name}"},
        defaults={"state": "ENABLED"},
        replace=("name",),
        gone="InvalidRequestException",
        ignore={"forceDestroy": "counts when the workgroup is deleted"},
    ),
)
