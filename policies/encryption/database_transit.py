"""Databases take no connection in plain text: their parameters say so, whatever clients ask."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Finding, resource_rule
from policies.reading import MISSING, UNKNOWN, Tree, field, find

_YES: Final = ("1", "ON", "true")
_RDS: Final = (
    ("postgres", "rds.force_ssl", ("1",)),
    ("aurora-postgresql", "rds.force_ssl", ("1",)),
    ("sqlserver", "rds.force_ssl", ("1",)),
    ("mysql", "require_secure_transport", _YES),
    ("aurora-mysql", "require_secure_transport", _YES),
    ("mariadb", "require_secure_transport", _YES),
)
# Beginning of the family, the parameter, and what it has to be. Oracle has none that demands TLS.
_FAMILIES: Final = {
    "aws:docdb/clusterParameterGroup:ClusterParameterGroup": (("docdb", "tls", ("enabled",)),),
    "aws:neptune/clusterParameterGroup:ClusterParameterGroup": (
        ("neptune", "neptune_enforce_ssl", _YES),
    ),
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": _RDS,
    "aws:rds/parameterGroup:ParameterGroup": _RDS,
    "aws:redshift/parameterGroup:ParameterGroup": (("redshift", "require_ssl", _YES),),
}
TYPES: Final = dict.fromkeys(_FAMILIES, "parameters")


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the parameters by the family of the engine; one that is not written is not met."""
    family = field(resource.props, "family")
    demands = _FAMILIES.get(resource.type, ())
    for start, name, accepted in demands:
        if isinstance(family, str) and family.startswith(start):
            given = [one for one in _parameters(resource.props) if field(one, "name") == name]
            if not given or any(field(one, "value") not in accepted for one in given):
                demand = f"{name} with the value {' or '.join(accepted)}"
                yield Finding(path="parameters", given=given or MISSING, allowed=demand)
            return
    if demands:
        allowed = "a family that begins with " + ", ".join(start for start, _, _ in demands)
        yield Finding(path="family", given=family, allowed=allowed)


def _parameters(props: Tree) -> list[Tree]:
    return [one for _, one in find(props, "parameters[*]") if one is not UNKNOWN]


policy = resource_rule(
    __name__,
    description="Parameters of databases demand TLS of every connection.",
    severity=Severity.HIGH,
    remediation="write the parameter that makes the engine refuse plain text.",
    judge=judge,
)
