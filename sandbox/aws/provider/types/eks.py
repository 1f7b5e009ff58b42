"""Clusters, their node groups and add-ons, and who may enter."""

from typing import Any

from sandbox.aws.provider.resource import Aws, Do, Facts, Resource
from sandbox.aws.provider.tagging import Tagging

# EKS takes one kind of change in a call.
_CHANGED_ALONE = (
    "accessConfig",
    "computeConfig",
    "controlPlaneScalingConfig",
    "deletionProtection",
    "kubeApiServerConfig",
    "kubeControllerManagerConfig",
    "kubeSchedulerConfig",
    "remoteNetworkConfig",
    "storageConfig",
    "upgradePolicy",
    "zonalShiftConfig",
)
_LOGS = {"api", "audit", "authenticator", "controllerManager", "scheduler"}


def _update_cluster(aws: Aws, facts: Facts) -> None:
    changed, name = facts["changed"], facts["id"]
    if "version" in changed:
        aws("UpdateClusterVersion", name=name, version=facts["version"])
    if "vpcConfig" in changed:
        made = {"clusterSecurityGroupId", "vpcId"}
        network = {key: value for key, value in facts["vpcConfig"].items() if key not in made}
        aws("UpdateClusterConfig", name=name, resourcesVpcConfig=network)
    if "enabledClusterLogTypes" in changed:
        wanted = set(facts.get("enabledClusterLogTypes") or [])
        told = [{"types": sorted(wanted), "enabled": True}] if wanted else []
        if _LOGS - wanted:
            told.append({"types": sorted(_LOGS - wanted), "enabled": False})
        aws("UpdateClusterConfig", name=name, logging={"clusterLogging": told})
    for one in _CHANGED_ALONE:
        if one in changed and facts.get(one) is not None:
            value = facts[one]
            if one == "accessConfig":
                value = {"authenticationMode": value["authenticationMode"]}
            aws("UpdateClusterConfig", name=name, **{one: value})


def _logs(part: dict[str, Any], _facts: Facts) -> list[str]:
    told = part.get("logging", {}).get("clusterLogging", [])
    return sorted(kind for one in told if one.get("enabled") for kind in one.get("types", []))


def _update_group(aws: Aws, facts: Facts) -> None:
    changed, old = facts["changed"], facts["old"]
    group = {"clusterName": facts["clusterName"], "nodegroupName": facts["nodeGroupName"]}
    told: dict[str, Any] = {
        name: facts[name]
        for name in ("scalingConfig", "updateConfig", "nodeRepairConfig", "warmPoolConfig")
        if name in changed and facts.get(name) is not None
    }
    if "labels" in changed:
        before, now = old.get("labels") or {}, facts.get("labels") or {}
        told["labels"] = {
            "addOrUpdateLabels": now,
            "removeLabels": sorted(set(before) - set(now)),
        }
    if "taints" in changed:
        before, now = old.get("taints") or [], facts.get("taints") or []
        places = {(one["key"], one["effect"]) for one in now}
        told["taints"] = {
            "addOrUpdateTaints": now,
            "removeTaints": [one for one in before if (one["key"], one["effect"]) not in places],
        }
    if told:
        aws("UpdateNodegroupConfig", **group, **told)
    newer = {
        name: facts[name]
        for name in ("version", "releaseVersion", "launchTemplate")
        if name in changed and facts.get(name) is not None
    }
    if "launchTemplate" in newer:
        given = newer["launchTemplate"]
        newer["launchTemplate"] = {k: v for k, v in given.items() if k in {"id", "version"}}
    if newer:
        aws("UpdateNodegroupVersion", **group, **newer)


def _by_principal(facts: Facts) -> Facts:
    """An ARN is full of the sign that parts the two in the id."""
    if "id" in facts:
        cluster, _, principal = facts["id"].partition(":")
        facts |= {"clusterName": cluster, "principalArn": principal}
    return facts


