"""EKS as a whole: moto has no access entries, add-ons or pod identities, and half of a cluster."""

import base64
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from moto.ec2.models import ec2_backends

from sandbox.aws.cloud.call import Call, RefusedCallError
from sandbox.aws.cloud.keeping import Collection, Operation, Record, Service, Store

MISSING = "ResourceNotFoundException"
EXISTS = "ResourceInUseException"
NODE_GROUPS_OF = {"EC2_LINUX": ["system:nodes"]}
ARN = "arn:aws:eks:{region}:{account}"

CLUSTERS = Collection(
    kind="cluster",
    key=("name",),
    made={
        "arn": f"{ARN}:cluster/{{name}}",
        "status": "ACTIVE",
        "createdAt": "{now}",
        "version": "1.34",
        "platformVersion": "eks.1",
        "accessConfig": {"authenticationMode": "CONFIG_MAP"},
        "deletionProtection": False,
        "identity": {"oidc": {"issuer": "https://oidc.eks.{region}.amazonaws.com/id/{id}"}},
        "kubernetesNetworkConfig": {"serviceIpv4Cidr": "172.20.0.0/16", "ipFamily": "ipv4"},
        "upgradePolicy": {"supportType": "EXTENDED"},
        "tags": {},
    },
    create="CreateCluster",
    listing="ListClusters",
    delete="DeleteCluster",
    missing=MISSING,
    exists=EXISTS,
)
GROUPS = Collection(
    kind="nodegroup",
    key=("clusterName", "nodegroupName"),
    made={
        "nodegroupArn": f"{ARN}:nodegroup/{{clusterName}}/{{nodegroupName}}/{{uuid}}",
        "status": "ACTIVE",
        "createdAt": "{now}",
        "modifiedAt": "{now}",
        "amiType": "AL2023_x86_64_STANDARD",
        "capacityType": "ON_DEMAND",
        "labels": {},
        "taints": [],
        "updateConfig": {"maxUnavailable": 1},
        "releaseVersion": "1.54.0-00000000",
        "resources": {"autoScalingGroups": [{"name": "eks-{nodegroupName}-{uuid}"}]},
        "tags": {},
    },
    create="CreateNodegroup",
    listing="ListNodegroups",
    delete="DeleteNodegroup",
    missing=MISSING,
    exists=EXISTS,
)
ADD_ONS = Collection(
    kind="addon",
    key=("clusterName", "addonName"),
    made={
        "addonArn": f"{ARN}:addon/{{clusterName}}/{{addonName}}/{{uuid}}",
        "status": "ACTIVE",
        "createdAt": "{now}",
        "modifiedAt": "{now}",
        "addonVersion": "v1.0.0-eksbuild.1",
        "tags": {},
    },
    create="CreateAddon",
    listing="ListAddons",
    delete="DeleteAddon",
    missing=MISSING,
    exists=EXISTS,
)
ENTRIES = Collection(
    kind="access entry",
    key=("clusterName", "principalArn"),
    made={
        "accessEntryArn": f"{ARN}:access-entry/{{clusterName}}/{{uuid}}",
        "createdAt": "{now}",
        "modifiedAt": "{now}",
        "type": "STANDARD",
        "username": "{principalArn}",
        "kubernetesGroups": [],
        "tags": {},
    },
    create="CreateAccessEntry",
    delete="DeleteAccessEntry",
    missing=MISSING,
    exists=EXISTS,
)
IDENTITIES = Collection(
    kind="pod identity association",
    key=("clusterName", "associationId"),
    made={
        "associationId": "a-{id}",
        "associationArn": f"{ARN}:podidentityassociation/{{clusterName}}/{{associationId}}",
        "createdAt": "{now}",
        "modifiedAt": "{now}",
        "disableSessionTags": False,
        "externalId": "{uuid}",
        "tags": {},
    },
    create="CreatePodIdentityAssociation",
    listing="ListPodIdentityAssociations",
    delete="DeletePodIdentityAssociation",
    missing=MISSING,
    exists=EXISTS,
)
DEPENDENT = (GROUPS, ADD_ONS, ENTRIES, IDENTITIES)
_MADE = {c.kind: c.operations()[c.create] for c in (CLUSTERS, *DEPENDENT)}
_GONE = {c.kind: c.operations()[c.delete] for c in (CLUSTERS, *DEPENDENT)}


