"""How MirrorMaker 2 is set: what it takes from where to where. Plain text, without Pulumi."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from components.streaming.properties import text
from components.streaming.topics import Acl

IAM: Final[Mapping[str, str]] = {
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": "AWS_MSK_IAM",
    "sasl.jaas.config": "software.amazon.msk.auth.iam.IAMLoginModule required;",
    "sasl.client.callback.handler.class": "software.amazon.msk.auth.iam.IAMClientCallbackHandler",
    # Whom the image's system believes, among them who signs for AWS.
    "ssl.endpoint.identification.algorithm": "https",
    "ssl.truststore.location": "/etc/ssl/certs/ca-certificates.crt",
    "ssl.truststore.type": "PEM",
}
"""How a client proves itself to MSK: with the role whose credential it holds."""

WORKER_OPERATIONS: Final = (
    "alter-configs", "create", "describe", "describe-configs", "read", "write",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class End:
    """A Kafka cluster at one end of the flow."""

    name: str
    """Name of its site."""
    bootstrap: str
    """Addresses of its brokers, by commas."""
    security: Mapping[str, str]
    """How the mirror proves itself there."""


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Topics that are copied with the positions of who reads them, from one end to the other.

    Topics keep their names. Each record arrives once, in the order of its partition. Nothing is
    ever written to the source, so a right to read is enough there.
    """

    source: End
    target: End
    topics: Sequence[str]
    """Names of the topics, which exist at both ends."""
    groups: Sequence[str]
    """Consumer groups whose positions are copied."""
    copies: int
    """On how many brokers of the target the mirror's own topics are."""
    seconds: int = 5
    """How often positions are copied, and new groups and partitions looked for."""

    def properties(self) -> str:
        """The file that MirrorMaker 2 reads."""
        return text(self._settings())

    def acls(self, user: str) -> list[Acl]:
        """What the mirror needs at the target.

        Args:
            user: Common name in the mirror's certificate.
        """
        source = self.source.name
        return [
            *(
                Acl(
                    user=user,
                    kind="topic",
                    name=topic,
                    # Kafka asks for the right to read from who sets a reader's position.
                    operations=("describe", "describe-configs", "read", "write"),
                )
                for topic in self.topics
            ),
            *(
                Acl(user=user, kind="topic", name=own, operations=WORKER_OPERATIONS, prefixed=True)
                for own in ("mm2-", f"{source}.", "heartbeats")
            ),
            *(
                Acl(user=user, kind="group", name=group, operations=("describe", "read"))
                for group in (*self.groups, f"{source}-mm2")
            ),
            Acl(
                user=user,
                kind="transactional-id",
                name=f"{source}-mm2",
                operations=("describe", "write"),
                prefixed=True,
            ),
            Acl(
                user=user,
                kind="transactional-id",
                name=f"connect-cluster-{source}-mm2",
                operations=("describe", "write"),
                prefixed=True,
            ),
            Acl(
                user=user,
                kind="cluster",
                name="kafka-cluster",
                operations=("describe", "describe-configs"),
            ),
        ]

    def _settings(self) -> dict[str, str]:
        flow = f"{self.source.name}->{self.target.name}"
        back = f"{self.target.name}->{self.source.name}"
        copies, seconds = str(self.copies), str(self.seconds)
        return {
            "clusters": f"{self.source.name}, {self.target.name}",
            **_of(self.source),
            **_of(self.target),
            f"{flow}.enabled": "true",
            f"{flow}.topics": _pattern(self.topics),
            f"{flow}.groups": _pattern(self.groups),
            f"{back}.enabled": "false",
            f"{back}.emit.heartbeats.enabled": "false",
            "replication.policy.class": (
                "org.apache.kafka.connect.mirror.IdentityReplicationPolicy"
            ),
            # What it remembers is at the target: the source is only read.
            "offset-syncs.topic.location": "target",
            f"{self.target.name}.exactly.once.source.support": "enabled",
            # The target's declaration says what topics are like and who may use them.
            "sync.topic.configs.enabled": "false",
            "sync.topic.acls.enabled": "false",
            "sync.group.offsets.enabled": "true",
            "sync.group.offsets.interval.seconds": seconds,
            "emit.checkpoints.interval.seconds": seconds,
            "refresh.groups.interval.seconds": seconds,
            "refresh.topics.interval.seconds": seconds,
            "offset.lag.max": "0",
            "replication.factor": copies,
            "checkpoints.topic.replication.factor": copies,
            "heartbeats.topic.replication.factor": copies,
            "offset-syncs.topic.replication.factor": copies,
            "config.storage.replication.factor": copies,
            "offset.storage.replication.factor": copies,
            "status.storage.replication.factor": copies,
        }


def _of(end: End) -> dict[str, str]:
    settings = {"bootstrap.servers": end.bootstrap, **end.security}
    return {f"{end.name}.{key}": value for key, value in settings.items()}


def _pattern(names: Sequence[str]) -> str:
    """The names as MirrorMaker takes them: it reads each one as a pattern."""
    return ",".join(re.escape(name).replace("\\-", "-") for name in names)
