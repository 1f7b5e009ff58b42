"""What the organisation's policies deny, by an evaluator of policy documents of its own."""

import re
from typing import Any

import pytest

from policies.layers import service_control
from policies.layers.global_services import EXEMPT
from stacks import law
from tests.support.engine import ROOT
from tests.support.policy_evaluation import denies

REGION = "me-central-1"
KEEPER = "arn:aws:iam::*:role/break-glass"
ORGANISATION = "o-abcdefghij"
SERVICE_CONTROL = ("regions", "borders", "guardrails")
DOCS = ROOT / "docs" / "organisation.md"
DOCUMENTS = law.organisation(ORGANISATION, [KEEPER])

ROLE = "arn:aws:iam::111122223333:role/engineer"


def denied(action: str, region: str = REGION, resource: str = "*", **context: Any) -> bool:
    """Whether any service control policy denies a call of an ordinary role."""
    full = {
        "aws:RequestedRegion": region,
        "aws:PrincipalArn": ROLE,
        **{key.replace("__", ":"): value for key, value in context.items()},
    }
    return any(denies(DOCUMENTS[name], action, full, resource) for name in SERVICE_CONTROL)


@pytest.mark.parametrize(
    "action",
    [
        "ec2:RunInstances",
        "s3:CreateBucket",
        "kms:CreateKey",
        "rds:CreateDBInstance",
        "eks:CreateCluster",
        "ec2:CopySnapshot",
        "config:PutConfigurationRecorder",
        "directconnect:CreateConnection",
        "bedrock:InvokeModel",
        "backup:CreateBackupPlan",
        "cloudformation:CreateStackInstances",
    ],
)
def test_what_is_used_in_the_country_is_denied_elsewhere(action: str) -> None:
    assert not denied(action)
    for region in ("eu-west-1", "us-east-1", "me-south-1", "unspecified"):
        assert denied(action, region)


@pytest.mark.parametrize(
    "action",
    [
        "iam:CreateRole",
        "iam:PutRolePolicy",
        "iam:PassRole",
        "iam:CreatePolicy",
        "iam:ListUsers",
        "sts:AssumeRole",
        "sts:GetCallerIdentity",
        "budgets:ModifyBudget",
        "ce:CreateAnomalyMonitor",
        "organizations:DescribeOrganization",
        "pricing:GetProducts",
        "s3:ListAllMyBuckets",
        "route53:ChangeResourceRecordSets",
    ],
)
def test_what_has_no_region_can_be_used(action: str) -> None:
    assert not denied(action, "us-east-1")


@pytest.mark.parametrize(
    ("action", "region"),
    [
        ("cloudfront:CreateDistribution", "us-east-1"),
        ("globalaccelerator:CreateAccelerator", "us-west-2"),
        ("networkmanager:CreateCoreNetwork", "us-west-2"),
        ("networkmanager:CreateCoreNetwork", REGION),
        ("route53domains:RegisterDomain", "us-east-1"),
        ("route53:CreateHealthCheck", "us-east-1"),
        ("route53:CreateQueryLoggingConfig", "us-east-1"),
        ("wafv2:CreateWebACL", "us-east-1"),
        ("support:CreateCase", "us-east-1"),
        ("chime:CreateMeeting", "us-east-1"),
        ("shield:CreateProtection", "us-east-1"),
        ("ecr-public:CreateRepository", "us-east-1"),
        ("cur:PutReportDefinition", "us-east-1"),
        ("s3:CreateMultiRegionAccessPoint", "us-west-2"),
        ("kms:CreateKey", "us-east-1"),
        ("iam:CreateUser", "us-east-1"),
        ("iam:CreateSAMLProvider", "us-east-1"),
    ],
)
def test_a_service_without_a_region_is_no_way_out(action: str, region: str) -> None:
    assert denied(action, region)


