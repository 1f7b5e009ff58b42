"""What holds for every bucket of the account."""

from sandbox.aws.provider.resource import Do, Facts, Resource


def _account(facts: Facts) -> Facts:
    return {**facts, "accountId": facts.get("accountId") or facts["account"]}


TYPES = (
    Resource(
        "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
        "s3control",
        create=Do("PutPublicAccessBlock", into="PublicAccessBlockConfiguration"),
        id="{accountId}",
        key={"AccountId": "{accountId}"},
        read=Do("GetPublicAccessBlock", at="PublicAccessBlockConfiguration"),
        update=Do("PutPublicAccessBlock", into="PublicAccessBlockConfiguration"),
        delete="DeletePublicAccessBlock",
        outputs={"accountId": "{accountId}"},
        replace=("accountId",),
        before=_account,
    ),
)
