"""Site two: a real cluster with the stack of the second site, which copies and serves."""

import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from environments import Environment, OnPremises, load
from environments.loader import VARIABLE as ENVIRONMENTS
from sandbox import deployment, workspace
from sandbox.cluster import Cluster
from sandbox.deployment import Deployment, Stack
from sandbox.faults import SandboxError
from sandbox.https import Service, secret
from sandbox.layout import Layout
from sandbox.loss import remains
from sandbox.loss.region import Expected, Region, digests
from sandbox.ports import ports
from sandbox.progress import Step
from sandbox.rehearsal.place import Place
from sandbox.site.embedded import Embedded

IMAGES: Final = (
    "issuer", "registry", "token-service", "object-store", "object-store-setup", "replication",
    "image-replication", "serving",
)  # fmt: skip
"""What a second site deploys that trains nothing."""
COPYING: Final = "replication"
CREDENTIAL: Final = "primary-store-credential"
COMPLETE: Final = "replication/complete.json"
PORT: Final = 443
PATIENCE_SECONDS: Final = 600
PAUSE_SECONDS: Final = 1.0

STAND_INS = (
    "an address in the cluster that a Unix socket leads to the region's S3 from (for the link)",
    "a fixed credential of the region's S3, which checks none (for IAM Roles Anywhere)",
)


@dataclass(frozen=True)
class Answer:
    """One prediction of site two that is what the region's release says."""

    variant: str
    given: float
    wanted: float