@pytest.mark.parametrize(
    "action",
    [
        "s3:PutReplicationConfiguration",
        "s3:PutAccelerateConfiguration",
        "s3:CreateMultiRegionAccessPoint",
        "kms:ReplicateKey",
        "backup:StartCopyJob",
        "backup:CopyFromBackupVault",
        "dynamodb:CreateTableReplica",
        "dynamodb:CreateGlobalTable",
        "rds:CreateGlobalCluster",
        "rds:StartDBInstanceAutomatedBackupsReplication",
        "kafka:CreateReplicator",
        "ecr:PutReplicationConfiguration",
        "secretsmanager:ReplicateSecretToRegions",
        "elasticfilesystem:CreateReplicationConfiguration",
        "redshift:EnableSnapshotCopy",
        "events:CreateEndpoint",
        "events:CreateApiDestination",
        "ec2:CreateTransitGatewayPeeringAttachment",
        "ssm:CreateResourceDataSync",
        "ds:AddRegion",
    ],
)
def test_what_leaves_from_inside_is_denied_inside(action: str) -> None:
    assert denied(action)


@pytest.mark.parametrize(
    ("action", "bad", "good"),
    [
        ("kms:CreateKey", {"kms__MultiRegion": "true"}, {"kms__MultiRegion": "false"}),
        (
            "secretsmanager:CreateSecret",
            {"secretsmanager__AddReplicaRegions": ["eu-west-1"]},
            {},
        ),
        (
            "secretsmanager:CreateSecret",
            {"secretsmanager__AddReplicaRegions": [REGION, "eu-west-1"]},
            {"secretsmanager__AddReplicaRegions": [REGION]},
        ),
        (
            "ram:CreateResourceShare",
            {"ram__RequestedAllowsExternalPrincipals": "true"},
            {"ram__RequestedAllowsExternalPrincipals": "false"},
        ),
        (
            "events:PutTargets",
            {"events__TargetArn": ["arn:aws:events:eu-west-1:1:event-bus/b"]},
            {"events__TargetArn": [f"arn:aws:sqs:{REGION}:1:queue"]},
        ),
        (
            "bedrock:InvokeModel",
            {"bedrock__InferenceProfileArn": f"arn:aws:bedrock:{REGION}:1:inference-profile/eu.m"},
            {},
        ),
    ],
)
def test_a_call_is_denied_for_what_it_asks(
    action: str, bad: dict[str, Any], good: dict[str, Any]
) -> None:
    assert denied(action, **bad)
    assert not denied(action, **good)


def test_a_zone_answers_inside_a_network_of_the_country_only() -> None:
    for action in ("route53:CreateHostedZone", "route53:AssociateVPCWithHostedZone"):
        inside = [f"VPCId=vpc-1,VPCRegion={REGION}"]
        assert not denied(action, "us-east-1", route53__VPCs=inside)
        assert denied(action, "us-east-1", route53__VPCs=["VPCId=vpc-1,VPCRegion=eu-west-1"])
    assert denied("route53:CreateHostedZone", "us-east-1")


@pytest.mark.parametrize("kind", ["inference-profile", "guardrail-profile"])
@pytest.mark.parametrize("region", [REGION, "us-east-1"])
def test_no_model_answers_from_wherever_there_is_room(kind: str, region: str) -> None:
    assert denied(
        "bedrock:InvokeModelWithResponseStream",
        resource=f"arn:aws:bedrock:{region}:111122223333:{kind}/global.model",
    )
    assert not denied(
        "bedrock:InvokeModel", resource=f"arn:aws:bedrock:{REGION}::foundation-model/m"
    )


@pytest.mark.parametrize("action", ["CreateVpcPeeringConnection", "AcceptVpcPeeringConnection"])
@pytest.mark.parametrize("end", ["Accepter", "Requester"])
def test_networks_peer_inside_the_country_only(action: str, end: str) -> None:
    here, there = (f"arn:aws:ec2:{region}:1:vpc/v" for region in (REGION, "eu-west-1"))
    inside = {"ec2__AccepterVpc": here, "ec2__RequesterVpc": here}
    connection = f"arn:aws:ec2:{REGION}:1:vpc-peering-connection/p"
    assert not denied(f"ec2:{action}", resource=connection, **inside)
    assert denied(f"ec2:{action}", resource=connection, **{**inside, f"ec2__{end}Vpc": there})
    # The call names the networks too, on which these keys do not stand.
    assert not denied(f"ec2:{action}", resource=here)


