"""`python -m sandbox.aws.cloud --port N`: serve the stand-in until it is ended."""

import argparse
import os
from pathlib import Path


def main() -> None:
    """Serve on the loopback interface; print a line once requests are answered."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.aws.cloud", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1, 0 for any")
    parser.add_argument("--account", default="111122223333", help="number of the account")
    parser.add_argument("--region", default="me-central-1")
    parser.add_argument("--cluster-endpoint", default="", help="API server that plays EKS")
    parser.add_argument("--cluster-ca", type=Path, help="file with that API server's CA")
    given = parser.parse_args()
    # Moto reads these when it is imported.
    os.environ["MOTO_ACCOUNT_ID"] = given.account
    os.environ["MOTO_ALLOW_NONEXISTENT_REGION"] = "true"  # newer than moto's list of regions
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
    os.environ["AWS_DEFAULT_REGION"] = given.region
    from sandbox.aws.cloud.server import serve  # noqa: PLC0415 - after what moto reads

    serve(given.port, given.account, given.region, given.cluster_endpoint, given.cluster_ca)


if __name__ == "__main__":
    main()
