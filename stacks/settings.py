"""Everything that the program is told: its environment, and the facts of the cluster."""

import os
from dataclasses import dataclass
from ipaddress import ip_address

import pulumi

from environments import (
    Allowances,
    Environment,
    InvalidEnvironmentError,
    OnPremises,
    allowances,
    load,
)


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


def environment(stack: str) -> Environment:
    """The environment that bears the stack's name.

    Raises:
        pulumi.RunError: if there is none, or it breaks a law of the model.
    """
    try:
        return load(stack)
    except InvalidEnvironmentError as error:
        raise pulumi.RunError(str(error)) from error


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


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError as error:
        raise pulumi.RunError(
            f"mizan:apiServerAddress is {text!r}: give the IP address of the API server itself, "
            "without a port (network policies know no names)"
        ) from error
