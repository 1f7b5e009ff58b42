"""Where the platform is realised: the one dispatch on kinds of sites."""

from environments import CloudRegion, Environment
from stacks.images import Images
from stacks.sites.cloud import Cloud
from stacks.sites.on_premises import OnPremisesCluster
from stacks.sites.realisation import ApiServer, Site

__all__ = ["ApiServer", "Site", "realised"]


def realised(environment: Environment, images: Images) -> Site:
    """The primary site of an environment, with everything that the site itself is made of.

    Args:
        environment: The environment.
        images: What its pods run.
    """
    if isinstance(environment.sites.primary, CloudRegion):
        return Cloud(environment, environment.sites.primary, images)
    return OnPremisesCluster(environment, environment.sites.primary)
