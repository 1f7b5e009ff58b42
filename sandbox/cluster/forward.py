"""Carries connections between the host's loopback and the cluster's own network.

Both ends meet at a Unix socket, which needs no interface, route or rule on the host.
`outside` listens on 127.0.0.1, `inside` connects to the API server or to a Service; for what the
cluster may reach outside of it, as a cloud's API, the other way round.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from sandbox.cluster.specification import Specification, read

Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]
ADDRESSES = "addresses.json"
CHUNK = 1 << 16
LOOPBACK = "127.0.0.1"
PROVIDER_PORT = 4566
"""Loopback port in the cluster that leads out to a cloud's API."""


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry bytes one way until their sender ends."""
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    with suppress(OSError):
        if writer.can_write_eof():
            writer.write_eof()


async def carry(
    connect: Connect, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Carry one connection to where `connect` leads, until both ends have closed."""
    try:
        far_reader, far_writer = await connect()
    except OSError:
        writer.close()
        return
    try:
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
    finally:
        for each in (writer, far_writer):
            each.close()


def _socket(name: str) -> str:
    # Relative on purpose: a socket's path may hold 107 characters only.
    return f"sockets/{name}"


async def _to_socket(name: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_unix_connection(_socket(name))


async def _listen(name: str, connect: Connect) -> asyncio.Server:
    Path(_socket(name)).unlink(missing_ok=True)
    return await asyncio.start_unix_server(partial(carry, connect), _socket(name))


async def _inside(spec: Specification) -> None:
    Path("sockets").mkdir(exist_ok=True)

    async def to_api() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(spec.addresses.node_ip, spec.addresses.api_port)

    async def to_service(target: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        known = json.loads(Path(ADDRESSES).read_text()) if Path(ADDRESSES).exists() else {}
        if target not in known:
            raise ConnectionRefusedError(target)
        return await asyncio.open_connection(known[target], int(target.rsplit(":", 1)[1]))

    routes: dict[str, Connect] = {"api": to_api}
    routes |= {str(port): partial(to_service, target) for port, target in spec.exposed.items()}
    servers = [await _listen(name, connect) for name, connect in routes.items()]
    for target, port in _outward(spec).items():
        host, _, own = target.rpartition(":")
        connect = partial(_to_socket, _leading_out(port))
        servers.append(await asyncio.start_server(partial(carry, connect), host, int(own)))
    await asyncio.gather(*(server.serve_forever() for server in servers))


def _outward(spec: Specification) -> dict[str, int]:
    """What the cluster reaches outside -> the loopback port of the host that it leads to."""
    if spec.provider is None:
        return spec.outward
    return {f"{LOOPBACK}:{PROVIDER_PORT}": spec.provider.port, **spec.outward}


def _leading_out(port: int) -> str:
    return f"outward-{port}"


async def outside(spec: Specification) -> None:
    """Listen on the host's loopback ports, and lead to what is beyond, until cancelled."""
    routes = {spec.api_port: "api"} | {port: str(port) for port in spec.exposed}
    servers = [
        await asyncio.start_server(partial(carry, partial(_to_socket, name)), LOOPBACK, port)
        for port, name in routes.items()
    ]
    Path("sockets").mkdir(exist_ok=True)
    for port in _outward(spec).values():
        to_host = partial(asyncio.open_connection, LOOPBACK, port)
        servers.append(await _listen(_leading_out(port), to_host))
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    given = read(Path(sys.argv[2]))
    os.chdir(given.folder)
    asyncio.run(_inside(given) if sys.argv[1] == "inside" else outside(given))
