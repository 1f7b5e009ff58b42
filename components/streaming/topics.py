"""Topics, and who may read and write them: the declaration that is brought about."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

LONGEST_NAME = 249
HOUR_MS = 3_600_000


class TopicAccess(StrEnum):
    """What a grant allows."""

    READ = "read"
    """Read, as a member of the consumer group that bears the user's name."""
    WRITE = "write"
    """Write, each record once."""


@dataclass(frozen=True, kw_only=True)
class Topic:
    """One stream of records."""

    name: str
    """Its name (`flights.events`)."""
    partitions: int
    """Into how many parts it is split; it can be split further, never less."""
    retention_hours: int | None = None
    """How long a record is kept; None: as long as the brokers keep records."""

    def document(self) -> dict[str, Any]:
        """The topic as its declaration says it."""
        kept = self.retention_hours
        return {
            "name": self.name,
            "partitions": self.partitions,
            "settings": {} if kept is None else {"retention.ms": str(kept * HOUR_MS)},
        }


@dataclass(frozen=True, kw_only=True)
class TopicGrant:
    """One permission."""

    user: str
    """Who: a workload."""
    topic: str
    """On which topic."""
    access: TopicAccess
    """What."""


@dataclass(frozen=True, kw_only=True)
class Acl:
    """One entry of a broker's access list; what no entry allows is denied."""

    user: str
    """Common name in the certificate that the user shows."""
    kind: Literal["topic", "group", "transactional-id", "cluster"]
    """Of what."""
    name: str
    """Which one."""
    operations: Sequence[str]
    """What the user may do with it, as Kafka names it (`read`, `describe-configs`)."""
    prefixed: bool = False
    """Whether the name is how names begin."""

    def document(self) -> dict[str, Any]:
        """The entry as the declaration says it."""
        return {
            "user": self.user,
            "kind": self.kind,
            "name": self.name,
            "operations": sorted(self.operations),
            "prefixed": self.prefixed,
        }


def acls_of(grant: TopicGrant) -> list[Acl]:
    """What a grant comes to on a broker."""
    match grant.access:
        case TopicAccess.WRITE:
            return [_on_topic(grant, "write")]
        case TopicAccess.READ:
            return [
                _on_topic(grant, "read"),
                Acl(user=grant.user, kind="group", name=grant.user, operations=("read",)),
            ]


def check(topics: Sequence[Topic], grants: Sequence[TopicGrant]) -> None:
    """Refuse what no broker would take, or what would do nothing.

    Raises:
        ValueError: if a topic is declared twice or has no valid name or partition, or a grant
            names a topic that is not declared.
    """
    names = [topic.name for topic in topics]
    for topic in topics:
        if not topic.name or len(topic.name) > LONGEST_NAME or names.count(topic.name) > 1:
            raise ValueError(
                f"the topic {topic.name!r}: give each a name of its own, of 1 to {LONGEST_NAME} "
                "characters"
            )
        if topic.partitions < 1:
            raise ValueError(f"the topic {topic.name} has {topic.partitions} partitions: give 1 up")
    for grant in grants:
        if grant.topic not in names:
            raise ValueError(
                f"{grant.user} is granted {grant.access} on the topic {grant.topic}, which is not "
                f"declared; declared are {', '.join(names) or 'none'}: correct the grant, or add "
                "the topic to `topics`"
            )


def _on_topic(grant: TopicGrant, operation: str) -> Acl:
    return Acl(user=grant.user, kind="topic", name=grant.topic, operations=(operation, "describe"))
