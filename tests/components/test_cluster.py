import json
from typing import Any

import pytest

from components.cluster.add_ons import BEFORE_NODES, ON_NODES, VERSIONS
from tests.components import estate
from tests.components.complying import faults
from tests.components.recording import Deploy, Engine, Record
from tests.support.aws_outputs import ACCOUNT, REGION

CLUSTER = "aws:eks/cluster:Cluster"


def control_plane(engine: Engine) -> Record:
    (found,) = engine.typed(CLUSTER)
    return found


def whole() -> Any:
    cluster = estate.cluster()
    return cluster.kubeconfig, estate.add_ons(cluster).ready, estate.nodes(cluster).role_arn


def test_the_api_server_has_no_public_address_and_secrets_have_a_key(
    engine: Engine, deploy: Deploy
) -> None:
    deploy(lambda: estate.cluster().endpoint)
    made = control_plane(engine).inputs
    assert made["vpcConfig"]["endpointPublicAccess"] is False
    assert made["vpcConfig"]["endpointPrivateAccess"] is True
    assert made["encryptionConfig"]["resources"] == ["secrets"]
    assert made["encryptionConfig"]["provider"]["keyArn"].endswith("key/secrets")
    assert made["deletionProtection"] is True
    assert made["upgradePolicy"] == {"supportType": "STANDARD"}
    assert made["bootstrapSelfManagedAddons"] is False


def test_every_log_goes_to_a_group_with_key_and_end(engine: Engine, deploy: Deploy) -> None:
    deploy(lambda: estate.cluster().endpoint)
    assert len(control_plane(engine).inputs["enabledClusterLogTypes"]) == 5
    (group,) = engine.typed("aws:cloudwatch/logGroup:LogGroup")
    assert group.inputs["name"] == "/aws/eks/mizan/cluster"
    assert group.inputs["retentionInDays"] == 365
    assert group.inputs["kmsKeyId"].endswith("key/logs")
    order = [record.type for record in engine.records]
    assert order.index(group.type) < order.index(CLUSTER)


def test_only_named_roles_enter(engine: Engine, deploy: Deploy) -> None:
    deploy(lambda: estate.cluster().kubeconfig)
    access = control_plane(engine).inputs["accessConfig"]
    assert access == {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": False,
    }
    (entry,) = engine.typed("aws:eks/accessEntry:AccessEntry")
    assert entry.inputs["principalArn"] == estate.ADMIN
    (association,) = engine.typed("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")
    assert association.inputs["principalArn"] == estate.ADMIN
    assert association.inputs["policyArn"].endswith("AmazonEKSClusterAdminPolicy")


def test_the_kubeconfig_holds_no_secret(engine: Engine, deploy: Deploy) -> None:
    config = json.loads(deploy(lambda: estate.cluster().kubeconfig))
    (user,) = config["users"]
    assert set(user["user"]) == {"exec"}
    assert user["user"]["exec"]["args"][:6] == [
        "eks",
        "get-token",
        "--cluster-name",
        "mizan",
        "--region",
        REGION,
    ]
    assert config["clusters"][0]["cluster"] == {
        "server": "https://cluster.gr7.me-central-1.eks.amazonaws.com",
        "certificate-authority-data": "Q0E=",
    }


def test_clients_come_from_private_blocks_to_one_port(engine: Engine, deploy: Deploy) -> None:
    deploy(lambda: estate.cluster(client_blocks=["10.20.0.0/16", "172.16.8.0/24"]).endpoint)
    rules = engine.typed("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert {rule.inputs["cidrIpv4"] for rule in rules} == {"10.20.0.0/16", "172.16.8.0/24"}
    assert {(rule.inputs["fromPort"], rule.inputs["toPort"]) for rule in rules} == {(443, 443)}
    (group,) = engine.typed("aws:ec2/securityGroup:SecurityGroup")
    assert not {"ingress", "egress"} & set(group.inputs)


def test_add_ons_have_versions_and_policies_on_the_network_hold(
    engine: Engine, deploy: Deploy
) -> None:
    deploy(whole)
    made = {
        record.inputs["addonName"]: record.inputs for record in engine.typed("aws:eks/addon:Addon")
    }
    assert set(made) == {*BEFORE_NODES, *ON_NODES}
    for name, add_on in made.items():
        assert add_on["addonVersion"] == VERSIONS["1.34"][name]
        assert add_on["resolveConflictsOnUpdate"] == "OVERWRITE"
    assert json.loads(made["vpc-cni"]["configurationValues"])["enableNetworkPolicy"] == "true"
    volumes = json.loads(made["aws-ebs-csi-driver"]["configurationValues"])
    assert volumes["controller"]["extraVolumeTags"]["owner"] == "ai-platform"
    assert volumes["defaultStorageClass"] == {"enabled": False}


def test_every_row_of_versions_names_every_add_on() -> None:
    for row in VERSIONS.values():
        assert set(row) == {*BEFORE_NODES, *ON_NODES}


def test_nodes_have_the_least_that_a_node_needs(engine: Engine, deploy: Deploy) -> None:
    deploy(whole)
    attached = {
        record.inputs["policyArn"].rpartition("/")[2]
        for record in engine.typed("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if record.name.startswith("nodes-")
    }
    assert attached == {"AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"}
    entries = {
        record.inputs["type"]: record.inputs
        for record in engine.typed("aws:eks/accessEntry:AccessEntry")
    }
    assert entries["EC2_LINUX"]["principalArn"].endswith("nodes-role")


def test_the_network_plugin_and_the_volume_driver_have_identities_of_their_own(
    engine: Engine, deploy: Deploy
) -> None:
    deploy(whole)
    found = engine.typed("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    assert {record.inputs["serviceAccount"] for record in found} == {
        "aws-node",
        "ebs-csi-controller-sa",
    }


def test_no_document_allows_everything_on_everything(engine: Engine, deploy: Deploy) -> None:
    deploy(whole)
    documents = engine.typed("aws:iam/rolePolicy:RolePolicy")
    assert documents
    for record in documents:
        for statement in estate.statements(record.inputs["policy"]):
            assert not any(action.endswith("*") for action in statement["Action"])
            assert statement["Resource"] != ["*"] or "Condition" in statement


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"admin_role_arns": []}, "nobody would administer it"),
        ({"client_blocks": ["0.0.0.0/0"]}, "would come from outside"),
        ({"client_blocks": ["8.8.8.0/24"]}, "would come from outside"),
        ({"client_blocks": ["10.0.0.1/16"]}, "is no IPv4 address block"),
        ({"subnet_ids": {"me-central-1a": "subnet-a"}}, "two zones at least"),
        ({"kubernetes_version": "1.21"}, "known are 1.34"),
    ],
)
def test_a_cluster_that_would_be_open_or_unknown_is_refused(
    engine: Engine, deploy: Deploy, more: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        deploy(lambda: estate.cluster(**more).endpoint)
    assert not engine.typed(CLUSTER)


def test_a_reviewed_deletion_is_the_only_way_to_lift_protection(
    engine: Engine, deploy: Deploy
) -> None:
    deploy(lambda: estate.cluster(may_be_deleted=True).endpoint)
    assert control_plane(engine).inputs["deletionProtection"] is False


def test_the_cluster_breaks_no_rule(engine: Engine, deploy: Deploy) -> None:
    deploy(whole)
    assert ACCOUNT in str(engine.records)
    assert faults(engine.records) == []