def _needed(collection: Collection, call: Call, store: Store) -> Record:
    record = collection.found(call, store)
    if record is None:
        named = ", ".join(f"{name} {call.parameters.get(name)!r}" for name in collection.key)
        raise RefusedCallError(MISSING, f"There is no {collection.kind} with {named}.")
    return record


def _cluster_of(call: Call, store: Store) -> Record:
    name = call.parameters["clusterName"]
    for cluster in store.records(call, CLUSTERS.kind):
        if cluster["name"] == name:
            return cluster
    raise RefusedCallError(MISSING, f"No cluster found for name: {name}.")


def _describing(collection: Collection, member: str) -> Operation:
    return lambda call, store: {member: _needed(collection, call, store)}


def _making(collection: Collection, member: str) -> Operation:
    """Make what belongs to a cluster, which has to exist."""

    def make(call: Call, store: Store) -> Any:
        _cluster_of(call, store)
        _MADE[collection.kind](call, store)
        return {member: store.records(call, collection.kind)[-1]}

    return make


def _updating(collection: Collection, member: str) -> Operation:
    def update(call: Call, store: Store) -> Any:
        record = _needed(collection, call, store)
        record.update(call.parameters)
        record["modifiedAt"] = datetime.now(UTC)
        return {member: record}

    return update


def _update(kind: str) -> dict[str, Any]:
    """What EKS answers to a change that takes time there, and none here."""
    return {
        "update": {
            "id": secrets.token_hex(16),
            "status": "Successful",
            "type": kind,
            "params": [],
            "createdAt": datetime.now(UTC),
        }
    }


def _create_cluster(call: Call, store: Store) -> Any:
    given = call.parameters
    network = given["resourcesVpcConfig"]
    vpc, group = _network(call, network["subnetIds"])
    given["resourcesVpcConfig"] = {
        "securityGroupIds": [],
        "endpointPublicAccess": True,
        "endpointPrivateAccess": False,
        **network,
        "vpcId": vpc,
        "clusterSecurityGroupId": group,
    }
    authority = call.settings.cluster_ca
    given["certificateAuthority"] = {
        "data": base64.b64encode(authority.read_bytes()).decode() if authority else "Q0E="
    }
    given["endpoint"] = (
        call.settings.cluster_endpoint
        or f"https://{secrets.token_hex(16)}.yl4.{call.region}.eks.amazonaws.com"
    )
    _MADE[CLUSTERS.kind](call, store)
    return {"cluster": store.records(call, CLUSTERS.kind)[-1]}


def _network(call: Call, subnets: list[str]) -> tuple[str, str]:
    """The network of the subnets, and a security group of the cluster's own in it."""
    ec2 = ec2_backends[call.settings.account][call.region]
    name = call.parameters["name"]
    known = {one.id: one for one in ec2.describe_subnets()}
    for subnet in subnets:
        if subnet not in known:
            raise RefusedCallError(
                "InvalidParameterException", f"The subnet ID '{subnet}' does not exist"
            )
    zones = {known[subnet].availability_zone for subnet in subnets}
    if len(zones) == 1:
        raise RefusedCallError(
            "InvalidParameterException",
            "Subnets specified must be in at least two different AZs",
        )
    vpc = known[subnets[0]].vpc_id
    group = ec2.create_security_group(
        f"eks-cluster-sg-{name}-{secrets.token_hex(4)}",
        "EKS created security group applied to ENI that is attached to EKS Control Plane",
        vpc_id=vpc,
    )
    return str(vpc), str(group.id)


def _delete_cluster(call: Call, store: Store) -> Any:
    cluster = _needed(CLUSTERS, call, store)
    name = cluster["name"]
    if cluster["deletionProtection"]:
        raise RefusedCallError(
            "InvalidRequestException",
            f"Cluster {name} has deletion protection enabled and cannot be deleted.",
        )
    if any(group["clusterName"] == name for group in store.records(call, GROUPS.kind)):
        raise RefusedCallError(EXISTS, "Cluster has nodegroups attached")
    for collection in DEPENDENT:
        kept = store.records(call, collection.kind)
        kept[:] = [record for record in kept if record["clusterName"] != name]
    ec2 = ec2_backends[call.settings.account][call.region]
    ec2.delete_security_group(group_id=cluster["resourcesVpcConfig"]["clusterSecurityGroupId"])
    _GONE[CLUSTERS.kind](call, store)
    return {"cluster": {**cluster, "status": "DELETING"}}


