"""Who administers the lake, where it lies, and who sees which tables."""

import hashlib
import json
from typing import Any

from sandbox.aws.provider.resource import Aws, Do, Facts, Resource

_PRINCIPAL = "DataLakePrincipalIdentifier"
_LISTS = {
    "admins": "DataLakeAdmins",
    "readOnlyAdmins": "ReadOnlyAdmins",
    "externalDataFilteringAllowLists": "ExternalDataFilteringAllowList",
}
_DEFAULTS = {
    "createDatabaseDefaultPermissions": "CreateDatabaseDefaultPermissions",
    "createTableDefaultPermissions": "CreateTableDefaultPermissions",
}
_PLAIN = {
    "allowExternalDataFiltering": "AllowExternalDataFiltering",
    "allowFullTableExternalDataAccess": "AllowFullTableExternalDataAccess",
    "authorizedSessionTagValueLists": "AuthorizedSessionTagValueList",
    "parameters": "Parameters",
    "trustedResourceOwners": "TrustedResourceOwners",
}
_TARGETS = ("catalogResource", "database", "table", "dataLocation")


def _put_settings(aws: Aws, facts: Facts) -> dict[str, Any]:
    """The settings are one document: what is left out is cleared."""
    settings: dict[str, Any] = {
        member: [{_PRINCIPAL: arn} for arn in facts.get(name) or ()]
        for name, member in _LISTS.items()
    }
    for name, member in _DEFAULTS.items():
        settings[member] = [
            {"Principal": {_PRINCIPAL: one["principal"]}, "Permissions": one["permissions"]}
            for one in facts.get(name) or ()
        ]
    settings |= {m: facts[n] for n, m in _PLAIN.items() if facts.get(n) is not None}
    aws("PutDataLakeSettings", CatalogId=_catalogue(facts), DataLakeSettings=settings)
    return {}


def _read_settings(aws: Aws, facts: Facts) -> dict[str, Any]:
    live = aws("GetDataLakeSettings", CatalogId=_catalogue(facts))["DataLakeSettings"]
    for member in _LISTS.values():
        live[member] = [one[_PRINCIPAL] for one in live.get(member, ())]
    for member in _DEFAULTS.values():
        live[member] = [
            {"Principal": one["Principal"][_PRINCIPAL], "Permissions": one["Permissions"]}
            for one in live.get(member, ())
        ]
    return dict(live)


def _clear_settings(aws: Aws, facts: Facts) -> None:
    aws("PutDataLakeSettings", CatalogId=_catalogue(facts), DataLakeSettings={})


def _grant(aws: Aws, facts: Facts) -> dict[str, Any]:
    more = facts.get("permissionsWithGrantOptions") or []
    aws(
        "GrantPermissions",
        **_subject(facts),
        Permissions=facts["permissions"],
        PermissionsWithGrantOption=more,
    )
    named = json.dumps([_subject(facts), facts["permissions"], more], sort_keys=True)
    return {"Id": hashlib.sha256(named.encode()).hexdigest()[:16]}


def _granted(aws: Aws, facts: Facts) -> dict[str, Any] | None:
    """A grant has no name of its own: it is found by whom and what it is for."""
    if "principal" not in facts:
        return None
    subject = _subject(facts)
    for one in aws("ListPermissions", **subject)["PrincipalResourcePermissions"]:
        if sorted(one["Permissions"]) == sorted(facts["permissions"]):
            return {**one, "Principal": one["Principal"][_PRINCIPAL]}
    return None


def _revoke(aws: Aws, facts: Facts) -> None:
    aws(
        "RevokePermissions",
        **_subject(facts),
        Permissions=facts["permissions"],
        PermissionsWithGrantOption=facts.get("permissionsWithGrantOptions") or [],
    )


def _subject(facts: Facts) -> dict[str, Any]:
    """Who is let in, and into what."""
    return {
        "CatalogId": _catalogue(facts),
        "Principal": {_PRINCIPAL: facts["principal"]},
        "Resource": _target(facts),
    }


def _target(facts: Facts) -> dict[str, Any]:
    catalogue = _catalogue(facts)
    if database := facts.get("database"):
        return {"Database": {"CatalogId": catalogue, "Name": database["name"]}}
    if table := facts.get("table"):
        which = {"TableWildcard": {}} if table.get("wildcard") else {"Name": table["name"]}
        return {"Table": {"CatalogId": catalogue, "DatabaseName": table["databaseName"], **which}}
    if location := facts.get("dataLocation"):
        return {"DataLocation": {"CatalogId": catalogue, "ResourceArn": location["arn"]}}
    return {"Catalog": {}}


def _catalogue(facts: Facts) -> str:
    return str(facts.get("catalogId") or facts["account"])


TYPES = (
    Resource(
        "aws:lakeformation/dataLakeSettings:DataLakeSettings",
        "lakeformation",
        create=_put_settings,
        id="{account}",
        read=_read_settings,
        update=_put_settings,
        delete=_clear_settings,
        rename={**_LISTS, **_DEFAULTS, **_PLAIN},
        defaults={name: [] for name in (*_LISTS, *_DEFAULTS, "authorizedSessionTagValueLists")}
        | {"parameters": {}, "trustedResourceOwners": []},
        replace=("catalogId",),
    ),
    Resource(
        "aws:lakeformation/resource:Resource",
        "lakeformation",
        create="RegisterResource",
        id="{arn}",
        key={"ResourceArn": "{arn}"},
        read=Do("DescribeResource", at="ResourceInfo"),
        update="UpdateResource",
        delete="DeregisterResource",
        name=None,
        outputs={"arn": "ResourceArn"},
        replace=("arn", "useServiceLinkedRole", "withPrivilegedAccess"),
    ),
    Resource(
        "aws:lakeformation/permissions:Permissions",
        "lakeformation",
        create=_grant,
        id="Id",
        read=_granted,
        delete=_revoke,
        replace=(
            *_TARGETS,
            "catalogId",
            "permissions",
            "permissionsWithGrantOptions",
            "principal",
        ),
        defaults={
            name: {}
            for name in (
                "dataLocation",
                "database",
                "lfTag",
                "lfTagPolicy",
                "table",
                "tableWithColumns",
            )
        }
        | {"permissionsWithGrantOptions": []},
        refuse=dict.fromkeys(
            ("dataCellsFilter", "lfTag", "lfTagPolicy", "tableWithColumns"),
            "rights are given by database, table and location",
        ),
    ),
)
