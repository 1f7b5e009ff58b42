"""Topics of both sites: a real broker at each, and a real MirrorMaker 2 between them.

The broker of site one plays the data plane of MSK, which the stand-in of AWS does not have.
"""

import hashlib
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from components.streaming.topics import Acl, Topic, TopicAccess, TopicGrant, acls_of
from tests.support.kafka import Authority, Broker, Mirror, wait_for

TOPIC = "flights.events"
PARTITIONS = 3
READER = "landing"
WRITER = "gateway"
GRANTS: list[Acl] = [
    *acls_of(TopicGrant(user=WRITER, topic=TOPIC, access=TopicAccess.WRITE)),
    *acls_of(TopicGrant(user=READER, topic=TOPIC, access=TopicAccess.READ)),
]
PAUSE_SECONDS = 0.05
SETTLING_SECONDS = 5
"""What the mirror had read before the loss, it may still be writing."""
READ_SECONDS = 60

Position = tuple[int, int]
"""Partition and offset."""


@dataclass(frozen=True)
class Acknowledged:
    """A record that site one took: when, and the SHA-256 of it."""

    when: datetime
    digest: str


class Topics:
    """A writer and a group of readers at site one, and what site two has of both."""

    name = "topics"
    stand_ins = (
        "a Kafka broker of one process at site one (for MSK), and one at site two (for its pods)",
        "MirrorMaker 2 as a process, which shows its source a certificate (for a role of IAM)",
    )

    def __init__(self, folder: Path) -> None:
        """Prepare brokers and mirror below `folder`; `begin` starts them."""
        authority = Authority(folder)
        self._one = Broker(folder / "one", authority)
        self._two = Broker(folder / "two", authority)
        self._mirror = Mirror(
            folder / "mirror", authority, self._one, self._two, topics=[TOPIC], groups=[READER]
        )
        self._written: dict[Position, Acknowledged] = {}
        self._read: dict[int, int] = {}
        self._over = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True)
                         for work in (self._write, self._follow)]  # fmt: skip

    def begin(self) -> None:
        """Start all of it, and wait until records arrive at site two."""
        topics = [Topic(name=TOPIC, partitions=PARTITIONS, retention_hours=5)]
        self._one.start()
        self._two.start()
        self._one.declare(topics, [*GRANTS, *self._mirror.reads()])
        self._two.declare(topics, [*GRANTS, *self._mirror.acls()])
        self._mirror.start()
        for thread in self._threads:
            thread.start()
        wait_for(lambda: any(self._held().values()), "the first mirrored records", self._mirror)
        wait_for(self._positions, "the first mirrored position of the group", self._mirror)

    def lose(self) -> None:
        """Kill the broker of site one."""
        self._one.kill()
        self._over.set()
        for thread in self._threads:
            thread.join()

    def compare(self, lost_at: datetime) -> Mapping[str, Any]:
        """Each partition of site two against what was acknowledged of it, in order.

        Offsets differ between the sites: the mirror writes in transactions, whose marks take
        offsets too. What is compared is the order of records, and how many a group has behind it.
        """
        time.sleep(SETTLING_SECONDS)
        held, positions = self._held(), self._positions()
        there = {
            at: [self._written[at, offset] for partition, offset in sorted(self._written)
                 if partition == at]
            for at in range(PARTITIONS)
        }  # fmt: skip
        both = {at: min(len(there[at]), len(held[at])) for at in there}
        lost = [one.when for at, records in there.items() for one in records[both[at] :]]
        oldest = min(lost, default=lost_at)
        behind = {at: sum(offset < positions[at] for offset, _ in held[at]) for at in positions}
        facts = {
            "acknowledged": len(self._written),
            "held": sum(map(len, held.values())),
            "lost": len(lost),
            "digest_one": _digest({at: [one.digest for one in records[: both[at]]]
                                   for at, records in there.items()}),
            "digest_two": _digest({at: [digest for _, digest in records[: both[at]]]
                                   for at, records in held.items()}),
            "rpo_seconds": round((lost_at - oldest).total_seconds(), 3),
            "read_by_the_group_at_site_one": dict(sorted(self._read.items())),
            "read_by_the_group_at_site_two": behind,
        }  # fmt: skip
        return {**facts, "faults": self._faults(facts)}

    def end(self) -> None:
        """Kill what still runs."""
        self._over.set()
        for program in (self._one, self._mirror, self._two):
            program.kill()

    def _faults(self, facts: Mapping[str, Any]) -> list[str]:
        behind: Mapping[int, int] = facts["read_by_the_group_at_site_two"]
        ahead = [at for at, count in behind.items() if count > self._read.get(at, 0)]
        same = facts["digest_one"] == facts["digest_two"]
        return [
            *([] if same else ["other records, or in another order, than site one acknowledged"]),
            *([] if facts["held"] else ["nothing was mirrored"]),
            *([] if behind else ["no position of the group was mirrored"]),
            *(f"the group would leave out records of partition {at}" for at in ahead),
        ]

    def _write(self) -> None:
        out = KafkaProducer(**self._one.client(WRITER), acks="all", enable_idempotence=True)
        number = 0
        while not self._over.wait(PAUSE_SECONDS):
            body = b"%d" % number
            try:
                taken = out.send(TOPIC, key=b"%d" % (number % 7), value=body).get(timeout=5)
            except KafkaError:
                break
            self._written[taken.partition, taken.offset] = Acknowledged(
                datetime.now(UTC), hashlib.sha256(body).hexdigest()
            )
            number += 1
        with suppress(KafkaError):
            out.close(timeout=1)

    def _follow(self) -> None:
        """Read as a group that says how far it came."""
        reader = KafkaConsumer(
            TOPIC, **self._one.client(READER), group_id=READER, auto_offset_reset="earliest",
            enable_auto_commit=False,
        )  # fmt: skip
        while not self._over.is_set():
            try:
                for at, batch in reader.poll(timeout_ms=500).items():
                    self._read[at.partition] = batch[-1].offset + 1
                reader.commit()
            except KafkaError:
                break

    def _held(self) -> dict[int, list[tuple[int, str]]]:
        """Of each partition of site two: offset and SHA-256 of every record, in order."""
        reader = KafkaConsumer(**self._two.client(READER), isolation_level="read_committed")
        partitions = [TopicPartition(TOPIC, at) for at in range(PARTITIONS)]
        reader.assign(partitions)
        ends = reader.end_offsets(partitions)
        reader.seek_to_beginning()
        found: dict[int, list[tuple[int, str]]] = {at: [] for at in range(PARTITIONS)}
        deadline = time.monotonic() + READ_SECONDS
        while any(reader.position(one) < ends[one] for one in partitions):
            assert time.monotonic() < deadline, f"only {found} of {ends} could be read"
            for batch in reader.poll(timeout_ms=500).values():
                for record in batch:
                    digest = hashlib.sha256(record.value).hexdigest()
                    found[record.partition].append((record.offset, digest))
        reader.close()
        return found

    def _positions(self) -> dict[int, int]:
        reader = KafkaConsumer(
            **self._two.client(READER), group_id=READER, enable_auto_commit=False
        )
        partitions = [TopicPartition(TOPIC, at) for at in range(PARTITIONS)]
        reader.assign(partitions)
        found = {one.partition: reader.committed(one) for one in partitions}
        reader.close()
        return {at: offset for at, offset in found.items() if offset}


def _digest(records: Mapping[int, Sequence[str]]) -> str:
    lines = "".join(f"{at} {digest}\n" for at in sorted(records) for digest in records[at])
    return hashlib.sha256(lines.encode()).hexdigest()
