"""Service control policies: what no account of the organisation can do, whatever else allows it.

A region deny alone looks at where a call is sent. What is set up by a call to the region itself
and then moves data out of it (replication, copies, peering, delivery at the edge) is denied by
name here. Documents only, as plain functions.
"""

from collections.abc import Collection

from policies.layers.global_services import EXEMPT
from policies.layers.language import KEEPERS, Document, deny, document

LEAVING = (
    "backup:CopyFromBackupVault",
    "backup:StartCopyJob",
    "backup:UpdateGlobalSettings",
    "cloudfront-keyvaluestore:*",
    "cloudfront:*",
    "config:PutAggregationAuthorization",
    "ds:AddRegion",
    "dsql:PutMultiRegionProperties",
    "dynamodb:AssociateTableReplica",
    "dynamodb:CreateGlobalTable*",
    "dynamodb:CreateTableReplica",
    "dynamodb:UpdateGlobalTable*",
    "ec2:AcceptTransitGatewayPeeringAttachment",
    "ec2:CreateTransitGatewayPeeringAttachment",
    "ecr-public:*",
    "ecr:PutReplicationConfiguration",
    "elasticache:CreateGlobalReplicationGroup",
    "elasticfilesystem:CreateReplicationConfiguration",
    "events:CreateApiDestination",
    "events:CreateEndpoint",
    "events:UpdateApiDestination",
    "events:UpdateEndpoint",
    "globalaccelerator:*",
    "kafka:CreateReplicator",
    "kafka:UpdateReplicationInfo",
    "kms:ImportKeyMaterial",
    "kms:ReplicateKey",
    "kms:UpdatePrimaryRegion",
    "memorydb:CreateMultiRegionCluster",
    "networkmanager:*",
    "oam:CreateLink",
    "observabilityadmin:CreateCentralizationRule*",
    "rds:CreateGlobalCluster",
    "rds:FailoverGlobalCluster",
    "rds:ModifyGlobalCluster",
    "rds:SwitchoverGlobalCluster",
    "rds:StartDBInstanceAutomatedBackupsReplication",
    "redshift:EnableSnapshotCopy",
    "route53:CreateHealthCheck",
    "route53:CreateQueryLoggingConfig",
    "route53domains:*",
    "s3:CreateMultiRegionAccessPoint",
    "s3:InitiateReplication",
    "s3:PutAccelerateConfiguration",
    "s3:PutMultiRegionAccessPointPolicy",
    "s3:PutReplicationConfiguration",
    "s3:ReplicateObject",
    "s3:SubmitMultiRegionAccessPointRoutes",
    "s3tables:Put*Replication",
    "secretsmanager:ReplicateSecretToRegions",
    "ssm:CreateResourceDataSync",
)
"""What moves data to another region or to the edge, or sets that up, asked of the region itself."""

MODELS_ABROAD = (
    "arn:aws:bedrock:*:*:application-inference-profile/*",
    "arn:aws:bedrock:*:*:guardrail-profile/*",
    "arn:aws:bedrock:*:*:inference-profile/*",
)
"""Names under which a model or a guardrail answers from whichever region has room."""

DETECTION = (
    "access-analyzer:DeleteAnalyzer",
    "cloudtrail:DeleteTrail",
    "cloudtrail:StopLogging",
    "config:DeleteConfigurationRecorder",
    "config:DeleteDeliveryChannel",
    "config:StopConfigurationRecorder",
    "ec2:DeleteFlowLogs",
    "guardduty:DeleteDetector",
    "guardduty:DisassociateFrom*",
    "guardduty:StopMonitoringMembers",
    "inspector2:Disable",
    "securityhub:DisableSecurityHub",
    "securityhub:DisassociateFrom*",
)
"""What blinds whoever watches."""

LASTING = (
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreateServiceSpecificCredential",
    "iam:CreateUser",
    "iam:UploadSSHPublicKey",
    "iam:UploadSigningCertificate",
)
"""Credentials that do not end by themselves."""

