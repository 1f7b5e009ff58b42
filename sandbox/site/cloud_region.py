"""A cloud region on this machine: AWS is played beside the cluster, the cluster really runs.

Everything of the cluster is held to what the smallest node of a small company has. Nothing that is
deployed knows of it: names, certificates, identities and nodes are as the program asked AWS for.
"""

import json
import os
import secrets
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any, Final

from environments import CloudRegion, Environment
from sandbox import deployment, foreign, machine, project
from sandbox.aws import running
from sandbox.cluster import Cluster, groups, managed, pki
from sandbox.cluster.address import Addresses
from sandbox.cluster.specification import Limits, Provider, Specification
from sandbox.deployment import Stack
from sandbox.faults import SandboxError
from sandbox.files import replace as write
from sandbox.images import build_all, images
from sandbox.layout import Layout
from sandbox.ports import ports
from sandbox.progress import Step
from sandbox.recovery import Seeker
from sandbox.rehearsal import aws_command, inventory
from sandbox.rehearsal.cloud import STAND_INS, Cloud
from sandbox.rehearsal.seeking import Seeking
from sandbox.site.embedded import Embedded
from sandbox.verification import Reader

LIMITS: Final = Limits(cpus=2, memory_gib=8)
"""What an m7g.large has, the node of a small company."""
SERVICE_CIDR: Final = "172.20.0.0/16"
"""Range of Services in a cluster of EKS."""
HTTPS: Final = 443
ELASTIC, DOOR = "karpenter", "load-balancer-controller"
"""Images of the controllers of elastic pools, and of the load balancer's targets."""
NODE_PLACE: Final = 10
"""Place of the node's address in the network: in the first subnet for nodes."""


