"""Web firewalls, what they stand in front of, and where they log to."""

from typing import Any

from sandbox.aws.provider.resource import Aws, Do, Facts, Resource


def _read(aws: Aws, facts: Facts) -> Any:
    """Return a web firewall with its tags, which stand one level deeper than elsewhere."""
    named = {"Id": facts["id"], "Name": facts["name"], "Scope": facts["scope"]}
    found = aws("GetWebACL", **named)
    told = aws("ListTagsForResource", ResourceARN=found["WebACL"]["ARN"])
    return {
        **found["WebACL"],
        "LockToken": found["LockToken"],
        "Tags": told.get("TagInfoForResource", {}).get("TagList", []),
    }


ACL = Resource(
    "aws:wafv2/webAcl:WebAcl",
    "wafv2",
    create=Do("CreateWebACL", at="Summary"),
    id="Id",
    key={"Id": "{id}", "Name": "{name}", "Scope": "{scope}"},
    read=_read,
    update=Do("UpdateWebACL", send={"LockToken": "{lockToken}"}),
    delete=Do("DeleteWebACL", send={"LockToken": "{lockToken}"}),
    rename={"applicationIntegrationUrl": "ApplicationIntegrationURL"},
    outputs={"scope": "{scope}"},
    defaults={"applicationIntegrationUrl": ""},
    replace=("name", "scope"),
    refuse={
        "ruleJson": "the platform gives rules as a structure",
        **dict.fromkeys(
            (
                "associationConfig",
                "captchaConfig",
                "challengeConfig",
                "customResponseBodies",
                "dataProtectionConfig",
                "monetizationConfig",
                "tokenDomains",
            ),
            "the platform does not use it",
        ),
    },
    unfilled=("namePrefix",),
)

ASSOCIATION = Resource(
    "aws:wafv2/webAclAssociation:WebAclAssociation",
    "wafv2",
    create="AssociateWebACL",
    id="{webAclArn},{resourceArn}",
    key={"ResourceArn": "{resourceArn}"},
    read=Do("GetWebACLForResource", at="WebACL"),
    delete="DisassociateWebACL",
    name=None,
    rename={"webAclArn": "ARN"},
    outputs={"resourceArn": "{resourceArn}"},
    replace="*",
)

LOGGING = Resource(
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
    "wafv2",
    create=Do("PutLoggingConfiguration", into="LoggingConfiguration", at="LoggingConfiguration"),
    id="{resourceArn}",
    key={"ResourceArn": "{id}"},
    read=Do("GetLoggingConfiguration", at="LoggingConfiguration"),
    update=Do("PutLoggingConfiguration", into="LoggingConfiguration"),
    delete="DeleteLoggingConfiguration",
    name=None,
    replace=("resourceArn",),
)

TYPES = (ACL, ASSOCIATION, LOGGING)