LEAVING_THE_RULES = (
    "account:CloseAccount",
    "account:DisableRegion",
    "account:EnableRegion",
    "organizations:LeaveOrganization",
)

LOOSENING = (
    "ec2:DisableEbsEncryptionByDefault",
    "ec2:DisableImageBlockPublicAccess",
    "ec2:DisableSnapshotBlockPublicAccess",
    "s3:BypassGovernanceRetention",
)
"""What takes a protection of a whole account away."""


def regions(allowed: Collection[str]) -> Document:
    """Denies every call to another region, but for the listed actions of global services.

    Args:
        allowed: Names of the regions inside the country.
    """
    exempt = sorted(name for entry in EXEMPT for name in entry.names)
    return document(
        {
            "Sid": "OnlyAllowedRegions",
            "Effect": "Deny",
            "NotAction": exempt,
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": sorted(allowed)}},
        }
    )


def borders(allowed: Collection[str]) -> Document:
    """Denies what leads out of the allowed regions from within them.

    Args:
        allowed: Names of the regions inside the country.
    """
    inside = sorted(allowed)
    elsewhere = {"ForAnyValue:StringNotEquals": {"secretsmanager:AddReplicaRegions": inside}}
    return document(
        deny("NothingLeaves", LEAVING),
        deny(
            "NoKeyOfManyRegions",
            ("kms:CreateKey",),
            Condition={"Bool": {"kms:MultiRegion": "true"}},
        ),
        deny("NoSecretElsewhere", ("secretsmanager:CreateSecret",), Condition=elsewhere),
        deny("NoModelAbroad", ("bedrock:*",), Resource=list(MODELS_ABROAD)),
        deny(
            "NoModelByProfile",
            ("bedrock:InvokeModel*",),
            Condition={"Null": {"bedrock:InferenceProfileArn": "false"}},
        ),
        deny(
            "NoPublicZone",
            ("route53:CreateHostedZone",),
            Condition={"Null": {"route53:VPCs": "true"}},
        ),
        deny(
            "NoZoneElsewhere",
            ("route53:AssociateVPCWithHostedZone", "route53:CreateHostedZone"),
            Condition={
                "ForAnyValue:StringNotLike": {
                    "route53:VPCs": [f"*VPCRegion={region}" for region in inside]
                }
            },
        ),
        # The condition keys are those of the connection only; on other resources of the same
        # call they are absent, and what is absent would be denied.
        *(
            deny(
                f"NoPeerElsewhere{end}",
                ("ec2:AcceptVpcPeeringConnection", "ec2:CreateVpcPeeringConnection"),
                Resource="arn:aws:ec2:*:*:vpc-peering-connection/*",
                Condition={
                    "ArnNotLike": {
                        f"ec2:{end}Vpc": [f"arn:aws:ec2:{region}:*:vpc/*" for region in inside]
                    }
                },
            )
            for end in ("Accepter", "Requester")
        ),
        deny(
            "NoEventElsewhere",
            ("events:PutTargets",),
            Condition={
                "ForAnyValue:ArnNotLike": {
                    "events:TargetArn": [f"arn:aws:*:{region}:*:*" for region in inside]
                }
            },
        ),
        deny(
            "NoShareOutside",
            ("ram:CreateResourceShare", "ram:UpdateResourceShare"),
            Condition={"Bool": {"ram:RequestedAllowsExternalPrincipals": "true"}},
        ),
    )


def guardrails() -> Document:
    """Denies what would take an account out of these rules, or out of sight.

    Whoever deploys it fills in the roles that may dismantle detection and logging; none where
    only the management account may.
    """
    unless = {"ArnNotLike": {"aws:PrincipalArn": [KEEPERS]}}
    return document(
        deny("NobodyLeaves", LEAVING_THE_RULES),
        deny("NothingIsBlinded", DETECTION, Condition=unless),
        deny("NothingIsLoosened", LOOSENING),
        deny("NoLastingCredential", LASTING),
        deny(
            "NoRootUser",
            ("*",),
            Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}},
        ),
    )
