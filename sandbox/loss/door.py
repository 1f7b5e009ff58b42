"""TLS in front of the stand-in's S3, as the region's own endpoint has it; killed with the region.

`python -m sandbox.loss.door PORT PLAIN_PORT CERTIFICATE KEY`
"""

import asyncio
import ssl
import sys
from functools import partial

from sandbox.cluster.control_plane import LOOPBACK
from sandbox.cluster.forward import carry


async def serve(port: int, plain: int, certificate: str, key: str) -> None:
    """Lead `port` to `plain` until killed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    connect = partial(asyncio.open_connection, LOOPBACK, plain)
    server = await asyncio.start_server(partial(carry, connect), LOOPBACK, port, ssl=context)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]))
