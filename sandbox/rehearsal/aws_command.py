"""`aws` as a rehearsal has it: it knows `eks get-token`, and refuses everything else by name.

Kubernetes clients run `aws eks get-token` for a token of their cloud identity. Here the API server
knows one token, made for this rehearsal. The command lies in a folder that only a rehearsal puts
on PATH.
"""

import argparse
import json
import os
import shlex
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

from sandbox.files import PRIVATE, replace
from sandbox.layout import PROJECT

TOKEN_MINUTES = 14
"""How long AWS lets such a token be used."""
REFUSED = 252
"""What the AWS CLI ends with where it cannot read its command line."""
OLDEST_API = "client.authentication.k8s.io/v1beta1"

STAND_IN = "`aws`, which knows `eks get-token` only (for the AWS CLI)"


def install(folder: Path, token: str) -> Path:
    """Make the command in `folder`, and return that folder.

    Args:
        folder: Gets the command and the token, readable by its owner only.
        token: What the API server takes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    replace(folder / "token", token, PRIVATE)
    words = [sys.executable, "-P", "-m", "sandbox.rehearsal.aws_command", str(folder / "token")]
    command = folder / "aws"
    replace(
        command,
        f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(PROJECT))} exec {shlex.join(words)} "$@"\n',
        0o755,
    )
    return folder


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        refuse(message)


def refuse(given: str) -> NoReturn:
    """End with what was given and what is allowed."""
    print(
        f"aws: {given}: this stand-in of a rehearsal knows `eks get-token --cluster-name NAME` "
        "only; leave the rehearsal's folder out of PATH for the real command",
        file=sys.stderr,
    )
    sys.exit(REFUSED)


def main(token_file: str, *words: str) -> None:
    """Print a credential in the form that Kubernetes clients read."""
    if words[:2] != ("eks", "get-token"):
        refuse(f"`{shlex.join(words)}` is refused")
    parser = _Parser(prog="aws eks get-token", add_help=False, allow_abbrev=False)
    parser.add_argument("--cluster-name", required=True)
    parser.add_argument("--region")
    parser.add_argument("--output", choices=["json"], default="json")
    parser.parse_args(words[2:])
    asked = json.loads(os.environ.get("KUBERNETES_EXEC_INFO") or "{}")
    expires = datetime.now(UTC) + timedelta(minutes=TOKEN_MINUTES)
    print(
        json.dumps(
            {
                "kind": "ExecCredential",
                "apiVersion": asked.get("apiVersion", OLDEST_API),
                "spec": {},
                "status": {
                    "token": Path(token_file).read_text(encoding="utf-8"),
                    "expirationTimestamp": expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
                },
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