TYPES = (
    Resource(
        "aws:eks/cluster:Cluster",
        "eks",
        create=Do(
            "CreateCluster",
            at="cluster",
            send={
                "logging": {
                    "clusterLogging": [{"types": "{enabledClusterLogTypes}", "enabled": True}]
                }
            },
        ),
        id="name",
        key={"name": "{id}"},
        read=Do("DescribeCluster", at="cluster"),
        delete="DeleteCluster",
        update=_update_cluster,
        rename={"vpcConfig": "resourcesVpcConfig"},
        outputs={"enabledClusterLogTypes": _logs},
        defaults={"clusterId": ""},
        replace=(
            "bootstrapSelfManagedAddons",
            "encryptionConfig",
            "kubernetesNetworkConfig",
            "name",
            "outpostConfig",
            "roleArn",
        ),
        ignore={
            "defaultAddonsToRemoves": "the stand-in puts no add-on there by itself",
            "forceUpdateVersion": "nothing hinders an update of the stand-in",
        },
    ),
    Resource(
        "aws:eks/nodeGroup:NodeGroup",
        "eks",
        create=Do("CreateNodegroup", at="nodegroup"),
        id="{clusterName}:{nodeGroupName}",
        key={"clusterName": "{clusterName}", "nodegroupName": "{nodeGroupName}"},
        read=Do("DescribeNodegroup", at="nodegroup"),
        delete="DeleteNodegroup",
        update=_update_group,
        rename={"nodeRoleArn": "nodeRole", "subnetIds": "subnets"},
        name="nodeGroupName",
        replace=(
            "amiType",
            "capacityType",
            "clusterName",
            "diskSize",
            "instanceTypes",
            "nodeGroupName",
            "nodeRoleArn",
            "remoteAccess",
            "subnetIds",
        ),
        ignore={
            "forceUpdateVersion": "nothing hinders an update of the stand-in",
            "nodeGroupNamePrefix": "names are made of the resource's own",
        },
    ),
    Resource(
        "aws:eks/addon:Addon",
        "eks",
        create=Do(
            "CreateAddon", at="addon", send={"resolveConflicts": "{resolveConflictsOnCreate}"}
        ),
        id="{clusterName}:{addonName}",
        key={"clusterName": "{clusterName}", "addonName": "{addonName}"},
        read=Do("DescribeAddon", at="addon"),
        delete=Do("DeleteAddon", send={"preserve": "{preserve}"}),
        update=Do("UpdateAddon", send={"resolveConflicts": "{resolveConflictsOnUpdate}"}),
        replace=("addonName", "clusterName", "namespaceConfig"),
        ignore={
            "preserve": "counts when the add-on is deleted",
            "resolveConflictsOnCreate": "counts when the add-on is made",
            "resolveConflictsOnUpdate": "counts when the add-on is changed",
        },
        refuse={
            "podIdentityAssociations": "give the role by a PodIdentityAssociation of its own",
        },
    ),
    Resource(
        "aws:eks/accessEntry:AccessEntry",
        "eks",
        create=Do("CreateAccessEntry", at="accessEntry"),
        id="{clusterName}:{principalArn}",
        key={"clusterName": "{clusterName}", "principalArn": "{principalArn}"},
        read=Do("DescribeAccessEntry", at="accessEntry"),
        delete="DeleteAccessEntry",
        update="UpdateAccessEntry",
        tagging=Tagging("TagResource", "UntagResource", {"resourceArn": "{accessEntryArn}"}),
        replace=("clusterName", "principalArn", "type"),
        before=_by_principal,
    ),
    Resource(
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        "eks",
        create=Do("AssociateAccessPolicy", at="associatedAccessPolicy"),
        id="{clusterName}#{principalArn}#{policyArn}",
        key={
            "clusterName": "{clusterName}",
            "principalArn": "{principalArn}",
            "policyArn": "{policyArn}",
        },
        read=Do(
            "ListAssociatedAccessPolicies",
            at="associatedAccessPolicies[?policyArn=='{policyArn}'] | [0]",
        ),
        delete="DisassociateAccessPolicy",
        replace="*",
    ),
    Resource(
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        "eks",
        create=Do("CreatePodIdentityAssociation", at="association"),
        id="associationId",
        key={"clusterName": "{clusterName}", "associationId": "{id}"},
        read=Do("DescribePodIdentityAssociation", at="association"),
        delete="DeletePodIdentityAssociation",
        update="UpdatePodIdentityAssociation",
        tagging=Tagging("TagResource", "UntagResource", {"resourceArn": "{associationArn}"}),
        replace=("clusterName", "namespace", "serviceAccount"),
    ),
)
