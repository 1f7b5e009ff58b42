"""Real brokers set as the pods are: who gets in, and what a mirror holds when its source is lost.

The mirror shows its source a certificate. In a deployment the source is MSK, to which it shows a
role of IAM: that part, and only that, is not tried here.
"""

import ssl
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from components.streaming.topics import Acl, Topic, TopicAccess, TopicGrant, acls_of
from tests.support.kafka import ADMINISTRATOR, Authority, Broker, Mirror, setup, wait_for

pytestmark = pytest.mark.acceptance

TOPIC = "flights.events"
PARTITIONS = 3
READER = "landing"
WRITER = "gateway"
STRANGER = "serving"
TOPICS = [Topic(name=TOPIC, partitions=PARTITIONS, retention_hours=5)]
GRANTS: list[Acl] = [
    *acls_of(TopicGrant(user=WRITER, topic=TOPIC, access=TopicAccess.WRITE)),
    *acls_of(TopicGrant(user=READER, topic=TOPIC, access=TopicAccess.READ)),
]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def source(tmp_path: Path, authority: Authority) -> Iterator[Broker]:
    broker = Broker(tmp_path / "one", authority)
    try:
        yield broker.start()
    finally:
        broker.kill()


def producer(broker: Broker, user: str) -> KafkaProducer:
    return KafkaProducer(
        **broker.client(user),
        acks="all",
        enable_idempotence=True,
        key_serializer=str.encode,
        value_serializer=str.encode,
    )


def consumer(broker: Broker, user: str, group: str | None) -> KafkaConsumer:
    return KafkaConsumer(
        **broker.client(user),
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
    )


def write(broker: Broker, values: range, user: str = WRITER) -> None:
    out = producer(broker, user)
    sent = [out.send(TOPIC, key=str(value % 7), value=str(value)) for value in values]
    for one in sent:
        one.get(timeout=30)
    out.close()


def records(broker: Broker, user: str = READER) -> dict[int, list[tuple[int, str]]]:
    """What a topic holds: for each partition, each record's offset and value."""
    reader = consumer(broker, user, None)
    partitions = [TopicPartition(TOPIC, at) for at in range(PARTITIONS)]
    reader.assign(partitions)
    ends = reader.end_offsets(partitions)
    reader.seek_to_beginning()
    found: dict[int, list[tuple[int, str]]] = {at: [] for at in range(PARTITIONS)}
    deadline = time.monotonic() + 60
    while any(reader.position(one) < ends[one] for one in partitions):
        assert time.monotonic() < deadline, f"only {found} of {ends} could be read"
        for batch in reader.poll(timeout_ms=500).values():
            for record in batch:
                found[record.partition].append((record.offset, record.value.decode()))
    reader.close()
    return found


def values(broker: Broker) -> dict[int, list[str]]:
    return {at: [value for _, value in held] for at, held in records(broker).items()}


def positions(broker: Broker, group: str) -> dict[int, int]:
    with setup.reconcile.connected(
        setup.declaration.parse(
            {"bootstrap": broker.bootstrap, "copies": 1, "topics": [], "acls": []}
        ),
        broker.authority.of(ADMINISTRATOR),
    ) as client:
        listed: Any = client.list_group_offsets(group)
    known = listed.get(group, listed)
    # Who read nothing of a partition begins at its beginning, also where nobody says so.
    return {one.partition: held.offset for one, held in known.items() if held.offset > 0}


