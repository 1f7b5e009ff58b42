"""Topics of both sites: a real broker at each, and a real MirrorMaker 2 between them.

The broker of site one plays the data plane of MSK, which the stand-in of AWS does not have.
"""

import hashlib
import threading
import time
from collections.abc import Mapping
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
        wait_for(lambda: len(self._held()) > PARTITIONS, "the first mirrored records", self._mirror)

    def lose(self) -> None:
        """Kill the broker of site one."""
        self._one.kill()
        self._over.set()
        for thread in self._threads:
            thread.join()

    def compare(self, lost_at: datetime) -> Mapping[str, Any]:
        """Each record of site two against the one that was acknowledged at its offset."""
        time.sleep(SETTLING_SECONDS)
        held = self._held()
        known = {at: self._written[at].digest for at in held.keys() & self._written.keys()}
        lost = {at: one.when for at, one in self._written.items() if at not in held}
        positions = self._positions()
        ends = {at: max((o + 1 for p, o in held if p == at), default=0) for at in range(PARTITIONS)}
        oldest = min(lost.values(), default=lost_at)
        return {
            "acknowledged": len(self._written),
            "held": len(held),
            "lost": len(lost),
            "digest_one": _digest(known),
            "digest_two": _digest({at: held[at] for at in known}),
            "rpo_seconds": round((lost_at - oldest).total_seconds(), 3),
            "offsets_of_site_two": ends,
            "group_at_site_one": self._read,
            "group_at_site_two": positions,
            "faults": self._faults(held, known, lost.keys(), positions),
        }

    def end(self) -> None:
        """Kill what still runs."""
        self._over.set()
        for program in (self._one, self._mirror, self._two):
            program.kill()

    def _faults(
        self,
        held: Mapping[Position, str],
        known: Mapping[Position, str],
        lost: Any,
        positions: Mapping[int, int],
    ) -> list[str]:
        wrong = [at for at, digest in known.items() if held[at] != digest]
        # What is there, is there without a gap: only a partition's end may be missing.
        gaps = [at for at in lost if any(p == at[0] and o > at[1] for p, o in held)]
        ahead = [at for at, offset in positions.items() if offset > self._read.get(at, 0)]
        return [
            *(f"another record at partition {p}, offset {o}" for p, o in wrong),
            *(f"a gap at partition {p}, offset {o}" for p, o in gaps),
            *(f"the group would leave out records of partition {p}" for p in ahead),
            *([] if known else ["nothing was mirrored"]),
            *([] if positions else ["no position of the group was mirrored"]),
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

    def _held(self) -> dict[Position, str]:
        """Partition and offset of every record of site two, and the SHA-256 of it."""
        reader = KafkaConsumer(**self._two.client(READER), isolation_level="read_committed")
        partitions = [TopicPartition(TOPIC, at) for at in range(PARTITIONS)]
        reader.assign(partitions)
        ends = reader.end_offsets(partitions)
        reader.seek_to_beginning()
        found: dict[Position, str] = {}
        deadline = time.monotonic() + READ_SECONDS
        while any(reader.position(one) < ends[one] for one in partitions):
            assert time.monotonic() < deadline, f"only {len(found)} records of {ends} could be read"
            for batch in reader.poll(timeout_ms=500).values():
                for record in batch:
                    digest = hashlib.sha256(record.value).hexdigest()
                    found[record.partition, record.offset] = digest
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


def _digest(records: Mapping[Position, str]) -> str:
    lines = "".join(f"{p} {o} {records[p, o]}\n" for p, o in sorted(records))
    return hashlib.sha256(lines.encode()).hexdigest()
