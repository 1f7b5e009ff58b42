"""Log groups, and who may write to them."""

from sandbox.aws.provider.resource import Aspect, Do, Resource

TYPES = (
    Resource(
        "aws:cloudwatch/logGroup:LogGroup",
        "logs",
        create="CreateLogGroup",
        id="{name}",
        key={"logGroupName": "{id}"},
        read=Do(
            "DescribeLogGroups",
            send={"logGroupNamePrefix": "{id}"},
            at="logGroups[?logGroupName=='{id}'] | [0]",
        ),
        delete="DeleteLogGroup",
        aspects=(
            Aspect("kmsKeyId", put="AssociateKmsKey", remove="DisassociateKmsKey"),
            Aspect("retentionInDays", put="PutRetentionPolicy", remove="DeleteRetentionPolicy"),
        ),
        outputs={"arn": "arn:aws:logs:{region}:{account}:log-group:{id}"},
        defaults={"logGroupClass": "STANDARD"},
        replace=("logGroupClass", "name"),
        refuse={"deletionProtectionEnabled": "moto does not keep it"},
        ignore={"skipDestroy": "counts when the group is deleted"},
    ),
    Resource(
        "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
        "logs",
        create=Do("PutResourcePolicy", at="resourcePolicy"),
        id="{policyName}",
        key={"policyName": "{id}"},
        read=Do("DescribeResourcePolicies", at="resourcePolicies[?policyName=='{id}'] | [0]"),
        update="PutResourcePolicy",
        delete="DeleteResourcePolicy",
        name="policyName",
        defaults={"policyScope": "ACCOUNT"},
        replace=("policyName",),
        refuse={"resourceArn": "the platform's policies are those of the account"},
        unfilled=("revisionId",),
    ),
)
