"""Everything that the program is told: its environment, and the facts of the cluster."""

import base64
import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

import pulumi

from environments import (
    Allowances,
    CloudRegion,
    Environment,
    InvalidEnvironmentError,
    OnPremises,
    allowances,
    load,
)

PUBLIC_KEY: Final = re.compile(r"-----BEGIN PUBLIC KEY-----([^-]+)-----END PUBLIC KEY-----")
P256: Final = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
"""How every public key on the curve P-256 begins in DER (RFC 5480), its point uncompressed."""
P256_BYTES: Final = 91


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """An on-premises cluster, as only its installation knows it."""

    site: str
    """Name of the site."""
    api_address: str
    """IP address of the API server itself."""
    api_port: int
    """TCP port of the API server at that address."""
    encrypted_provisioner: str | None
    """Storage provisioner that encrypts; None where there is none."""


@dataclass(frozen=True, kw_only=True)
class Copied:
    """The primary site's object store, as a second site finds it."""

    endpoint: str
    """Where it answers over the link."""
    buckets: Mapping[str, str]
    """What each bucket is called there."""


@dataclass(frozen=True, kw_only=True)
class ReleaseKey:
    """The public half of the key that the primary site signs its releases with."""

    pem: str
    """The key, PEM."""
    digest: str
    """SHA-256 of its DER form, by which signatures name it."""


@dataclass(frozen=True, kw_only=True)
class CopiedRegistry:
    """The primary site's registry, as a second site finds it."""

    host: str
    """How image references begin there."""
    addresses: Mapping[str, Sequence[str]]
    """Addresses of the endpoints in front of it, by service; none where names lead there."""


def environment(stack: str) -> Environment:
    """The environment that a stack belongs to: `<environment>`, or `<environment>.<site>`.

    Raises:
        pulumi.RunError: if there is none, or it breaks a law of the model.
    """
    try:
        return load(stack.partition(".")[0])
    except InvalidEnvironmentError as error:
        raise pulumi.RunError(str(error)) from error


def site(stack: str) -> CloudRegion | OnPremises:
    """The site that a stack builds: the primary one, or the recovery site after the first dot.

    Each site is a stack of its own, so that the second one can be brought up and changed when the
    first one and its provider cannot be asked.

    Raises:
        pulumi.RunError: if the environment has no such second site.
    """
    name, dot, wanted = stack.partition(".")
    sites = environment(stack).sites
    if not dot:
        return sites.primary
    if sites.recovery is not None and wanted == sites.recovery.name:
        return sites.recovery
    others = f", {name}.{sites.recovery.name} for its recovery site" if sites.recovery else ""
    raise pulumi.RunError(
        f"the stack {stack!r} names the site {wanted!r}, which is no recovery site of {name}; "
        f"allowed: {name} for its primary site {sites.primary.name}{others}"
    )


def here(stack: str) -> tuple[Environment, CloudRegion | OnPremises]:
    """The environment as the site of a stack sees it, and that site.

    Raises:
        pulumi.RunError: if there is no such environment or no such site.
    """
    found = site(stack)
    return environment(stack).at(found), found


def allowed(stack: str) -> Allowances:
    """What may be deleted or replaced with its data.

    Raises:
        pulumi.RunError: if an allowance is wrong or has expired.
    """
    try:
        return allowances(stack)
    except InvalidEnvironmentError as error:
        raise pulumi.RunError(str(error)) from error


def cluster(site: OnPremises) -> Cluster:
    """The facts of the cluster that an on-premises site brings.

    Raises:
        pulumi.RunError: if no cluster was named, or a fact is no address.
    """
    if not (pulumi.Config("kubernetes").get("kubeconfig") or os.environ.get("KUBECONFIG")):
        raise pulumi.RunError(
            f"site {site.name}: no cluster was named, and whatever the user's own kubeconfig "
            "points at is not taken: set KUBECONFIG, or run `pulumi config set "
            "kubernetes:kubeconfig <path>`"
        )
    config = pulumi.Config()
    return Cluster(
        site=site.name,
        api_address=_address(config.require("apiServerAddress")),
        api_port=config.require_int("apiServerPort"),
        encrypted_provisioner=config.get("encryptedProvisioner"),
    )


