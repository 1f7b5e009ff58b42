"""Inspector: what is scanned in which accounts."""

from typing import Any

from sandbox.aws.provider.resource import Aws, Facts, Resource

_KINDS = {
    "EC2": "ec2",
    "ECR": "ecr",
    "LAMBDA": "lambda",
    "LAMBDA_CODE": "lambdaCode",
    "CODE_REPOSITORY": "codeRepository",
}


def _read(aws: Aws, facts: Facts) -> Any:
    accounts = facts["id"].rpartition("-")[0].split(":")
    found = aws("BatchGetAccountStatus", accountIds=accounts)["accounts"]
    if not found:
        return None
    state = found[0]["resourceState"]
    on = [
        kind
        for kind, name in _KINDS.items()
        if state.get(name, {}).get("status") in {"ENABLED", "ENABLING"}
    ]
    return {"accountIds": accounts, "resourceTypes": on} if on else None


def _create(aws: Aws, facts: Facts) -> Any:
    aws("Enable", accountIds=facts["accountIds"], resourceTypes=facts["resourceTypes"])
    accounts, kinds = (":".join(sorted(facts[name])) for name in ("accountIds", "resourceTypes"))
    return {"enabler": f"{accounts}-{kinds}"}


def _update(aws: Aws, facts: Facts) -> None:
    accounts = facts["accountIds"]
    new, old = set(facts["resourceTypes"]), set(facts["old"]["resourceTypes"])
    if added := sorted(new - old):
        aws("Enable", accountIds=accounts, resourceTypes=added)
    if dropped := sorted(old - new):
        aws("Disable", accountIds=accounts, resourceTypes=dropped)


def _delete(aws: Aws, facts: Facts) -> None:
    aws("Disable", accountIds=facts["accountIds"], resourceTypes=facts["resourceTypes"])


TYPES = (
    Resource(
        "aws:inspector2/enabler:Enabler",
        "inspector2",
        create=_create,
        id="enabler",
        read=_read,
        update=_update,
        delete=_delete,
        replace=("accountIds",),
        delete_before_replace=True,
    ),
)
