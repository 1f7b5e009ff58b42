"""EC2's placement groups; their tags are moto's."""

from typing import Any

from moto.ec2.models import ec2_backends

from sandbox.aws.cloud.call import Call, RefusedCallError
from sandbox.aws.cloud.keeping import PASS, Collection, Record, Service, Store

GROUPS = Collection(
    kind="placement group",
    key=("GroupName",),
    made={
        "GroupId": "pg-{id}",
        "GroupArn": "arn:aws:ec2:{region}:{account}:placement-group/{GroupName}",
        "State": "available",
        "Strategy": "cluster",
    },
    create="CreatePlacementGroup",
    delete="DeletePlacementGroup",
    missing="InvalidPlacementGroup.Unknown",
    exists="InvalidPlacementGroup.Duplicate",
)
_OPERATIONS = GROUPS.operations()


def _create(call: Call, store: Store) -> Any:
    tags = {
        tag["Key"]: tag["Value"]
        for specification in call.parameters.pop("TagSpecifications", [])
        for tag in specification["Tags"]
    }
    _OPERATIONS["CreatePlacementGroup"](call, store)
    made = store.records(call, GROUPS.kind)[-1]
    ec2_backends[call.settings.account][call.region].create_tags([made["GroupId"]], tags)
    return {"PlacementGroup": _shown(call, made)}


def _describe(call: Call, store: Store) -> Any:
    kept = store.records(call, GROUPS.kind)
    for member, field in (("GroupNames", "GroupName"), ("GroupIds", "GroupId")):
        asked = call.parameters.get(member)
        if asked:
            known = {group[field] for group in kept}
            for name in asked:
                if name not in known:
                    raise RefusedCallError(
                        "InvalidPlacementGroup.Unknown", f"There is no placement group {name!r}."
                    )
            kept = [group for group in kept if group[field] in asked]
    return {"PlacementGroups": [_shown(call, group) for group in kept]}


def _shown(call: Call, group: Record) -> Record:
    tags = ec2_backends[call.settings.account][call.region].tags.get(group["GroupId"], {})
    return {**group, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def _tag(call: Call, _store: Store) -> Any:
    """Tag placement groups, whose ids moto does not know; the rest is moto's own."""
    groups = call.parameters["Resources"]
    if not all(resource.startswith("pg-") for resource in groups):
        return PASS
    ec2 = ec2_backends[call.settings.account][call.region]
    tags = {tag["Key"]: tag.get("Value") for tag in call.parameters.get("Tags", [])}
    if call.operation == "CreateTags":
        ec2.create_tags(groups, tags)
    else:
        ec2.delete_tags(groups, tags)
    return {}


SERVICE = Service(
    "ec2",
    GROUPS,
    operations={
        "CreatePlacementGroup": _create,
        "DescribePlacementGroups": _describe,
        "CreateTags": _tag,
        "DeleteTags": _tag,
    },
)
