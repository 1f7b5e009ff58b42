"""The brokers of a Kafka cluster: how many, how large, and how they are set. Plain arithmetic."""

import re
from collections.abc import Collection
from dataclasses import dataclass

REPLICAS = 3
"""Copies of each partition, one in each zone."""
IN_SYNC = 2
"""Copies that have a record before its producer is told so: a zone may be lost, no record is."""
TIERED_SINCE = (3, 6)
LARGEST_GIB = 16384
LONGEST_HOURS = 10 * 365 * 24

_VERSION = re.compile(r"(\d+)\.(\d+)\.(?:\d+|x)(?:\.kraft)?")
_TYPE = re.compile(r"kafka\.([a-z][a-z0-9-]*)\.(?:large|\d*xlarge)")


@dataclass(frozen=True, kw_only=True)
class Brokers:
    """What the brokers are, and how long they keep what they were given."""

    kafka_version: str
    """Version of Kafka, 3.6 or later (`3.9.x`): earlier ones do not tier their storage."""
    kind: str
    """Size of a broker (`kafka.m7g.large`). Burstable ones are not taken: they cannot tier."""
    count: int
    """How many, the same number in each zone."""
    storage_gib: int
    """Volume of a broker, in GiB; at first, where it may grow. A volume cannot shrink."""
    retention_hours: int
    """How long a record is kept, unless its topic says otherwise."""
    largest_storage_gib: int | None = None
    """What a broker's volume may grow to by itself, in GiB; None where it stays as it is."""

    def __post_init__(self) -> None:
        """Refuse what MSK cannot run.

        Raises:
            ValueError: if a value is out of its range; the message names it and the range.
        """
        version = _VERSION.fullmatch(self.kafka_version)
        if version is None or (int(version[1]), int(version[2])) < TIERED_SINCE:
            raise ValueError(
                f"kafka_version is {self.kafka_version!r}: give a version of 3.6 or later, such "
                "as 3.9.x, because retention is tiered"
            )
        if _TYPE.fullmatch(self.kind) is None:
            raise ValueError(
                f"kind is {self.kind!r}: give kafka.<family>.<size> of large or more, such as "
                "kafka.m7g.large (kafka.t3.small cannot tier its storage)"
            )
        largest = self.storage_gib if self.largest_storage_gib is None else self.largest_storage_gib
        if not 1 <= self.storage_gib <= largest <= LARGEST_GIB:
            raise ValueError(
                f"storage_gib is {self.storage_gib} and largest_storage_gib is "
                f"{self.largest_storage_gib}: they rise from 1 to at most {LARGEST_GIB}"
            )
        if not 1 <= self.retention_hours <= LONGEST_HOURS:
            raise ValueError(
                f"retention_hours is {self.retention_hours}: give 1 to {LONGEST_HOURS} hours; "
                "records that are kept for ever belong in the lake"
            )

    def in_each(self, zones: Collection[str]) -> int:
        """How many brokers each zone has.

        Args:
            zones: Names of the zones.

        Raises:
            ValueError: if the copies of a partition would not be in zones of their own, or one
                zone would bear more than another.
        """
        if len(zones) != REPLICAS:
            raise ValueError(
                f"brokers in {len(zones)} zones ({', '.join(sorted(zones)) or 'none'}): give "
                f"{REPLICAS} zones, one for each copy of a partition"
            )
        each, rest = divmod(self.count, len(zones))
        if each < 1 or rest:
            nearest = (each + 1) * len(zones)
            raise ValueError(
                f"{self.count} brokers cannot be spread evenly over {len(zones)} zones "
                f"({', '.join(sorted(zones))}): give a multiple of {len(zones)}, such as {nearest}"
            )
        return each

    def properties(self) -> str:
        """The brokers' configuration, as a file of properties."""
        return "".join(f"{key}={value}\n" for key, value in self._settings().items())

    def _settings(self) -> dict[str, str]:
        return {
            # A topic is made by whoever declares it, with its own retention and its own grants.
            "auto.create.topics.enable": "false",
            "default.replication.factor": str(REPLICAS),
            "log.retention.hours": str(self.retention_hours),
            "min.insync.replicas": str(IN_SYNC),
            "offsets.topic.replication.factor": str(REPLICAS),
            "transaction.state.log.min.isr": str(IN_SYNC),
            "transaction.state.log.replication.factor": str(REPLICAS),
            # A broker that lags never leads: that would drop records that were acknowledged.
            "unclean.leader.election.enable": "false",
        }
