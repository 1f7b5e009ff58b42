"""What an environment asks of a cloud region besides machines: cluster, edge, backup, detection."""

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from environments.fault import Fault, quote
from environments.quantity import Days, DomainName
from environments.section import Section, repeated

_ROLE: Final = re.compile(r"arn:aws:iam::\d{12}:role/[\w+=,.@/-]+")
_VERSION: Final = r"^1\.[0-9]{2}$"


def _role(text: str) -> str:
    if not _ROLE.fullmatch(text):
        raise ValueError("the ARN of an IAM role, such as arn:aws:iam::111122223333:role/platform")
    return text


_LOG_DAYS: Final = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
)  # fmt: skip
"""The only periods that CloudWatch Logs keeps, in days."""


def _log_days(days: int) -> int:
    if days not in _LOG_DAYS:
        raise ValueError(f"one of {', '.join(map(str, _LOG_DAYS))}, which the log service keeps")
    return days


LogDays = Annotated[int, AfterValidator(_log_days), Field(json_schema_extra={"unit": "days"})]

RoleArn = Annotated[str, AfterValidator(_role)]


class Cluster(Section):
    """The managed Kubernetes cluster."""

    version: str = Field(
        default="1.34",
        pattern=_VERSION,
        title="Version",
        description="Kubernetes version, without the patch level.",
    )
    admin_roles: tuple[RoleArn, ...] = Field(
        default=(),
        title="Administrators",
        description="Roles that may administer the cluster; whoever deploys is one of them.",
    )
    log_days: LogDays = Field(
        default=365, title="Logs", description="How long the control plane's logs are kept."
    )

    def faults(self) -> Iterator[Fault]:
        """Each administrator once."""
        yield from repeated(self.admin_roles, "the role", "admin_roles")


class Edge(Section):
    """The door for clients inside the organisation: load balancer, firewall, certificate."""

    host: DomainName = Field(
        title="Host", description="Private name by which clients call the platform."
    )
    requests_per_five_minutes: int = Field(
        default=20_000,
        ge=100,
        le=2_000_000_000,
        title="Rate limit",
        description="Requests that one client address may send in five minutes.",
        json_schema_extra={"unit": "requests per 5 minutes"},
    )


class Backup(Section):
    """Copies in a vault that nobody can empty before their time."""

    retention_days: Days = Field(
        default=35, title="Retention", description="How long a daily copy is kept."
    )
    lock_after_days: Days = Field(
        default=3,
        title="Grace",
        description="Days until the vault's lock can no longer be taken off, by anybody.",
    )

    def faults(self) -> Iterator[Fault]:
        """The provider asks for three days of grace."""
        least = 3
        if self.lock_after_days < least:
            yield Fault(
                path=("lock_after_days",),
                reason="the provider locks a vault after three days at the earliest",
                given=quote(self.lock_after_days),
                allowed=f"from {least}",
            )


class Detection(Section):
    """What watches the account. It is always on; these say how much is recorded."""

    configuration_history: Literal["continuous", "daily"] = Field(
        default="continuous",
        title="Configuration history",
        description="How often a resource's configuration is recorded: at every change, or once "
        "a day at a lower price.",
    )
    log_days: LogDays = Field(
        default=365, title="Logs", description="How long network and trail logs are kept at hand."
    )