def copied(site: CloudRegion, buckets: Sequence[str]) -> Copied:
    """What a second site is told of the primary one: it cannot ask a stack that may be gone.

    At preview, names that nobody has given are made up, with a warning.

    Raises:
        pulumi.RunError: if at an update a name is missing, or the endpoint has no TLS.
    """
    config = pulumi.Config()
    given: Mapping[str, str] = config.get_object("copiedBuckets") or {}
    absent = [bucket for bucket in buckets if not given.get(bucket)]
    if absent:
        told = (
            f"nobody said what the buckets {', '.join(absent)} are called at {site.name}: copy the "
            "output `bucketNames` of that site's stack, `pulumi config set --path "
            f"mizan:copiedBuckets.{absent[0]} <name>` and so on"
        )
        _made_up(told, "names that do not exist; a deployment refuses them")
    endpoint = config.get("copiedEndpoint") or f"https://s3.{site.region}.amazonaws.com"
    if not endpoint.startswith("https://"):
        raise pulumi.RunError(
            f"mizan:copiedEndpoint is {endpoint!r}; allowed: one that begins with https://"
        )
    return Copied(
        endpoint=endpoint,
        buckets={bucket: given.get(bucket) or f"not-told-{bucket}" for bucket in buckets},
    )


def release_key(site: CloudRegion) -> ReleaseKey:
    """The public key with which the primary site signs its releases.

    At preview, a key that nobody has given is made up, with a warning.

    Raises:
        pulumi.RunError: if at an update it is missing, or what was given is no such key.
    """
    given = pulumi.Config().get("releaseKey")
    if not given:
        told = (
            f"nobody gave the public key that {site.name} signs its releases with: at that site, "
            "`kubectl -n serving get secret signing-public -o jsonpath='{.data.signing\\.pub}' | "
            "base64 -d > signing.pub`, then `pulumi config set mizan:releaseKey < signing.pub`"
        )
        _made_up(told, "a key that does not exist; a deployment refuses it")
        return ReleaseKey(pem="not-told", digest="not-told")
    return _release_key(given)


def _release_key(pem: str) -> ReleaseKey:
    """Read the key; the pods that verify with it check it in full."""
    if "PRIVATE KEY" in pem:
        raise pulumi.RunError(
            "mizan:releaseKey is a private key, which nobody but the signing Job may hold: take it "
            "out of the settings, make the primary site a new one, and give its public half"
        )
    found = PUBLIC_KEY.fullmatch(pem.strip())
    try:
        der = base64.b64decode("".join(found.group(1).split()), validate=True) if found else b""
    except ValueError:
        der = b""
    if len(der) != P256_BYTES or not der.startswith(P256):
        raise pulumi.RunError(
            f"mizan:releaseKey begins with {pem[:30]!r}; allowed: an EC P-256 public key, PEM "
            "(-----BEGIN PUBLIC KEY-----)"
        )
    return ReleaseKey(pem=f"{pem.strip()}\n", digest=hashlib.sha256(der).hexdigest())


def copied_registry(stack: str) -> CopiedRegistry:
    """What a second site is told of the primary one's registry.

    Raises:
        pulumi.RunError: if what is given as an address is none.
    """
    given: Mapping[str, Sequence[str]] = pulumi.Config().get_object("copiedAddresses") or {}
    for service, addresses in given.items():
        for address in addresses:
            try:
                ip_address(address)
            except ValueError as error:
                raise pulumi.RunError(
                    f"mizan:copiedAddresses.{service} holds {address!r}: give the IP addresses of "
                    "the endpoint's interfaces"
                ) from error
    return CopiedRegistry(host=environment(stack).registry.host, addresses=given)


def mirrored() -> bool:
    """Whether a second site takes its topics from the primary one: until it took over.

    `pulumi config set mizan:mirroring false` gives its topics to its own writers.
    """
    given = pulumi.Config().get_bool("mirroring")
    return True if given is None else given


def copied_brokers(site: CloudRegion, port: int) -> str:
    """Addresses of the primary site's brokers, by commas, as a second site is told them.

    At preview, addresses that nobody has given are made up, with a warning.

    Raises:
        pulumi.RunError: if at an update they are missing, or one is no host with this port.
    """
    given = pulumi.Config().get("copiedBrokers")
    if not given:
        told = (
            f"nobody said where the brokers of {site.name} are: copy the output `brokers` of that "
            "site's stack, `pulumi config set mizan:copiedBrokers <addresses>`"
        )
        _made_up(told, "an address that does not exist; a deployment refuses it")
        return f"not-told.invalid:{port}"
    for address in given.split(","):
        if not re.fullmatch(rf"[a-z0-9.-]+:{port}", address):
            raise pulumi.RunError(
                f"mizan:copiedBrokers names {address!r}; allowed: hosts with the port {port}, by "
                f"commas, such as b-1.example:{port}"
            )
    return given


def _made_up(told: str, instead: str) -> None:
    """Go on with something made up, which only a preview may.

    Args:
        told: What nobody gave, and the cure.
        instead: What the plan shows, and what comes of it.

    Raises:
        pulumi.RunError: at an update.
    """
    if not pulumi.runtime.is_dry_run():
        raise pulumi.RunError(told)
    pulumi.warn(f"{told}. This plan shows {instead}")


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError as error:
        raise pulumi.RunError(
            f"mizan:apiServerAddress is {text!r}: give the IP address of the API server itself, "
            "without a port (network policies know no names)"
        ) from error
