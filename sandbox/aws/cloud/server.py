"""The stand-in as an HTTP server on the loopback interface."""

import logging
import warnings
from pathlib import Path

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from sandbox.aws.cloud import bucket_policy
from sandbox.aws.cloud.application import StandIn
from sandbox.aws.cloud.call import Settings
from sandbox.aws.cloud.kept import services


class _Handler(MotoRequestHandler):  # type: ignore[misc]  # moto is not checked
    protocol_version = "HTTP/1.1"  # clients keep their connections

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: the report counts the calls."""


def serve(
    port: int, account: str, region: str, cluster_endpoint: str, cluster_ca: Path | None
) -> None:
    """Answer requests until the process ends."""
    # Moto warns of errors that a service's model lacks, and many models lack theirs.
    warnings.filterwarnings("ignore", message=".*does not match an error shape")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    bucket_policy.install()
    settings = Settings(account, region, cluster_endpoint, cluster_ca)
    server = make_server(
        "127.0.0.1", port, StandIn(settings, services()), threaded=True, request_handler=_Handler
    )
    print(f"AWS stand-in for {account} in {region}: http://127.0.0.1:{server.port}", flush=True)
    server.serve_forever()
