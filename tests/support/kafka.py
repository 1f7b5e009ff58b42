"""Real Kafka brokers and a real MirrorMaker 2, as processes set just as the pods are.

    ca = Authority(folder)
    one = Broker(folder / "one", ca).start()     # port: one.port, addresses: one.bootstrap
    one.declare(topics, acls)                    # what the setup Job does, by its own program
    mirror = Mirror(folder / "mirror", ca, one, two, topics=["t"], groups=["g"]).start()
    one.kill()                                   # SIGKILL
    one.client("name")                           # arguments of kafka-python's clients, with TLS

They run the scripts of the image, on the jars of its lock, with configuration that the components
make. Java of this machine runs them.
"""

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from components.streaming.properties import Cluster, Folders, Ports, tls
from components.streaming.topics import Acl, Topic
from components.topic_mirror.flow import End, Flow
from sandbox.images.jars import jars
from sandbox.progress import Step, Steps
from tests.components.apps.loading import COMPONENTS, load

IMAGE = COMPONENTS / "streaming"
CLUSTER_ID = "bWl6YW4tdGVzdC1vbmx5LQ"
BROKER = "broker"
ADMINISTRATOR = "kafka-setup"
MIRROR = "topic-mirror"
HEAP = "-Xms64m -Xmx320m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:CICompilerCount=1"
PATIENCE_SECONDS = 300

issuer = load("certificate_authority", "material")
setup = load("streaming/setup", "declaration", "reconcile")


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class Authority:
    """The platform's certificate authority: whoever it names has a folder with a certificate."""

    def __init__(self, folder: Path) -> None:
        """Make an authority whose certificates go below `folder`."""
        self._folder = folder / "certificates"
        self._one_at_a_time = threading.Lock()  # a reader and a writer ask at once
        self._authority = issuer.material.new_authority(2, datetime.now(tz=UTC), None)

    def of(self, user: str) -> Path:
        """Folder with `tls.crt`, `tls.key` and `ca.crt` of a user, good for `localhost` too."""
        folder = self._folder / user
        with self._one_at_a_time:
            if not folder.exists():
                self._issue(user, folder)
        return folder

    def _issue(self, user: str, folder: Path) -> None:
        now = datetime.now(tz=UTC)
        key, leaf = issuer.material.new_leaf(
            self._authority, [user, "localhost"], [], hours=2, now=now, client=True
        )
        folder.mkdir(parents=True)
        (folder / "tls.key").write_bytes(issuer.material.private_pem(key))
        (folder / "tls.crt").write_bytes(issuer.material.pem(leaf))
        (folder / "ca.crt").write_bytes(self._authority.bundle(now))


