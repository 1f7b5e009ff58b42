import json
from typing import Any

import pytest

from components.iam import allow, document
from components.pod_identity import PodIdentity, PodIdentityArgs
from components.tags import Tags
from tests.components.recording import Deploy, Engine
from tests.support.aws_outputs import ACCOUNT, REGION

TAGS = Tags(workload="training", data_class="personal", profile="gpu-training")


def build(deploy: Deploy, **more: Any) -> Any:
    def program() -> Any:
        return PodIdentity(
            "training",
            PodIdentityArgs(
                **{
                    "cluster_name": "mizan",
                    "namespace": "ml",
                    "service_account": "trainer",
                    "documents": {"store": document(allow(["s3:GetObject"], ["arn:aws:s3:::x/*"]))},
                    "account": ACCOUNT,
                    "tags": TAGS,
                    **more,
                }
            ),
        ).role_arn

    return deploy(program)


def test_only_the_pods_of_one_service_account_take_the_role(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    (role,) = engine.typed("aws:iam/role:Role")
    (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert statement["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert statement["Condition"]["StringEquals"] == {
        "aws:SourceAccount": ACCOUNT,
        "aws:RequestTag/eks-cluster-name": "mizan",
        "aws:RequestTag/kubernetes-namespace": "ml",
        "aws:RequestTag/kubernetes-service-account": "trainer",
    }


def test_the_role_is_allowed_what_its_documents_say(engine: Engine, deploy: Deploy) -> None:
    assert build(deploy) == f"arn:aws:iam:{REGION}:{ACCOUNT}:training-role"
    (policy,) = engine.typed("aws:iam/rolePolicy:RolePolicy")
    assert policy.inputs["role"] == "training-role-name"
    assert "s3:GetObject" in policy.inputs["policy"]
    (role,) = engine.typed("aws:iam/role:Role")
    assert not {"managedPolicyArns", "inlinePolicies"} & set(role.inputs)


def test_the_association_names_the_same_pods_as_the_trust(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    (association,) = engine.typed("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    assert association.inputs["clusterName"] == "mizan"
    assert association.inputs["namespace"] == "ml"
    assert association.inputs["serviceAccount"] == "trainer"
    assert association.inputs["tags"]["workload"] == "training"
    assert not association.inputs.get("disableSessionTags", False)


def test_the_organisations_boundary_holds_where_there_is_one(
    engine: Engine, deploy: Deploy
) -> None:
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
    build(deploy, permissions_boundary=boundary)
    (role,) = engine.typed("aws:iam/role:Role")
    assert role.inputs["permissionsBoundary"] == boundary


def test_an_identity_without_rights_is_refused(engine: Engine, deploy: Deploy) -> None:
    with pytest.raises(ValueError, match="ml/trainer is allowed nothing"):
        build(deploy, documents={})
