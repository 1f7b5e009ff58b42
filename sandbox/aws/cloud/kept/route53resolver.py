"""Route 53 Resolver: the DNS firewall, and query logs, which moto makes but never takes away."""

from typing import Any

from sandbox.aws.cloud.call import Call, RefusedCallError
from sandbox.aws.cloud.keeping import Collection, Record, Service, Store, answer

_ARN = "arn:aws:route53resolver:{region}:{account}"
_DATED = {"CreationTime": "{now}", "ModificationTime": "{now}"}
_MISSING = "ResourceNotFoundException"

LISTS = Collection(
    kind="domain list",
    key=("FirewallDomainListId",),
    rename={"FirewallDomainListId": "Id"},
    made={
        "Id": "rslvr-fdl-{id}",
        "Arn": _ARN + ":firewall-domain-list/{Id}",
        "Status": "COMPLETE",
        "DomainCount": 0,
        "Domains": [],
        "Tags": [],
        **_DATED,
    },
    create="CreateFirewallDomainList",
    describe="GetFirewallDomainList",
    listing="ListFirewallDomainLists",
    delete="DeleteFirewallDomainList",
    missing=_MISSING,
)

GROUPS = Collection(
    kind="rule group",
    key=("FirewallRuleGroupId",),
    rename={"FirewallRuleGroupId": "Id"},
    made={
        "Id": "rslvr-frg-{id}",
        "Arn": _ARN + ":firewall-rule-group/{Id}",
        "Status": "COMPLETE",
        "ShareStatus": "NOT_SHARED",
        "OwnerId": "{account}",
        "RuleCount": 0,
        "Tags": [],
        **_DATED,
    },
    create="CreateFirewallRuleGroup",
    describe="GetFirewallRuleGroup",
    listing="ListFirewallRuleGroups",
    delete="DeleteFirewallRuleGroup",
    missing=_MISSING,
)

RULES = Collection(
    kind="rule",
    key=("FirewallRuleGroupId", "FirewallDomainListId", "Qtype"),
    made={**_DATED},
    create="CreateFirewallRule",
    listing="ListFirewallRules",
    update="UpdateFirewallRule",
    delete="DeleteFirewallRule",
    missing=_MISSING,
)

ASSOCIATIONS = Collection(
    kind="rule group association",
    key=("FirewallRuleGroupAssociationId",),
    rename={"FirewallRuleGroupAssociationId": "Id"},
    made={
        "Id": "rslvr-frgassoc-{id}",
        "Arn": _ARN + ":firewall-rule-group-association/{Id}",
        "Status": "COMPLETE",
        "MutationProtection": "DISABLED",
        "Tags": [],
        **_DATED,
    },
    create="AssociateFirewallRuleGroup",
    describe="GetFirewallRuleGroupAssociation",
    listing="ListFirewallRuleGroupAssociations",
    update="UpdateFirewallRuleGroupAssociation",
    delete="DisassociateFirewallRuleGroup",
    missing=_MISSING,
)

SETTINGS = Collection(
    kind="firewall config",
    key=("ResourceId",),
    made={"Id": "rslvr-fc-{id}", "OwnerId": "{account}", "FirewallFailOpen": "DISABLED"},
    describe="GetFirewallConfig",
    listing="ListFirewallConfigs",
    put="UpdateFirewallConfig",
)

LOGS = Collection(
    kind="query log config",
    key=("ResolverQueryLogConfigId",),
    rename={"ResolverQueryLogConfigId": "Id"},
    made={
        "Id": "rqlc-{id}",
        "Arn": _ARN + ":resolver-query-log-config/{Id}",
        "OwnerId": "{account}",
        "Status": "CREATED",
        "ShareStatus": "NOT_SHARED",
        "AssociationCount": 0,
        "Tags": [],
        "CreationTime": "{now}",
    },
    create="CreateResolverQueryLogConfig",
    describe="GetResolverQueryLogConfig",
    listing="ListResolverQueryLogConfigs",
    delete="DeleteResolverQueryLogConfig",
    missing=_MISSING,
)

LOGGED = Collection(
    kind="query log config association",
    key=("ResolverQueryLogConfigId", "ResourceId"),
    also=("ResolverQueryLogConfigAssociationId",),
    rename={"ResolverQueryLogConfigAssociationId": "Id"},
    made={"Id": "rqlca-{id}", "Status": "ACTIVE", "Error": "NONE", "CreationTime": "{now}"},
    create="AssociateResolverQueryLogConfig",
    describe="GetResolverQueryLogConfigAssociation",
    listing="ListResolverQueryLogConfigAssociations",
    delete="DisassociateResolverQueryLogConfig",
    missing=_MISSING,
)


def _domains(call: Call, store: Store) -> Any:
    """Add, remove or replace the domains of a list."""
    found = _list(call, store)
    given = call.parameters["Domains"]
    rest = [domain for domain in found["Domains"] if domain not in given]
    found["Domains"] = {"ADD": [*rest, *given], "REMOVE": rest, "REPLACE": given}[
        call.parameters["Operation"]
    ]
    found["DomainCount"] = len(found["Domains"])
    return answer(call, found)


def _listed(call: Call, store: Store) -> Any:
    return {"Domains": _list(call, store)["Domains"]}


def _list(call: Call, store: Store) -> Record:
    found = LISTS.found(call, store)
    if found is None:
        asked = call.parameters["FirewallDomainListId"]
        raise RefusedCallError(_MISSING, f"There is no domain list with the id {asked!r}.")
    return found


def _setting(call: Call, store: Store) -> Any:
    """Return the setting of a network; every network has one."""
    if SETTINGS.found(call, store) is None:
        SETTINGS.operations()["UpdateFirewallConfig"](call, store)
    return SETTINGS.operations()["GetFirewallConfig"](call, store)


def _unused(collection: Collection, users: Collection, field: str) -> Any:
    """Delete a record unless another refers to it."""

    def delete(call: Call, store: Store) -> Any:
        asked = call.parameters[field]
        if any(user.get(field) == asked for user in store.records(call, users.kind)):
            raise RefusedCallError(
                "ConflictException", f"{asked} is in use by a {users.kind}: delete that first."
            )
        return collection.operations()[collection.delete](call, store)

    return delete


SERVICE = Service(
    "route53resolver",
    LISTS,
    GROUPS,
    RULES,
    ASSOCIATIONS,
    SETTINGS,
    LOGS,
    LOGGED,
    operations={
        "UpdateFirewallDomains": _domains,
        "ListFirewallDomains": _listed,
        "GetFirewallConfig": _setting,
        "DeleteFirewallDomainList": _unused(LISTS, RULES, "FirewallDomainListId"),
        "DeleteFirewallRuleGroup": _unused(GROUPS, ASSOCIATIONS, "FirewallRuleGroupId"),
        "DeleteResolverQueryLogConfig": _unused(LOGS, LOGGED, "ResolverQueryLogConfigId"),
    },
)
