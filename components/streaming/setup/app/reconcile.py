"""Compares what Kafka has with what was declared, and changes only what differs."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ConfigResource,
    ConfigResourceType,
    KafkaAdminClient,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)

from app.declaration import Declaration, Entry, SetupError, Topic

logger = logging.getLogger("kafka-setup")

ANY = ACLFilter(
    principal=None,
    host=None,
    operation=ACLOperation.ANY,
    permission_type=ACLPermissionType.ANY,
    resource_pattern=ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
)
EVERYWHERE = "*"
"""From any address: who is let in says the certificate, and the network policy from where."""


@contextmanager
def connected(wanted: Declaration, identity: Path) -> Iterator[KafkaAdminClient]:
    """A connection to the brokers, with the certificate in a folder."""
    client = KafkaAdminClient(
        bootstrap_servers=wanted.bootstrap.split(","),
        client_id="kafka-setup",
        bootstrap_timeout_ms=10_000,  # what is waited for is told more often than by default
        security_protocol="SSL",
        ssl_cafile=str(identity / "ca.crt"),
        ssl_certfile=str(identity / "tls.crt"),
        ssl_keyfile=str(identity / "tls.key"),
    )
    try:
        yield client
    finally:
        client.close()


def run(client: KafkaAdminClient, wanted: Declaration) -> int:
    """Bring it about; the number of changes that took.

    Topics that nobody declares are told of and left, since they may hold records. Entries of the
    access list that nobody declares are taken away.

    Raises:
        SetupError: if a topic has more partitions than declared: they cannot be taken back.
    """
    changes = _topics(client, wanted)
    for topic in wanted.topics:
        changes += _settings(client, topic)
    return changes + _entries(client, wanted.entries)


def _topics(client: KafkaAdminClient, wanted: Declaration) -> int:
    found = {topic["name"]: len(topic["partitions"]) for topic in client.describe_topics()}
    declared = {topic.name: topic for topic in wanted.topics}
    for name in sorted(found.keys() - declared.keys()):
        if not _internal(name):
            logger.info("left     topic %s, which nobody declares: it may hold records", name)
    missing = {
        name: {
            "num_partitions": topic.partitions,
            "replication_factor": wanted.copies,
            "configs": dict(topic.settings),
        }
        for name, topic in declared.items()
        if name not in found
    }
    if missing:
        client.create_topics(missing)
        client.wait_for_topics(list(missing))
        logger.info("changed  made the topics %s", ", ".join(sorted(missing)))
    larger = {
        name: topic.partitions
        for name, topic in declared.items()
        if name in found and found[name] < topic.partitions
    }
    for name, topic in declared.items():
        if found.get(name, 0) > topic.partitions:
            raise SetupError(
                f"the topic {name} has {found[name]} partitions and {topic.partitions} are "
                "declared; Kafka takes none back: declare as many as it has, or another topic"
            )
    if larger:
        client.create_partitions(larger)
        logger.info("changed  split the topics %s further", ", ".join(sorted(larger)))
    return len(missing) + len(larger)


def _settings(client: KafkaAdminClient, topic: Topic) -> int:
    """The topic's own settings: declared ones set, all others back to the brokers'."""
    own = _own_settings(client, topic.name)
    changed: dict[str, Any] = {
        **{key: ("SET", value) for key, value in topic.settings.items() if own.get(key) != value},
        **dict.fromkeys(own.keys() - topic.settings.keys(), ("DELETE", None)),
    }
    if changed:
        client.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, topic.name, configs=changed)]
        )
        logger.info("changed  set %s of the topic %s", ", ".join(sorted(changed)), topic.name)
    return len(changed)


def _own_settings(client: KafkaAdminClient, name: str) -> Mapping[str, str]:
    described = client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
    settings = described["topic"][name]
    return {
        key: value["value"] if isinstance(value, Mapping) else value
        for key, value in settings.items()
        if not isinstance(value, Mapping) or _of_topic(value)
    }


def _of_topic(value: Mapping[str, Any]) -> bool:
    source = str(value.get("config_source", value.get("source", ""))).upper()
    return "TOPIC" in source


def _entries(client: KafkaAdminClient, wanted: Iterable[Entry]) -> int:
    listed, _ = client.describe_acls(ANY)
    found = {acl: _entry(acl) for acl in listed}
    declared = set(wanted)
    missing = sorted(declared - set(found.values()))
    if missing:
        told = client.create_acls([_acl(entry) for entry in missing])
        if told["failed"]:
            raise SetupError(f"Kafka refused entries of the access list: {told['failed']}")
        logger.info("changed  %d entries of the access list added", len(missing))
    extra = [acl for acl, entry in found.items() if entry not in declared]
    if extra:
        client.delete_acls([_filter(acl) for acl in extra])
        logger.info("changed  %d entries of the access list taken away", len(extra))
    return len(missing) + len(extra)


def _entry(acl: ACL) -> Entry | None:
    """The entry as it would be declared; None where nothing of ours looks like it."""
    if acl.permission_type is not ACLPermissionType.ALLOW or acl.host != EVERYWHERE:
        return None
    pattern = acl.resource_pattern
    return Entry(
        user=acl.principal.removeprefix("User:"),
        kind=_spelt(pattern.resource_type.name),
        name=pattern.resource_name,
        prefixed=pattern.pattern_type is ACLResourcePatternType.PREFIXED,
        operation=_spelt(acl.operation.name),
    )


def _acl(entry: Entry) -> ACL:
    kind = ACLResourcePatternType.PREFIXED if entry.prefixed else ACLResourcePatternType.LITERAL
    return ACL(
        principal=f"User:{entry.user}",
        host=EVERYWHERE,
        operation=ACLOperation[_constant(entry.operation)],
        permission_type=ACLPermissionType.ALLOW,
        resource_pattern=ResourcePattern(ResourceType[_constant(entry.kind)], entry.name, kind),
    )


def _filter(acl: ACL) -> ACLFilter:
    return ACLFilter(
        principal=acl.principal,
        host=acl.host,
        operation=acl.operation,
        permission_type=acl.permission_type,
        resource_pattern=acl.resource_pattern,
    )


def _internal(name: str) -> bool:
    """Whether Kafka or MirrorMaker made the topic for itself."""
    return name.startswith(("__", "mm2-")) or name.endswith(".internal") or name == "heartbeats"


def _spelt(constant: str) -> str:
    return constant.lower().replace("_", "-")


def _constant(word: str) -> str:
    return word.upper().replace("-", "_")