def _update_cluster(call: Call, store: Store) -> Any:
    """One kind of change in a call, as EKS has it."""
    cluster = _needed(CLUSTERS, call, store)
    changes = {k: v for k, v in call.parameters.items() if k not in {"name", "clientRequestToken"}}
    if len(changes) != 1:
        raise RefusedCallError(
            "InvalidParameterException",
            f"Only one type of update can be allowed; given were {', '.join(changes) or 'none'}.",
        )
    for name, value in changes.items():
        both = isinstance(value, dict) and isinstance(cluster.get(name), dict)
        cluster[name] = {**cluster[name], **value} if both and name != "logging" else value
    return _update("ConfigUpdate")


def _update_cluster_version(call: Call, store: Store) -> Any:
    cluster = _needed(CLUSTERS, call, store)
    cluster["version"] = call.parameters["version"]
    return _update("VersionUpdate")


def _create_group(call: Call, store: Store) -> Any:
    given = call.parameters
    cluster = _cluster_of(call, store)
    given.setdefault("version", cluster["version"])
    if "launchTemplate" in given:
        given["launchTemplate"] = _template(call)
    else:
        given.setdefault("diskSize", 20)
    made = _making(GROUPS, "nodegroup")(call, store)
    _admit_nodes(call, store, given["nodeRole"])
    return made


def _template(call: Call) -> dict[str, Any]:
    """The template by id and name, as EKS shows it.

    Raises:
        RefusedCallError: there is none.
    """
    given = call.parameters["launchTemplate"]
    ec2 = ec2_backends[call.settings.account][call.region]
    for template in ec2.launch_templates.values():
        named = {"id": template.id, "name": template.name}
        if all(given.get(key, value) == value for key, value in named.items()):
            return {"version": "$Default", **given, **named}
    raise RefusedCallError(
        "InvalidRequestException", f"You must specify a launch template that exists: {given}"
    )


def _admit_nodes(call: Call, store: Store, role: str) -> None:
    """Let the nodes of a group in, as EKS does where nobody did."""
    entry = {"clusterName": call.parameters["clusterName"], "principalArn": role}
    entries = store.records(call, ENTRIES.kind)
    if any(entry.items() <= one.items() for one in entries):
        return
    group = dict(call.parameters)
    call.parameters = {**entry, "type": "EC2_LINUX"}
    _create_entry(call, store)
    call.parameters = group


def _update_group(call: Call, store: Store) -> Any:
    group, given = _needed(GROUPS, call, store), call.parameters
    labels, taints = given.get("labels", {}), given.get("taints", {})
    kept = {k: v for k, v in group["labels"].items() if k not in labels.get("removeLabels", [])}
    group["labels"] = {**kept, **labels.get("addOrUpdateLabels", {})}
    gone = [_place(taint) for taint in (*_changed(taints, "removeTaints"), *_changed(taints))]
    group["taints"] = [
        *(taint for taint in group["taints"] if _place(taint) not in gone),
        *_changed(taints),
    ]
    for name in ("scalingConfig", "updateConfig", "nodeRepairConfig", "warmPoolConfig"):
        if name in given:
            group[name] = {**group.get(name, {}), **given[name]}
    return _update("ConfigUpdate")


def _changed(taints: dict[str, Any], which: str = "addOrUpdateTaints") -> Iterator[Any]:
    yield from taints.get(which, [])


def _place(taint: dict[str, Any]) -> tuple[str, str]:
    return taint["key"], taint["effect"]


def _update_group_version(call: Call, store: Store) -> Any:
    group = _needed(GROUPS, call, store)
    if "launchTemplate" in call.parameters:
        group["launchTemplate"] = _template(call)
    for name in ("version", "releaseVersion"):
        if name in call.parameters:
            group[name] = call.parameters[name]
    return _update("VersionUpdate")


