"""Where the platform is realised: the one dispatch on kinds of sites."""

import pulumi

from environments import CloudRegion, Environment, OnPremises
from stacks.images import Images
from stacks.sites.cloud import Cloud
from stacks.sites.on_premises import OnPremisesCluster
from stacks.sites.realisation import ApiServer, Release, Site
from stacks.sites.recovery import RecoveryCluster

__all__ = ["ApiServer", "Release", "Site", "realised"]


def realised(environment: Environment, site: CloudRegion | OnPremises, images: Images) -> Site:
    """A site of an environment, with everything that the site itself is made of.

    Args:
        environment: The environment as the site sees it.
        site: One of its sites.
        images: What its pods run.

    Raises:
        pulumi.RunError: if it is a second cloud region, in which nothing is made so far.
    """
    match site:
        case CloudRegion() if site == environment.sites.primary:
            return Cloud(environment, site, images)
        case CloudRegion():
            raise pulumi.RunError(
                f"the recovery site {site.name} is a cloud region, and a second region is not "
                "built yet; allowed: an on-premises site"
            )
        case OnPremises() if site.takeover is None:
            return OnPremisesCluster(environment, site)
        case OnPremises():
            return RecoveryCluster(environment, site, site.takeover)
