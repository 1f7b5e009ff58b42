"""What every part of a region is told: the environment, the account, and what things are for."""

from dataclasses import dataclass

from components.tags import Tags
from environments import Allowances, CloudRegion, Environment

PLATFORM = "platform"
"""What works for all workloads."""
SHARED = "shared"
"""Cost profile of what no single workload causes."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """An environment in a region."""

    environment: Environment
    site: CloudRegion
    allowed: Allowances
    """What may be deleted, which some services must be told before."""

    def may_delete(self, resource: str) -> bool:
        """Whether a reviewed allowance names the resource."""
        return self.allowed.names(resource)

    @property
    def account(self) -> str:
        """Number of the account."""
        return self.environment.account

    @property
    def region(self) -> str:
        """The provider's name of the region."""
        return self.site.region

    @property
    def log_days(self) -> int:
        """How long logs are kept at hand, in days."""
        return self.environment.detection.log_days

    def tags(
        self, workload: str = PLATFORM, *, profile: str = SHARED, data_class: str | None = None
    ) -> Tags:
        """What a part is for; by default of the environment's most protected class of data."""
        return Tags(
            workload=workload,
            data_class=data_class or self.environment.data_class.value,
            profile=profile,
        )