@pytest.mark.parametrize(
    "action",
    [
        "account:EnableRegion",
        "organizations:LeaveOrganization",
        "iam:CreateAccessKey",
        "iam:CreateLoginProfile",
        "ec2:DisableEbsEncryptionByDefault",
    ],
)
def test_nobody_leaves_the_rules(action: str) -> None:
    for region in (REGION, "us-east-1"):
        assert denied(action, region)
        assert denied(action, region, aws__PrincipalArn="arn:aws:iam::1:role/break-glass")


@pytest.mark.parametrize(
    "action",
    [
        "cloudtrail:StopLogging",
        "cloudtrail:DeleteTrail",
        "config:StopConfigurationRecorder",
        "guardduty:DeleteDetector",
        "securityhub:DisableSecurityHub",
    ],
)
def test_only_a_named_role_dismantles_detection(action: str) -> None:
    assert denied(action)
    assert not denied(action, aws__PrincipalArn="arn:aws:iam::1:role/break-glass")
    nobody = law.organisation(ORGANISATION, [])["guardrails"]
    assert denies(nobody, action, {"aws:PrincipalArn": "arn:aws:iam::1:role/break-glass"}, "*")


def test_the_root_user_does_nothing() -> None:
    assert denied("s3:GetObject", aws__PrincipalArn="arn:aws:iam::111122223333:root")
    assert not denied("s3:GetObject")


def test_every_allowed_region_is_let_through() -> None:
    document = service_control.regions([REGION, "me-central-2"])
    for region in (REGION, "me-central-2"):
        assert not denies(document, "ec2:RunInstances", {"aws:RequestedRegion": region}, "*")


@pytest.mark.parametrize("action", ["s3:GetObject", "kms:Decrypt", "sts:AssumeRole"])
def test_resources_answer_their_own_organisation_over_tls_only(action: str) -> None:
    document = DOCUMENTS["own-organisation"]
    assert all(statement["Principal"] == "*" for statement in document["Statement"])
    ours = {
        "aws:SecureTransport": "true",
        "aws:PrincipalOrgID": ORGANISATION,
        "aws:PrincipalIsAWSService": "false",
    }
    assert not denies(document, action, ours, "*")
    assert denies(document, action, {**ours, "aws:SecureTransport": "false"}, "*")
    assert denies(document, action, {**ours, "aws:PrincipalOrgID": "o-zzzzzzzzzz"}, "*")
    anonymous = {key: value for key, value in ours.items() if key != "aws:PrincipalOrgID"}
    assert denies(document, action, anonymous, "*")
    service = {"aws:SecureTransport": "true", "aws:PrincipalIsAWSService": "true"}
    assert not denies(document, action, service, "*")
    assert denies(
        document,
        action,
        {**service, "aws:SourceAccount": "1", "aws:SourceOrgID": "o-zzzzzzzzzz"},
        "*",
    )


def test_nobody_below_opts_in_to_training_again() -> None:
    services = DOCUMENTS["no-training"]["services"]
    assert services["default"]["opt_out_policy"]["@@assign"] == "optOut"
    for level in (services, services["default"], services["default"]["opt_out_policy"]):
        assert level["@@operators_allowed_for_child_policies"] == ["@@none"]


def test_every_exemption_is_explained_where_users_read() -> None:
    rows = dict(
        re.findall(r"^\| `([\w-]+)` \| (.+?) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    )
    exempt = {
        entry.service: " ".join(f"`{action}`" for action in entry.actions) for entry in EXEMPT
    }
    assert {service: rows.get(service) for service in exempt} == exempt
