"""Runs in a pod: `topic_reader BROKERS USER TOPIC...` says in JSON what the brokers let it do."""

import json
import socket
import ssl
import sys
import time

from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError

IDENTITY = "/etc/mizan/tls"
WAIT_SECONDS = 10
JOINING_SECONDS = 90
VERSIONS = bytes.fromhex("0000000a00120000000000000000")
"""The first thing that a client asks: which requests the broker knows. Brokers answer anybody."""


def read(known, user, topics):
    """Partitions of every topic that the user sees, and those that its group reads of the asked."""
    reader = KafkaConsumer(*topics, **known, group_id=user, auto_offset_reset="earliest")
    seen = {name: len(reader.partitions_for_topic(name)) for name in reader.topics()}
    end = time.monotonic() + JOINING_SECONDS
    while not reader.assignment() and time.monotonic() < end:
        reader.poll(timeout_ms=1000)
    reader.poll(timeout_ms=1000)
    assigned = [one.topic for one in reader.assignment()]
    reader.close()
    return seen, {name: assigned.count(name) for name in topics}


def written(known, topic):
    """Name of the error with which a record is refused."""
    # Without a number of its own, which is asked of the cluster: the topic itself is to refuse.
    producer = KafkaProducer(**known, acks="all", enable_idempotence=False)
    try:
        producer.send(topic, b"1").get(30)
    except KafkaError as error:
        return type(error).__name__
    return "taken"


def plaintext(address):
    """What becomes of a request without TLS."""
    with socket.create_connection(address, WAIT_SECONDS) as way:
        way.sendall(VERSIONS)
        try:
            # TLS says with an alert, which is no answer of Kafka's, that this is none.
            said = way.recv(64)
        except ConnectionResetError:
            return "closed"
    return "closed" if said[:1] in {b"", b"\x15"} else "answered"


def nameless(address):
    """What becomes of a request over TLS from somebody without a certificate."""
    context = ssl.create_default_context(cafile=f"{IDENTITY}/ca.crt")
    try:
        with (
            socket.create_connection(address, WAIT_SECONDS) as way,
            context.wrap_socket(way, server_hostname=address[0]) as channel,
        ):
            channel.sendall(VERSIONS)
            return "answered" if channel.recv(64) else "closed"
    except ssl.SSLError as error:
        return "refused" if "CERTIFICATE_REQUIRED" in str(error).upper() else repr(error)


def main(brokers, user, topics):
    """Ask everything, and say it."""
    host, port = brokers.split(":")
    known = {
        "bootstrap_servers": brokers,
        "security_protocol": "SSL",
        "ssl_cafile": f"{IDENTITY}/ca.crt",
        "ssl_certfile": f"{IDENTITY}/tls.crt",
        "ssl_keyfile": f"{IDENTITY}/tls.key",
    }
    seen, assigned = read(known, user, topics)
    found = {
        "partitions": seen,
        "assigned": assigned,
        "written": {topic: written(known, topic) for topic in topics},
        "plaintext": plaintext((host, int(port))),
        "nameless": nameless((host, int(port))),
    }
    sys.stdout.write(f"{json.dumps(found)}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