@dataclass(kw_only=True)
class Second:
    """Site two.

    Attributes:
        name: Name of the site.
        stack: Its stack, whose state the region does not hold.
        cluster: Its cluster.
        embedded: What plays it.
        layout: Where its files are.
        logs: Folder of logs.
    """

    name: str
    stack: Stack
    cluster: Cluster
    embedded: Embedded
    layout: Layout
    logs: Path
    _declared: dict[str, Any] = field(default_factory=dict)

    def up(self, region: Region, far: str, step: Step, log: str) -> Deployment:
        """Preview with the pack and update, as the operator of the site does.

        Args:
            region: Gives what the site has to be told, while it stands.
            far: Address of the region's S3 behind the link.
            step: Shows what goes on.
            log: Name of the log.
        """
        settings = {
            **self.embedded.settings(self.cluster),
            "mizan:copiedBuckets": json.dumps(dict(region.buckets)),
            "mizan:copiedEndpoint": f"https://{far}",
            "mizan:releaseKey": region.public,
        }
        deployment.configure(self.stack, settings)
        return self.up_again(step, log)

    def up_again(self, step: Step, log: str) -> Deployment:
        """Preview with the pack and update, with what the site was told before."""
        return deployment.up(self.stack, step, self.logs / f"{log}.log")

    @contextmanager
    def credential_given(self, region: Region, account: str) -> Iterator[None]:
        """While it lasts, put the region's credential there as soon as its namespace is."""
        over = threading.Event()
        words = (
            "-n", COPYING, "create", "secret", "generic", CREDENTIAL,
            f"--from-literal=access_key={account}", f"--from-literal=secret_key={account}",
            f"--from-file=ca.crt={region.authority}",
        )  # fmt: skip

        def give() -> None:
            while not over.wait(PAUSE_SECONDS):
                try:
                    self.cluster.ask(*words)
                except SandboxError:
                    continue  # no namespace yet
                return

        giving = threading.Thread(target=give, daemon=True)
        giving.start()
        try:
            yield
        finally:
            over.set()
            giving.join()

    @property
    def declared(self) -> Mapping[str, Any]:
        """What the copying was told, as its Job reads it."""
        if not self._declared:
            shown = self.cluster.ask("-n", COPYING, "get", "configmap", COPYING, "-o", "json")
            self._declared = json.loads(json.loads(shown)["data"]["declaration.json"])
        return self._declared

    def copies(self, region: Region) -> dict[str, str]:
        """Bucket in the program -> bucket here with its copies."""
        told: Mapping[str, str] = self.declared["buckets"]
        return {name: told[there] for name, there in region.buckets.items() if there in told}

    def complete(self, s3: Any) -> dict[str, Any] | None:
        """The report of the last run that copied everything; None before the first."""
        try:
            body = s3.get_object(Bucket=self.declared["report_bucket"], Key=COMPLETE)["Body"]
            report: dict[str, Any] = json.loads(body.read())
        except (ClientError, BotoCoreError):
            return None
        return report

    def await_complete(self, s3: Any, after: datetime, step: Step) -> dict[str, Any]:
        """The report of a complete run that began after a moment.

        Raises:
            SandboxError: None did in time.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            report = self.complete(s3)
            if report and datetime.fromisoformat(report["started"]) > after:
                return report
            step.waiting_for = "a complete run of the copying"
            time.sleep(PAUSE_SECONDS)
        raise SandboxError(
            f"No run of the copying that began after {after:%H:%M:%S} was complete in "
            f"{PATIENCE_SECONDS} s.",
            f"`kubectl --kubeconfig {self.cluster.kubeconfig} -n {COPYING} logs "
            "-l app.kubernetes.io/name=replication` says why.",
        )

    def s3(self) -> Any:
        """The store of the site, by the account that the copying has."""
        credential = secret(self.cluster, COPYING, "store-credential")
        authority = self.layout.state / "store-ca.crt"
        authority.write_text(credential["ca.crt"])
        return boto3.client(
            "s3",
            endpoint_url=self.declared["target"]["endpoint"],
            region_name=self.declared["target"]["region"],
            verify=str(authority),
            aws_access_key_id=credential["access_key"],
            aws_secret_access_key=credential["secret_key"],
            config=Config(s3={"addressing_style": "path"}),
        )

    @contextmanager
    def resolved(self) -> Iterator[None]:
        """While it lasts, the name of the site's store leads to its loopback port, as it is."""
        host = self.declared["target"]["endpoint"].removeprefix("https://").partition(":")[0]
        real: Any = socket.getaddrinfo

        def found(name: Any, port: Any, *given: Any, **named: Any) -> Any:
            where = ("127.0.0.1", ports().store) if name == host else (name, port)
            return real(*where, *given, **named)

        vars(socket)["getaddrinfo"] = found
        try:
            yield
        finally:
            vars(socket)["getaddrinfo"] = real

    def held(self, s3: Any, copies: Mapping[str, str]) -> dict[tuple[str, str], str]:
        """SHA-256 of every object of the copies."""
        return {
            (name, key): digest
            for name, bucket in copies.items()
            for key, digest in digests(s3, bucket).items()
        }

    def serving(self) -> Service:
        """The door of the site's predictions."""
        authority = self.layout.state / "serving-ca.crt"
        if not authority.exists():
            authority.write_text(secret(self.cluster, "serving", "serving-tls")["ca.crt"])
        return Service("serving.serving.svc.cluster.local", 8443, ports().serving, authority)

    def answers(self, expected: Expected) -> list[Answer]:
        """A prediction of each variant, from the very release that the region signed.

        Raises:
            SandboxError: It does not answer, or answers otherwise than that release says.
        """
        service, model = self.serving(), expected.model
        told = json.loads(service.request(f"/v2/models/{model}"))["parameters"]["variants"]
        versions = {name: one["version"] for name, one in told.items()}
        if versions != expected.versions:
            raise SandboxError(
                f"Site {self.name} serves {versions}; the region released {expected.versions}.",
                "see the logs of namespace serving.",
            )
        if f'signed_by="{expected.key}"' not in service.request("/metrics"):
            raise SandboxError(
                f"Site {self.name} serves what another key than {expected.key} signed.",
                "compare mizan:releaseKey with the region's.",
            )
        found = []
        for name, example in expected.examples.items():
            body = service.request(f"/v2/models/{model}/versions/{name}/infer", example["request"])
            given = json.loads(body)["outputs"][0]["data"][0]
            if abs(given - example["probability"]) > example["tolerance"]:
                raise SandboxError(
                    f"Variant {name} answered {given}; the release says {example['probability']}.",
                    "the served model is not the released one: see the logs of namespace serving.",
                )
            found.append(Answer(name, given, example["probability"]))
        return found

    def await_answers(self, expected: Expected) -> tuple[list[Answer], datetime]:
        """The first answers that hold, and when the last of them came.

        Raises:
            SandboxError: None came in time; the message is the last refusal.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return self.answers(expected), datetime.now(UTC)
            except SandboxError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE_SECONDS)


@contextmanager
def standing(place: Place, site: OnPremises, outward: Mapping[str, int], step: Step) -> Iterator[
    Second
]:  # fmt: skip
    """A cluster with the site's images, on which nothing is deployed; it ends with the block.

    Args:
        place: Where the rehearsal is; its environments are as they are rehearsed.
        site: The second site.
        outward: What its pods reach outside.
        step: Shows what goes on.
    """
    name = place.environment
    layout = remains.layout(name, site.name)
    remains.clear(name, site.name)
    layout.state.mkdir(parents=True)
    environment = load(name, place.environments).at(site)
    embedded = Embedded(environment, layout, {"outward": outward}, deployed=IMAGES)
    embedded.require()
    try:
        embedded.prepare(step)
        cluster = embedded.start(step)
        embedded.provide_images(cluster, step)
        stack = Stack(
            name=f"{name}.{site.name}",
            variables=_variables(place, layout),
            project=place.project,
        )
        deployment.ensure_stack(stack)
        yield Second(
            name=site.name, stack=stack, cluster=cluster, embedded=embedded, layout=layout,
            logs=place.logs,
        )  # fmt: skip
    finally:
        remains.clear(name, site.name)


def _variables(place: Place, layout: Layout) -> dict[str, str]:
    """Variables with which the engine works on the site, and knows nothing of the region."""
    backend = place.root / f"{layout.state.name}-state"
    backend.mkdir()
    found = workspace.with_path(layout, workspace.environment(layout, layout.kubeconfig))
    return {
        **found,
        "PULUMI_BACKEND_URL": f"file://{backend}",
        ENVIRONMENTS: str(place.environments),
    }


def told(environment: Environment) -> OnPremises:
    """The second site of an environment.

    Raises:
        SandboxError: It has none that could take over.
    """
    site = environment.sites.recovery
    if not isinstance(site, OnPremises) or environment.network is None:
        raise SandboxError(
            f"{environment.name} has no second site behind a link, so its loss ends it.",
            "name an on-premises one under `sites.recovery`, with `takeover`.",
        )
    return site
