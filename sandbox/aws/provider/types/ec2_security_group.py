"""Security groups and their rules, each rule a resource."""

from typing import Any

from sandbox.aws.provider.resource import Aws, Do, Facts, Resource
from sandbox.provider_service.errors import ProviderError

_OWN = "the platform gives each rule its own resource"


def _create_group(aws: Aws, facts: Facts) -> Any:
    """Make a group without the rule that lets everything out, as the official provider does."""
    parameters = {
        "GroupName": facts["name"],
        "Description": facts["description"],
        "VpcId": facts["vpcId"],
    }
    group = aws("CreateSecurityGroup", **parameters)["GroupId"]
    _empty(aws, group)
    return {"GroupId": group}


def _empty(aws: Aws, group: str) -> Any:
    """Take every rule out of a group."""
    [found] = aws("DescribeSecurityGroups", GroupIds=[group])["SecurityGroups"]
    if found.get("IpPermissionsEgress"):
        permissions = found["IpPermissionsEgress"]
        aws("RevokeSecurityGroupEgress", GroupId=group, IpPermissions=permissions)
    if found.get("IpPermissions"):
        aws("RevokeSecurityGroupIngress", GroupId=group, IpPermissions=found["IpPermissions"])
    return found


_SHOWN = {
    "arn": "arn:aws:ec2:{region}:{account}:security-group/{id}",
    "ownerId": "{account}",
}

GROUP = Resource(
    "aws:ec2/securityGroup:SecurityGroup",
    "ec2",
    create=_create_group,
    id="GroupId",
    key={"GroupId": "{id}"},
    read=Do("DescribeSecurityGroups", at="SecurityGroups[0]", send={"GroupIds": ["{id}"]}),
    delete="DeleteSecurityGroup",
    rename={"name": "GroupName"},
    outputs=_SHOWN,
    defaults={"description": "Managed by Pulumi", "ingress": [], "egress": []},
    replace=("name", "namePrefix", "description", "vpcId"),
    ignore={"revokeRulesOnDelete": "it concerns rules that refer to each other, at deletion only"},
    refuse={"ingress": _OWN, "egress": _OWN},
    unfilled=("namePrefix",),
)


def _adopt_group(aws: Aws, facts: Facts) -> Any:
    """Take every rule out of a network's own group."""
    if facts.get("ingress") or facts.get("egress"):
        raise ProviderError("the default security group is only ever emptied here: give no rules")
    [found] = aws(
        "DescribeSecurityGroups",
        Filters=[
            {"Name": "vpc-id", "Values": [facts["vpcId"]]},
            {"Name": "group-name", "Values": ["default"]},
        ],
    )["SecurityGroups"]
    return _empty(aws, found["GroupId"])


DEFAULT_GROUP = Resource(
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "ec2",
    create=_adopt_group,
    id="GroupId",
    key={"GroupIds": ["{id}"]},
    read=Do("DescribeSecurityGroups", at="SecurityGroups[0]"),
    rename={"name": "GroupName"},
    name=None,
    outputs=_SHOWN,
    defaults={"ingress": [], "egress": []},
    replace=("vpcId",),
    ignore={
        "ingress": "only the empty list is taken, at creation",
        "egress": "only the empty list is taken, at creation",
        "revokeRulesOnDelete": "it is never deleted",
    },
    unfilled=("namePrefix",),
)


def _permission(facts: Facts) -> dict[str, Any]:
    """A rule as it is authorised."""
    words = {"Description": facts["description"]} if facts.get("description") else {}
    made: dict[str, Any] = {"IpProtocol": facts["ipProtocol"]}
    for name, member in (("fromPort", "FromPort"), ("toPort", "ToPort")):
        if facts.get(name) is not None:
            made[member] = int(facts[name])
    if facts.get("cidrIpv4"):
        made["IpRanges"] = [{"CidrIp": facts["cidrIpv4"], **words}]
    if facts.get("referencedSecurityGroupId"):
        group = facts["referencedSecurityGroupId"]
        made["UserIdGroupPairs"] = [{"GroupId": group, **words}]
    if facts.get("prefixListId"):
        made["PrefixListIds"] = [{"PrefixListId": facts["prefixListId"], **words}]
    return made


def _changed_rule(aws: Aws, facts: Facts) -> None:
    request = {
        "IpProtocol": facts["ipProtocol"],
        "FromPort": facts.get("fromPort"),
        "ToPort": facts.get("toPort"),
        "CidrIpv4": facts.get("cidrIpv4"),
        "ReferencedGroupId": facts.get("referencedSecurityGroupId"),
        "PrefixListId": facts.get("prefixListId"),
        "Description": facts.get("description"),
    }
    rule = {name: value for name, value in request.items() if value is not None}
    for port in ("FromPort", "ToPort"):
        if port in rule:
            rule[port] = int(rule[port])
    aws(
        "ModifySecurityGroupRules",
        GroupId=facts["securityGroupId"],
        SecurityGroupRules=[{"SecurityGroupRuleId": facts["id"], "SecurityGroupRule": rule}],
    )


def _rule(direction: str) -> Resource:
    def create(aws: Aws, facts: Facts) -> Any:
        told = aws(
            f"AuthorizeSecurityGroup{direction}",
            GroupId=facts["securityGroupId"],
            IpPermissions=[_permission(facts)],
        )
        return told["SecurityGroupRules"][0]

    return Resource(
        f"aws:vpc/securityGroup{direction}Rule:SecurityGroup{direction}Rule",
        "ec2",
        create=create,
        id="SecurityGroupRuleId",
        key={"SecurityGroupRuleIds": ["{id}"]},
        read=Do("DescribeSecurityGroupRules", at="SecurityGroupRules[0]"),
        update=_changed_rule,
        delete=Do(f"RevokeSecurityGroup{direction}", send={"GroupId": "{securityGroupId}"}),
        name=None,
        rename={"securityGroupId": "GroupId"},
        outputs={
            "arn": "arn:aws:ec2:{region}:{account}:security-group-rule/{id}",
            "securityGroupRuleId": "{id}",
            "referencedSecurityGroupId": "ReferencedGroupInfo.GroupId",
        },
        replace=("securityGroupId",),
        refuse={"cidrIpv6": "the platform's networks are of IPv4"},
    )


TYPES = (GROUP, DEFAULT_GROUP, _rule("Ingress"), _rule("Egress"))