def _create_entry(call: Call, store: Store) -> Any:
    kind = call.parameters.get("type", "STANDARD")
    if kind in NODE_GROUPS_OF:
        call.parameters |= {
            "kubernetesGroups": NODE_GROUPS_OF[kind],
            "username": "system:node:{{EC2PrivateDNSName}}",
        }
    return _making(ENTRIES, "accessEntry")(call, store)


def _list_entries(call: Call, store: Store) -> Any:
    name = _cluster_of(call, store)["name"]
    entries = store.records(call, ENTRIES.kind)
    return {"accessEntries": [e["principalArn"] for e in entries if e["clusterName"] == name]}


def _associate(call: Call, store: Store) -> Any:
    entry, given = _needed(ENTRIES, call, store), call.parameters
    policies = entry.setdefault("__policies", {})
    now = datetime.now(UTC)
    policies[given["policyArn"]] = {
        "policyArn": given["policyArn"],
        "accessScope": {"namespaces": [], **given["accessScope"]},
        "associatedAt": now,
        "modifiedAt": now,
    }
    return {
        "clusterName": entry["clusterName"],
        "principalArn": entry["principalArn"],
        "associatedAccessPolicy": policies[given["policyArn"]],
    }


def _dissociate(call: Call, store: Store) -> Any:
    entry = _needed(ENTRIES, call, store)
    if entry.get("__policies", {}).pop(call.parameters["policyArn"], None) is None:
        raise RefusedCallError(MISSING, "The access policy is not associated.")
    return {}


def _associated(call: Call, store: Store) -> Any:
    entry = _needed(ENTRIES, call, store)
    return {
        "clusterName": entry["clusterName"],
        "principalArn": entry["principalArn"],
        "associatedAccessPolicies": list(entry.get("__policies", {}).values()),
    }


def _create_identity(call: Call, store: Store) -> Any:
    given = call.parameters
    place = {k: given[k] for k in ("clusterName", "namespace", "serviceAccount")}
    if any(place.items() <= one.items() for one in store.records(call, IDENTITIES.kind)):
        raise RefusedCallError(EXISTS, f"Association already exists: {place}")
    return _making(IDENTITIES, "association")(call, store)


def _deleting(collection: Collection, member: str) -> Operation:
    def delete(call: Call, store: Store) -> Any:
        record = _needed(collection, call, store)
        _GONE[collection.kind](call, store)
        return {member: {**record, "status": "DELETING"}}

    return delete


SERVICE = Service(
    "eks",
    CLUSTERS,
    *DEPENDENT,
    operations={
        "CreateCluster": _create_cluster,
        "DescribeCluster": _describing(CLUSTERS, "cluster"),
        "UpdateClusterConfig": _update_cluster,
        "UpdateClusterVersion": _update_cluster_version,
        "DeleteCluster": _delete_cluster,
        "CreateNodegroup": _create_group,
        "DescribeNodegroup": _describing(GROUPS, "nodegroup"),
        "UpdateNodegroupConfig": _update_group,
        "UpdateNodegroupVersion": _update_group_version,
        "DeleteNodegroup": _deleting(GROUPS, "nodegroup"),
        "CreateAddon": _making(ADD_ONS, "addon"),
        "DescribeAddon": _describing(ADD_ONS, "addon"),
        "UpdateAddon": lambda call, store: (
            _updating(ADD_ONS, "addon")(call, store) and _update("AddonUpdate")
        ),
        "DeleteAddon": _deleting(ADD_ONS, "addon"),
        "CreateAccessEntry": _create_entry,
        "DescribeAccessEntry": _describing(ENTRIES, "accessEntry"),
        "UpdateAccessEntry": _updating(ENTRIES, "accessEntry"),
        "ListAccessEntries": _list_entries,
        "AssociateAccessPolicy": _associate,
        "DisassociateAccessPolicy": _dissociate,
        "ListAssociatedAccessPolicies": _associated,
        "CreatePodIdentityAssociation": _create_identity,
        "DescribePodIdentityAssociation": _describing(IDENTITIES, "association"),
        "UpdatePodIdentityAssociation": _updating(IDENTITIES, "association"),
        "DeletePodIdentityAssociation": _deleting(IDENTITIES, "association"),
    },
)
