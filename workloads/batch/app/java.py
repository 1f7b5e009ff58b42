"""What Java is told by its environment: who the pod is to the store, and whom it trusts."""

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from app.failure import ConfigurationError

TRUSTED = "trusted.p12"
NO_SECRET = "changeit"  # noqa: S105 - see below
"""Password of the file with certificates, which Java insists on: they are public."""


def prepared(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment with the store's account, where a credential is mounted.

    Spark's settings travel and are logged; the environment of a process does neither.

    Args:
        environ: Environment variables; `MOUNT_ROOT` says where Secrets are mounted.

    Raises:
        ConfigurationError: The credential lacks a file, or its certificate is none.
    """
    folder = Path(environ.get("MOUNT_ROOT", "/etc/mizan")) / "store"
    if not folder.is_dir():
        return dict(environ)
    for file in ("access_key", "secret_key", "ca.crt"):
        if not (folder / file).is_file():
            raise ConfigurationError(f"{folder / file} is missing")
    trusted = Path(tempfile.mkdtemp()) / TRUSTED
    imported = subprocess.run(
        ["keytool", "-importcert", "-noprompt", "-alias", "store", "-file", folder / "ca.crt",
         "-keystore", trusted, "-storetype", "PKCS12", "-storepass", NO_SECRET],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if imported.returncode:
        raise ConfigurationError(f"{folder / 'ca.crt'} is no certificate: {imported.stdout}")
    return {
        **environ,
        "AWS_ACCESS_KEY_ID": (folder / "access_key").read_text().strip(),
        "AWS_SECRET_ACCESS_KEY": (folder / "secret_key").read_text().strip(),
        "JAVA_TOOL_OPTIONS": f"-Djavax.net.ssl.trustStore={trusted} "
        f"-Djavax.net.ssl.trustStorePassword={NO_SECRET}",
    }