def test_a_broker_lets_in_only_who_shows_a_certificate_and_does_only_what_was_granted(
    source: Broker,
) -> None:
    source.declare(TOPICS, GRANTS)

    # Those who were named, with what they were granted.
    write(source, range(20))
    assert sorted(int(v) for held in values(source).values() for v in held) == list(range(20))

    # In the clear, nobody is understood.
    with pytest.raises(KafkaError):
        KafkaConsumer(bootstrap_servers=source.bootstrap, bootstrap_timeout_ms=4000).topics()

    # Over TLS without a certificate of one's own, or with one of another authority, nobody gets in.
    known = source.client(READER)
    nameless = {key: known[key] for key in ("bootstrap_servers", "security_protocol", "ssl_cafile")}
    with pytest.raises((KafkaError, ssl.SSLError)):
        KafkaConsumer(**nameless, bootstrap_timeout_ms=4000).topics()
    foreign = Broker(source.folder / "foreign", Authority(source.folder / "foreign")).client(READER)
    with pytest.raises((KafkaError, ssl.SSLError)):
        KafkaConsumer(
            **{**foreign, "bootstrap_servers": source.bootstrap, "ssl_cafile": known["ssl_cafile"]},
            bootstrap_timeout_ms=4000,
        ).topics()

    # A user that nobody granted anything sees no topic; a reader may not write, a writer not read.
    assert TOPIC not in consumer(source, STRANGER, None).topics()
    for user in (STRANGER, READER):
        with pytest.raises(KafkaError, match=r"(?i)authoriz"):
            write(source, range(1), user)
    with pytest.raises(KafkaError, match=r"(?i)authoriz"):
        records(source, WRITER)


def test_what_is_declared_anew_is_brought_about_and_nothing_else(source: Broker) -> None:
    wanted = {"bootstrap": source.bootstrap, "copies": 1}
    first = setup.declaration.parse(
        {**wanted, "topics": [t.document() for t in TOPICS], "acls": [a.document() for a in GRANTS]}
    )
    with setup.reconcile.connected(first, source.authority.of(ADMINISTRATOR)) as client:
        assert setup.reconcile.run(client, first) > 0
        assert setup.reconcile.run(client, first) == 0
        larger = Topic(name=TOPIC, partitions=PARTITIONS + 1)
        other = setup.declaration.parse(
            {**wanted, "topics": [larger.document()], "acls": [GRANTS[0].document()]}
        )
        # One more partition, one setting back to the brokers', and the reader's three rights gone.
        assert setup.reconcile.run(client, other) == 1 + 1 + 3
        assert setup.reconcile.run(client, other) == 0
        with pytest.raises(setup.declaration.SetupError, match="has 4 partitions and 3 are"):
            setup.reconcile.run(client, first)
    with pytest.raises(KafkaError, match=r"(?i)authoriz"):
        records(source, READER)


def test_a_second_site_goes_on_where_readers_were_when_the_first_is_lost(
    source: Broker, authority: Authority, tmp_path: Path
) -> None:
    target = Broker(tmp_path / "two", authority)
    mirror = Mirror(tmp_path / "mirror", authority, source, target, topics=[TOPIC], groups=[READER])
    try:
        target.start()
        source.declare(TOPICS, [*GRANTS, *mirror.reads()])
        target.declare(TOPICS, [*GRANTS, *mirror.acls()])
        write(source, range(20))
        mirror.start()
        wait_for(lambda: values(target) == values(source), "the first records", mirror)

        # Written, read by a group that says how far it came, and mirrored all the while.
        group = consumer(source, READER, READER)
        group.subscribe([TOPIC])
        read = 0
        for start in range(20, 520, 25):
            write(source, range(start, start + 25))
            read += sum(map(len, group.poll(timeout_ms=500, max_records=25).values()))
            group.commit()
        there, came = values(source), positions(source, READER)
        wait_for(lambda: values(target) == there, "mirrored records", mirror)
        wait_for(lambda: positions(target, READER).keys() == came.keys(), "positions", mirror)

        # The last records before the loss, of which those that are not mirrored yet are lost.
        write(source, range(520, 545))
        there = values(source)
        source.kill()
        time.sleep(3)
        held, resumed = records(target), positions(target, READER)
    finally:
        mirror.kill()
        target.kill()

    # What is there, is there once and in order, without a gap before it.
    lost = again = 0
    for at, part in held.items():
        found = [value for _, value in part]
        assert found == there[at][: len(found)]
        lost += len(there[at]) - len(found)
        # A group never goes on behind what it had read; a part it reads again.
        behind = sum(offset < resumed.get(at, 0) for offset, _ in part)
        assert behind <= came.get(at, 0)
        again += came.get(at, 0) - behind
    sys.stdout.write(f"read {read}, then lost {lost} records, and read {again} again\n")
    assert read >= 200
    assert lost <= 25
    assert again < read