class Program:
    """A script of the image, run with what its pod would be given."""

    script: str
    process: subprocess.Popen[bytes] | None = None

    def __init__(self, folder: Path, certificates: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        (folder / "run").mkdir(parents=True, exist_ok=True)
        (folder / "config").mkdir(exist_ok=True)
        self._home = home(folder / "home")
        self._certificates = certificates

    def launch(self) -> None:
        """Start it in a process group of its own."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "sh", str(IMAGE / self.script)],
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={
                    "PATH": os.environ["PATH"],
                    "HOSTNAME": "kafka-0",
                    "KAFKA_HOME": str(self._home),
                    "KAFKA_CONFIG": str(self.folder / "config"),
                    "KAFKA_TLS": str(self._certificates),
                    "KAFKA_IDENTITY": str(self.folder / "run"),
                    "KAFKA_CLUSTER_ID": CLUSTER_ID,
                    "KAFKA_HEAP": HEAP,
                    "LANG": "C.UTF-8",
                },
            )

    def kill(self) -> None:
        """End it and all that it started, with SIGKILL; nothing if it is gone."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def said(self) -> str:
        """What it printed so far."""
        return self.log.read_text() if self.log.exists() else ""


class Broker(Program):
    """A cluster of one broker on loopback."""

    script = "broker.sh"

    def __init__(self, folder: Path, authority: Authority, *, retention_hours: int = 24) -> None:
        """Prepare a broker whose records lie below `folder`; `start` starts it."""
        super().__init__(folder, authority.of(BROKER))
        self.authority = authority
        clients, brokers, controllers = free_ports(3)
        self.cluster = Cluster(
            hosts=["localhost"],
            super_users=[BROKER, ADMINISTRATOR],
            retention_hours=retention_hours,
            ports=Ports(clients=clients, brokers=brokers, controllers=controllers),
            folders=Folders(data=str(folder / "data"), identity=str(folder / "run")),
        )
        self.port = clients
        self.bootstrap = self.cluster.bootstrap()

    def start(self) -> Self:
        """Start it; it answers when this returns."""
        (self.folder / "config" / "broker-0.properties").write_text(self.cluster.properties(0))
        self.launch()
        wait_for(self._answers, f"broker {self.folder.name}", self)
        return self

    def declare(self, topics: Sequence[Topic], acls: Sequence[Acl]) -> None:
        """Bring topics and access list to this state, with the program of the setup Job."""
        document = {
            "bootstrap": self.bootstrap,
            "copies": 1,
            "topics": [topic.document() for topic in topics],
            "acls": [acl.document() for acl in acls],
        }
        declaration = setup.declaration.parse(document)
        with setup.reconcile.connected(
            declaration, self.authority.of(ADMINISTRATOR)
        ) as administration:
            setup.reconcile.run(administration, declaration)

    def client(self, user: str) -> dict[str, Any]:
        """Arguments for a client of kafka-python that shows the certificate of `user`."""
        folder = self.authority.of(user)
        return {
            "bootstrap_servers": self.bootstrap,
            "security_protocol": "SSL",
            "ssl_cafile": str(folder / "ca.crt"),
            "ssl_certfile": str(folder / "tls.crt"),
            "ssl_keyfile": str(folder / "tls.key"),
        }

    def _answers(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Mirror(Program):
    """MirrorMaker 2 from one broker to another. Its source is shown a certificate here; in a
    deployment that is MSK, to which it shows a role."""

    script = "mirror.sh"

    def __init__(
        self,
        folder: Path,
        authority: Authority,
        source: Broker,
        target: Broker,
        *,
        topics: Sequence[str],
        groups: Sequence[str],
    ) -> None:
        """Prepare a mirror; `start` starts it."""
        super().__init__(folder, authority.of(MIRROR))
        security = {"security.protocol": "SSL", **tls(str(folder / "run"))}
        self.flow = Flow(
            source=End(name="region", bootstrap=source.bootstrap, security=security),
            target=End(name="second", bootstrap=target.bootstrap, security=security),
            topics=topics,
            groups=groups,
            copies=1,
            seconds=1,
        )

    def acls(self) -> list[Acl]:
        """What it needs at its target."""
        return self.flow.acls(MIRROR)

    def reads(self) -> list[Acl]:
        """What it needs at its source: what `components.streaming.access.mirror` says of MSK."""
        flow = self.flow
        return [
            *(
                Acl(user=MIRROR, kind="topic", name=topic,
                    operations=("describe", "describe-configs", "read"))
                for topic in flow.topics
            ),
            *(
                Acl(user=MIRROR, kind="group", name=group, operations=("describe",))
                for group in flow.groups
            ),
            Acl(user=MIRROR, kind="cluster", name="kafka-cluster", operations=("describe",)),
        ]  # fmt: skip

    def start(self) -> Self:
        """Start it; nothing has flowed yet when this returns."""
        (self.folder / "config" / "mirror.properties").write_text(self.flow.properties())
        self.launch()
        return self


def home(place: Path) -> Path:
    """A folder like the image's: jars, scripts and how they log."""
    fetched = jars(IMAGE, Step(Steps(), "jars"))
    assert fetched is not None
    place.mkdir(exist_ok=True)
    for name in ("identity.sh", "log4j2.properties"):
        shutil.copy(IMAGE / name, place / name)
    if not (place / "jars").exists():
        (place / "jars").symlink_to(fetched)
    return place


def wait_for(condition: Any, what: str, program: Program) -> None:
    """Until something holds.

    Raises:
        AssertionError: The program ended, or it took too long; with what it printed last.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        ended = program.process is not None and program.process.poll() is not None
        assert not ended, f"{what} ended:\n{program.said()[-4000:]}"
        assert time.monotonic() < deadline, f"{what} took too long:\n{program.said()[-4000:]}"
        time.sleep(0.2)