class Region:
    """A region with one embedded node in it.

    Args:
        environment: What is brought up.
        region: Its site.
        layout: Where its files are.
    """

    providers: Sequence[str] = ("aws", "kubernetes")

    def __init__(self, environment: Environment, region: CloudRegion, layout: Layout) -> None:
        self.kubeconfig = layout.kubeconfig
        self._environment = environment
        self._region = region.region
        self._layout = layout
        self._node = Embedded(environment, layout, self._surroundings())
        self._memory: HighestMemory | None = None

    def _surroundings(self) -> Mapping[str, Any]:
        network = self._environment.network
        cidr = network.cidr if network else "10.0.0.0/16"
        return {
            "addresses": Addresses(
                node_ip=str(IPv4Network(cidr)[NODE_PLACE]),
                api_port=HTTPS,
                service_cidr=SERVICE_CIDR,
            ),
            "limits": LIMITS,
            "provider": Provider(ports().store, self._environment.account, self._region),
            "exposed": {ports().serving: "serving/serving:8443"},
        }

    def require(self) -> None:
        """Only root makes namespaces and mounts; the user's own account stays out of it."""
        machine.require_root()
        foreign.forget()

    def prepare(self, step: Step) -> None:
        """As for any embedded cluster.

        Raises:
            SandboxError: What played AWS is gone, and with it all that the stack knows.
        """
        if self._running() is None:
            if (self._layout.aws / "stand-in.json").exists() and self._backend.exists():
                raise SandboxError(
                    f"What played AWS for {self._environment.name} has ended, and what it held is "
                    "lost.",
                    f"`make down ENV={self._environment.name}`, then bring it up anew.",
                )
            self._node.prepare(step)

    def start(self, step: Step) -> Cluster:
        """Start AWS, then the cluster that plays its managed one, or find both running."""
        spec = self._node.specified(step)
        pki.ensure(spec.folder / "pki", spec.addresses)
        self._admit(spec)
        running.start(
            self._layout.aws,
            account=self._environment.account,
            region=self._region,
            cluster_endpoint=f"https://127.0.0.1:{spec.api_port}",
            cluster_ca=spec.folder / "pki" / "cluster-ca.crt",
            port=ports().store,
        )
        born = self._layout.aws / "born.json"
        if not born.exists():
            write(born, json.dumps(sorted(inventory.born(self._cloud))))
        cluster = self._node.start(step)
        self._memory = HighestMemory(spec.cgroup)
        return cluster

    def _admit(self, spec: Specification) -> None:
        """Give the cluster a token that stands for the identity of whoever deploys."""
        kept = self._bin / "token"
        token = kept.read_text() if kept.exists() else secrets.token_urlsafe(32)
        aws_command.install(self._bin, token)
        managed.allow(spec, token)

    def link_tools(self, step: Step) -> None:
        """As for any embedded cluster."""
        self._node.link_tools(step)

    def provide_images(self, cluster: Cluster, step: Step) -> None:
        """Build them, and put those that are deployed into the node."""
        there = images(cloud=True, sections=self._environment.sections)
        wanted = [one for one in there if not one.cloud or one.name in self._controllers()]
        built = build_all(wanted, step, prune_others=False)
        seeded = [
            replace(one, image=replace(one.image, seeded=one.image.seeded or one.image.deployed))
            for one in built.values()
        ]
        self._node.seed(built, seeded, cluster, step)

    def _controllers(self) -> set[str]:
        """What a cloud alone deploys, and this environment asks for."""
        return {ELASTIC, *([DOOR] if self._environment.edge else [])}

    def settings(self, cluster: Cluster) -> Mapping[str, str]:
        """None: the program asks AWS."""
        del cluster
        return {}

    def stack(self, variables: Mapping[str, str]) -> Stack:
        """A stack apart from the user's own, which may be of a real account."""
        self._backend.mkdir(parents=True, exist_ok=True)
        return Stack(
            name=self._environment.name,
            variables={
                **variables,
                **self._cloud.variables,
                "PULUMI_BACKEND_URL": f"file://{self._backend}",
                "PATH": f"{self._bin}{os.pathsep}{variables['PATH']}",
            },
            project=project.make(self._layout.state / "project"),
        )

    def seekers(self, stack: Stack) -> Sequence[Seeker]:
        """What AWS holds and the stack does not know."""
        born = json.loads((self._layout.aws / "born.json").read_text())
        known_first = frozenset(tuple(one) for one in born)

        def unknown() -> list[inventory.Thing]:
            found = deployment.exported(stack)["deployment"].get("resources", [])
            return inventory.besides(self._cloud, known_first, inventory.known(found))

        account = self._environment.account
        return [Seeking(self._cloud.variables, account, self._region, unknown)]

    def reader(self, cluster: Cluster, outputs: Mapping[str, Any]) -> Reader:
        """Reads the bucket of models in the account."""
        del cluster
        client, bucket = self._cloud.client("s3"), outputs["bucketNames"]["models"]
        return lambda key: client.get_object(Bucket=bucket, Key=key)["Body"].read().decode()

    @contextmanager
    def reached(self, cluster: Cluster) -> Iterator[None]:
        """Its keeper holds the ports as long as it runs."""
        with self._node.reached(cluster):
            yield

    @property
    def peak_memory_gib(self) -> float | None:
        """Of all the cluster's processes, pods too."""
        return self._node.peak_memory_gib

    @property
    def held_to(self) -> Mapping[str, float] | None:
        """As the machine's control groups say it."""
        if self._memory is None:
            return None
        return self._memory.facts()

    @property
    def stand_ins(self) -> list[str]:
        """Everything that is not AWS's own."""
        return [
            *STAND_INS,
            aws_command.STAND_IN,
            "embedded single-node Kubernetes in namespaces (for EKS, and a machine in its pool)",
            "that one node for every pool, Karpenter's too: it takes their pods, and none joins",
            "no machine images: Karpenter runs and reads its pools, and can start no machine",
            "CoreDNS, network policies and Services of the sandbox (for the add-ons of EKS)",
            "encrypted file system of the node (for EBS volumes)",
            "names and TLS of the network's endpoints, before moto (for AWS's own)",
            "webhook and agent that know the associations and check tokens (for EKS Pod Identity)",
            "authority that containers trust (for those that sign AWS's certificates)",
            "images built here, for this machine's processor, and put into the node (for ECR)",
        ]

    @property
    def _bin(self) -> Path:
        return self._layout.state / "bin"

    @property
    def _backend(self) -> Path:
        return self._layout.state / "stack"

    def _running(self) -> str | None:
        return running.running(self._layout.aws)

    @property
    def _cloud(self) -> Cloud:
        url = self._running()
        if url is None:
            raise SandboxError(
                f"What plays AWS has ended; its log is {self._layout.aws / 'log'}.",
                f"`make down ENV={self._environment.name}`, then bring it up anew.",
            )
        return Cloud(url, self._region)


class HighestMemory:
    """Looks again and again how much a control group holds.

    Args:
        group: Its name.
        period_seconds: Time between two looks.
    """

    def __init__(self, group: str, period_seconds: float = 1.0) -> None:
        self._group = group
        self._period = period_seconds
        self._working = self._kills = 0
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        while True:
            try:
                now = groups.memory(self._group)
            except OSError:
                continue  # a pod's group went while we looked
            finally:
                time.sleep(self._period)
            self._working = max(self._working, now.working)
            self._kills = max(self._kills, now.kills)

    def facts(self) -> dict[str, float]:
        """The limits, and the most that was seen."""
        return {
            "cpus": groups.cpus(self._group),
            "memory_gib": groups.memory(self._group).limit / 2**30,
            "working_set_gib": round(self._working / 2**30, 2),
            "out_of_memory_kills": self._kills,
        }
