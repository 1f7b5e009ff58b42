"""Plays the provider beside the node: its services' names, pods' identities, pools that are one."""

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from kubernetes import client, config

from sandbox.cluster.forward import LOOPBACK, PROVIDER_PORT
from sandbox.cluster.managed.admission import Admission
from sandbox.cluster.managed.endpoints import Endpoints
from sandbox.cluster.managed.identity import Identities
from sandbox.cluster.managed.pools import Pools
from sandbox.cluster.specification import Provider, Specification, read

PERIOD_SECONDS = 2.0


class Clients:
    """Clients of the provider's API, by the one way out of the node.

    Args:
        provider: Where it is.
    """

    def __init__(self, provider: Provider) -> None:
        self._session: Any = boto3.session.Session(
            aws_access_key_id="node", aws_secret_access_key="node",  # noqa: S106 - a stand-in checks none
            region_name=provider.region,
        )  # fmt: skip

    def __call__(self, service: str) -> Any:
        """A client of a service."""
        return self._session.client(
            service,
            endpoint_url=f"http://{LOOPBACK}:{PROVIDER_PORT}",
            config=Config(retries={"mode": "standard"}, max_pool_connections=8),
        )


def api(spec: Specification) -> Any:
    """A client of the API server, with the rights of the node's agent."""
    return config.new_client_from_config(str(spec.folder / "settings" / "node-agent.kubeconfig"))


def repeat(task: Callable[[], None]) -> None:
    """Do it again and again; what goes wrong is told once, and tried again."""
    last = ""
    while True:
        try:
            task()
            last = ""
        except Exception as error:  # noqa: BLE001 - an agent outlives every fault of its round
            # The other lines of an error of the API server's differ each time.
            first = (str(error).splitlines() or [""])[0]
            told = f"{type(error).__name__}: {first[:500]} {getattr(error, 'reason', '')}"
            if told != last:
                print(told, flush=True)
            last = told
        time.sleep(PERIOD_SECONDS)


def main() -> None:
    """Run until the node ends.

    Raises:
        ValueError: The node is in no cloud.
    """
    spec = read(Path(sys.argv[1]))
    if spec.provider is None:
        raise ValueError(f"{sys.argv[1]} names no provider")
    aws = Clients(spec.provider)
    eks = aws("eks")
    pools = Pools(eks, aws("ec2"), api(spec))
    identities = Identities(eks, aws("sts"), client.AuthenticationV1Api(api(spec)))
    endpoints = Endpoints(spec, aws("ec2"), client.CoreV1Api(api(spec)))
    parts: list[Callable[[], None]] = [
        Admission(spec, identities, pools).serve,
        identities.serve,
        lambda: repeat(endpoints),
        lambda: repeat(pools),
    ]
    threads = [threading.Thread(target=part, daemon=True) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
