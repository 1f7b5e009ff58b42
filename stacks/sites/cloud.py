"""A cloud region: everything that the provider has is taken from it."""

from environments import CloudRegion, Environment
from stacks.sites.realisation import Site


class Cloud(Site):
    """The realisation in a cloud region."""

    def __init__(self, environment: Environment, site: CloudRegion) -> None:
        self.name = site.name
        self._environment = environment
