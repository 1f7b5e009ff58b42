"""How a broker in a pod is set: one file of properties for each. Plain text, without Pulumi."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

REPLICAS: Final = 3
"""Copies of each partition, where there are as many brokers."""
PRINCIPAL_RULES: Final = "RULE:^CN=([^,]+).*$/$1/"
"""A user's name is the common name in its certificate."""


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Where a broker listens; every listener asks for a certificate."""

    clients: int = 9094
    """For clients."""
    brokers: int = 9095
    """For the other brokers, which fetch copies."""
    controllers: int = 9096
    """For the vote on who leads, and for what the leader says."""


@dataclass(frozen=True, kw_only=True)
class Folders:
    """Where a broker finds its things."""

    data: str = "/data/log"
    """Its records."""
    identity: str = "/run/mizan"
    """`identity.pem` (key and certificate) and `trusted.pem`."""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Brokers that are controllers too, and how long they keep records."""

    hosts: Sequence[str]
    """Name of each broker, by its number from 0; its certificate is good for it."""
    super_users: Sequence[str]
    """Who may do everything: the brokers themselves, and who administers them."""
    retention_hours: int
    """How long a record is kept, unless its topic says otherwise."""
    ports: Ports = Ports()
    folders: Folders = Folders()

    @property
    def copies(self) -> int:
        """On how many brokers each record is."""
        return min(REPLICAS, len(self.hosts))

    @property
    def in_sync(self) -> int:
        """How many of them have it before its producer is told so."""
        return max(1, self.copies - 1)

    def bootstrap(self) -> str:
        """Where clients ask first, by commas."""
        return ",".join(f"{host}:{self.ports.clients}" for host in self.hosts)

    def properties(self, node: int) -> str:
        """The file of one broker."""
        return text(self._settings(node))

    def _settings(self, node: int) -> dict[str, str]:
        ports, host = self.ports, self.hosts[node]
        copies, in_sync = str(self.copies), str(self.in_sync)
        listeners = {"CLIENTS": ports.clients, "BROKERS": ports.brokers}
        every = {**listeners, "CONTROLLERS": ports.controllers}
        return {
            "process.roles": "broker,controller",
            "node.id": str(node),
            "controller.quorum.voters": ",".join(
                f"{at}@{name}:{ports.controllers}" for at, name in enumerate(self.hosts)
            ),
            "controller.listener.names": "CONTROLLERS",
            "inter.broker.listener.name": "BROKERS",
            "listeners": ",".join(f"{name}://:{port}" for name, port in every.items()),
            "advertised.listeners": ",".join(
                f"{name}://{host}:{port}" for name, port in listeners.items()
            ),
            "listener.security.protocol.map": ",".join(f"{name}:SSL" for name in every),
            **tls(self.folders.identity),
            "ssl.client.auth": "required",
            "ssl.principal.mapping.rules": PRINCIPAL_RULES,
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found": "false",
            "super.users": ";".join(f"User:{user}" for user in self.super_users),
            "log.dirs": self.folders.data,
            "log.retention.hours": str(self.retention_hours),
            # A topic is made by whoever declares it, with its own retention and its own grants.
            "auto.create.topics.enable": "false",
            "default.replication.factor": copies,
            "min.insync.replicas": in_sync,
            "offsets.topic.replication.factor": copies,
            "transaction.state.log.min.isr": in_sync,
            "transaction.state.log.replication.factor": copies,
            "share.coordinator.state.topic.min.isr": in_sync,
            "share.coordinator.state.topic.replication.factor": copies,
            # A broker that lags never leads: that would drop records that were acknowledged.
            "unclean.leader.election.enable": "false",
            # A quarter of the default: it is memory that a small broker needs elsewhere.
            "log.cleaner.dedupe.buffer.size": str(32 * 2**20),
        }


def tls(identity: str) -> dict[str, str]:
    """How a process proves who it is, and whom it believes; it speaks nothing older than TLS 1.3.

    Args:
        identity: Folder with `identity.pem` and `trusted.pem`.
    """
    return {
        "ssl.enabled.protocols": "TLSv1.3",
        "ssl.endpoint.identification.algorithm": "https",
        "ssl.keystore.location": f"{identity}/identity.pem",
        "ssl.keystore.type": "PEM",
        "ssl.truststore.location": f"{identity}/trusted.pem",
        "ssl.truststore.type": "PEM",
    }


def text(settings: Mapping[str, str]) -> str:
    """The settings as a file of properties."""
    return "".join(
        f"{key}={value.replace(chr(92), chr(92) * 2)}\n" for key, value in settings.items()
    )
