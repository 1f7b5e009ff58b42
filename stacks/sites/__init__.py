"""Where the platform is realised: the one dispatch on kinds of sites."""

from environments import CloudRegion, Environment
from stacks.sites.cloud import Cloud
from stacks.sites.on_premises import OnPremisesCluster
from stacks.sites.realisation import ApiServer, Site

__all__ = ["ApiServer", "Site", "realised"]


def realised(environment: Environment) -> Site:
    """The primary site of an environment, with everything that the site itself is made of."""
    if isinstance(environment.sites.primary, CloudRegion):
        return Cloud(environment, environment.sites.primary)
    return OnPremisesCluster(environment, environment.sites.primary)
