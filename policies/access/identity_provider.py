"""Only known identity providers say who somebody is: each sees every sign-in, and can forge one."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.identities import TRUSTED, trusted
from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.reading import MISSING

_KNOWN: Final = (trusted, TRUSTED)

TYPES: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:cognito/identityPool:IdentityPool": (
        ("openidConnectProviderArns[*]", *_KNOWN),
        ("samlProviderArns[*]", *_KNOWN),
        ("supportedLoginProviders", lambda value: value in (MISSING, {}), "no social provider"),
    ),
    "aws:cognito/identityProvider:IdentityProvider": (("providerName", *_KNOWN),),
    "aws:eks/identityProviderConfig:IdentityProviderConfig": (("oidc.issuerUrl", *_KNOWN),),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (("url", *_KNOWN),),
    "aws:iam/samlProvider:SamlProvider": (("name", *_KNOWN),),
    "aws:ec2clientvpn/endpoint:Endpoint": (("authenticationOptions[*].samlProviderArn?", *_KNOWN),),
    "aws:iam/role:Role": (),
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the providers that a resource is or trusts, and whom a trust policy federates with."""
    yield from unmet(resource.props, TYPES.get(resource.type, ()))
    for statement in resource.statements if resource.type.startswith("aws:iam/") else ():
        for kind, value in () if statement.denies else statement.principals():
            if kind.lower() == "federated" and not trusted(value):
                path = f"{statement.path}.Principal.Federated"
                yield Finding(path=path, given=value, allowed=TRUSTED)


policy = resource_rule(
    __name__,
    description="Only identity providers of the boundary say who somebody is.",
    severity=Severity.CRITICAL,
    remediation="list the provider in boundary.yaml with where it runs, or use roles of AWS.",
    judge=judge,
)
