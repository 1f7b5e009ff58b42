"""Who may say who somebody is: hosts and ARNs of identity providers."""

from typing import Final

from policies.boundary import BOUNDARY
from policies.locations import allowed
from policies.reading import UNKNOWN, Tree

TRUSTED: Final = "an identity provider of the boundary, or that of a cluster in an allowed region"
_MARKS: Final = ("oidc-provider/", "saml-provider/")
_CLUSTER: Final = "oidc.eks."


def trusted(value: Tree) -> bool:
    """Accepts a known identity provider, by URL, host or ARN; an unknown one is of this stack.

    What a resource of this stack gives its name to is judged when that resource is.
    """
    if value is UNKNOWN:
        return True
    if not isinstance(value, str):
        return False
    name = value.removeprefix("https://").rstrip("/")
    for mark in _MARKS:
        name = name.rpartition(mark)[2]
    if name in BOUNDARY.identity_provider_names or value in BOUNDARY.identity_provider_names:
        return True
    region = name.removeprefix(_CLUSTER).partition(".amazonaws.com/id/")
    return name.startswith(_CLUSTER) and bool(region[1]) and allowed(region[0])
