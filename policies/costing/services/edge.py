"""Where requests arrive, and the certificates and keys that protect them."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from policies.costing.estimate import Measure, Use
from policies.costing.plan import Plan, Planned, peek
from policies.costing.rates import HOURS, Tables
from policies.costing.services.quantity import held, running

# A unit carries 1 GB an hour or 25 new connections a second; a quiet service uses a tenth of one.
_CAPACITY: Final = Use(
    rate="elb/capacity-unit", floor=Decimal(HOURS) / 10, ceiling=Decimal(HOURS * 10)
)


def _balancer(resource: Planned, _plan: Plan, _tables: Tables) -> Iterable[Use]:
    yield running("elb/" + resource.text("loadBalancerType", "application"), 1)
    yield _CAPACITY


def _service(resource: Planned, _plan: Plan, _tables: Tables) -> Iterable[Use]:
    if peek(resource.inputs, "spec.type") == "LoadBalancer":
        yield running("elb/network", 1)
        yield _CAPACITY


def _web_acl(resource: Planned, _plan: Plan, _tables: Tables) -> Iterable[Use]:
    yield held("waf/acl", 1)
    yield held("waf/rule", len(resource.items("rules")))


def _authority(resource: Planned, _plan: Plan, _tables: Tables) -> Iterable[Use]:
    short = resource.text("usageMode", "GENERAL_PURPOSE") == "SHORT_LIVED_CERTIFICATE"
    yield held("private-ca/short-lived" if short else "private-ca/general-purpose", 1)


def _key(resource: Planned, _plan: Plan, _tables: Tables) -> Iterable[Use]:
    """The first two rotations of a key are charged like a key each, later ones are not."""
    rotated = peek(resource.inputs, "enableKeyRotation") is True
    yield held("kms/key", 1, 3 if rotated else 1)


MEASURES: dict[str, Measure] = {
    "aws:acmpca/certificateAuthority:CertificateAuthority": _authority,
    "aws:kms/key:Key": _key,
    "aws:lb/loadBalancer:LoadBalancer": _balancer,
    "aws:wafv2/webAcl:WebAcl": _web_acl,
    "kubernetes:core/v1:Service": _service,
}
