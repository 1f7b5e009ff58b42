"""Log groups."""

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
)
