"""The provider's services as the network has them: names, addresses and TLS in front of its API.

A name resolves only if the estate made an endpoint of the service. The address lies where the
endpoint does: in its subnet, or among S3's own blocks for the gateway. So the ways that network
policies leave open are the ones that pods need.
"""

import asyncio
import ssl
import subprocess
import threading
from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import Any, Final

from sandbox.cluster.address import NODE_BRIDGE
from sandbox.cluster.forward import LOOPBACK, PROVIDER_PORT, pump
from sandbox.cluster.specification import Specification

HTTPS: Final = 443
RESERVED: Final = 4
"""Addresses at the beginning of each subnet that AWS keeps to itself."""
NAMES: Final = ("kube-system", "coredns", "names")
"""Namespace, ConfigMap and key with the names that the cluster resolves."""


class Endpoints:
    """Follows the endpoints of the network.

    Args:
        spec: The node.
        ec2: Client of EC2.
        core: Client of the API server.
    """

    def __init__(self, spec: Specification, ec2: Any, core: Any) -> None:
        self._ec2 = ec2
        self._core = core
        self._region = ec2.meta.region_name
        self._fronts: dict[str, asyncio.Server] = {}
        self._told: Mapping[str, str] | None = None
        keys = spec.folder / "pki"
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._context.load_cert_chain(keys / "provider.crt", keys / "provider.key")
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def __call__(self) -> None:
        """Let names resolve whose endpoints came, and no longer those whose endpoints went."""
        found = self._found()
        for address in set(found.values()) - self._fronts.keys():
            words = ["ip", "address", "replace", f"{address}/32", "dev", NODE_BRIDGE]
            subprocess.run(words, check=True)
            self._fronts[address] = self._done(self._front(address))
        for address in self._fronts.keys() - set(found.values()):
            self._fronts.pop(address).close()
        if found != self._told:
            namespace, name, key = NAMES
            lines = "".join(f"{address} {host}\n" for host, address in sorted(found.items()))
            self._core.patch_namespaced_config_map(name, namespace, {"data": {key: lines}})
            self._told = found
            print(f"names: {', '.join(sorted(found)) or 'none'}", flush=True)

    def _found(self) -> dict[str, str]:
        """Name of each service that has an endpoint -> its address."""
        there = [{"Name": "vpc-endpoint-state", "Values": ["available"]}]
        endpoints = self._ec2.describe_vpc_endpoints(Filters=there)["VpcEndpoints"]
        found = {}
        for place, one in enumerate(sorted(endpoints, key=lambda one: str(one["ServiceName"]))):
            service = one["ServiceName"].removeprefix(f"com.amazonaws.{self._region}.")
            if one["VpcEndpointType"] == "Gateway":
                block, at = self._prefix(one["ServiceName"]), RESERVED
            elif one.get("PrivateDnsEnabled") and one["SubnetIds"]:
                block, at = self._subnet(one["SubnetIds"][0]), RESERVED + place
            else:
                continue
            host = ".".join(reversed(service.split(".")))
            found[f"{host}.{self._region}.amazonaws.com"] = str(IPv4Network(block)[at])
        return found

    def _subnet(self, subnet: str) -> str:
        return str(self._ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["CidrBlock"])

    def _prefix(self, service: str) -> str:
        named = [{"Name": "prefix-list-name", "Values": [service]}]
        listed = self._ec2.describe_managed_prefix_lists(Filters=named)["PrefixLists"][0]
        entries = self._ec2.get_managed_prefix_list_entries(PrefixListId=listed["PrefixListId"])
        return str(entries["Entries"][0]["Cidr"])

    async def _front(self, address: str) -> asyncio.Server:
        """Take the TLS off what comes to an address, and carry it to the provider's API."""
        return await asyncio.start_server(_carry, address, HTTPS, ssl=self._context)

    def _done(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Both ends close when either does: TLS has no half of a connection."""
    try:
        far_reader, far_writer = await asyncio.open_connection(LOOPBACK, PROVIDER_PORT)
    except OSError:
        writer.close()
        return
    both = [
        asyncio.ensure_future(pump(reader, far_writer)),
        asyncio.ensure_future(pump(far_reader, writer)),
    ]
    _, waiting = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    for one in waiting:
        one.cancel()
    for each in (writer, far_writer):
        each.close()
