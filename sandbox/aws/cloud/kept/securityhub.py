"""Security Hub: the hub of an account in a region, its standards and their controls."""

from typing import Any

from sandbox.aws.cloud.call import Call, RefusedCallError
from sandbox.aws.cloud.keeping import Collection, Record, Service, Store

_HUB = Collection(
    kind="hub",
    made={
        "HubArn": "arn:aws:securityhub:{region}:{account}:hub/default",
        "AutoEnableControls": True,
        "ControlFindingGenerator": "SECURITY_CONTROL",
        "SubscribedAt": "2026-01-01T00:00:00.000Z",
        "Tags": {},
    },
    create="EnableSecurityHub",
    describe="DescribeHub",
    update="UpdateSecurityHubConfiguration",
    delete="DisableSecurityHub",
    missing="InvalidAccessException",
    exists="ResourceConflictException",
)


def _needs_hub(call: Call, store: Store) -> None:
    if not store.records(call, "hub"):
        raise RefusedCallError(
            "InvalidAccessException",
            f"Account {call.settings.account} is not subscribed to AWS Security Hub",
        )


def _enable(call: Call, store: Store) -> Any:
    _needs_hub(call, store)
    kept = store.records(call, "standard")
    answered = []
    for request in call.parameters["StandardsSubscriptionRequests"]:
        arn = request["StandardsArn"]
        standard = next((one for one in kept if one["StandardsArn"] == arn), None)
        if standard is None:
            path = arn.partition("standards/")[2] or arn.partition("ruleset/")[2]
            own = f"arn:aws:securityhub:{call.region}:{call.settings.account}:subscription/{path}"
            standard = {
                "__key": path,
                "StandardsArn": arn,
                "StandardsSubscriptionArn": own,
                "StandardsInput": request.get("StandardsInput", {}),
                "StandardsStatus": "READY",
            }
            kept.append(standard)
        answered.append(standard)
    return {"StandardsSubscriptions": [_shown(one) for one in answered]}


def _enabled(call: Call, store: Store) -> Any:
    _needs_hub(call, store)
    wanted = call.parameters.get("StandardsSubscriptionArns")
    kept = store.records(call, "standard")
    found = [one for one in kept if not wanted or one["StandardsSubscriptionArn"] in wanted]
    return {"StandardsSubscriptions": [_shown(one) for one in found]}


def _disable(call: Call, store: Store) -> Any:
    _needs_hub(call, store)
    kept = store.records(call, "standard")
    named = call.parameters["StandardsSubscriptionArns"]
    gone = [one for one in kept if one["StandardsSubscriptionArn"] in named]
    kept[:] = [one for one in kept if one not in gone]
    return {
        "StandardsSubscriptions": [{**_shown(one), "StandardsStatus": "DELETING"} for one in gone]
    }


def _shown(standard: Record) -> Record:
    return {name: value for name, value in standard.items() if not name.startswith("__")}


def _control(call: Call, store: Store, control: str, standard: str) -> Record:
    """The state of a control in a standard: enabled until somebody says otherwise."""
    if not any(one["StandardsArn"] == standard for one in store.records(call, "standard")):
        raise RefusedCallError(
            "InvalidInputException", f"The standard {standard} is not enabled in this account."
        )
    kept = store.records(call, "control")
    for record in kept:
        if (record["SecurityControlId"], record["StandardsArn"]) == (control, standard):
            return record
    record = {
        "__key": f"{control} {standard}",
        "SecurityControlId": control,
        "StandardsArn": standard,
        "SecurityControlArn": f"arn:aws:securityhub:{call.region}:{call.settings.account}:"
        f"security-control/{control}",
        "AssociationStatus": "ENABLED",
    }
    kept.append(record)
    return record


def _put_controls(call: Call, store: Store) -> Any:
    _needs_hub(call, store)
    for update in call.parameters["StandardsControlAssociationUpdates"]:
        record = _control(call, store, update["SecurityControlId"], update["StandardsArn"])
        if update["AssociationStatus"] == "DISABLED" and not update.get("UpdatedReason"):
            raise RefusedCallError("InvalidInputException", "UpdatedReason is required to disable")
        record.pop("UpdatedReason", None)
        record.update(update)
    return {"UnprocessedAssociationUpdates": []}


def _get_controls(call: Call, store: Store) -> Any:
    _needs_hub(call, store)
    named = call.parameters["StandardsControlAssociationIds"]
    found = [_control(call, store, one["SecurityControlId"], one["StandardsArn"]) for one in named]
    return {
        "StandardsControlAssociationDetails": [_shown(one) for one in found],
        "UnprocessedAssociations": [],
    }


def _leave(call: Call, store: Store) -> Any:
    answer = _HUB.operations()["DisableSecurityHub"](call, store)
    store.records(call, "standard").clear()
    store.records(call, "control").clear()
    return answer


SERVICE = Service(
    "securityhub",
    _HUB,
    operations={
        "BatchDisableStandards": _disable,
        "BatchEnableStandards": _enable,
        "BatchGetStandardsControlAssociations": _get_controls,
        "BatchUpdateStandardsControlAssociations": _put_controls,
        "DisableSecurityHub": _leave,
        "GetEnabledStandards": _enabled,
    },
)
