"""TLS material for servers on loopback, made by the issuer's own code."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.components.apps.loading import load

issuer = load("certificate_authority", "material", "credential")


class LoopbackAuthority:
    """An authority whose certificates are good for servers on this machine."""

    def __init__(self) -> None:
        self._authority = issuer.material.new_authority(2, datetime.now(tz=UTC), None)

    def issue(self, folder: Path, age: timedelta = timedelta()) -> Path:
        """Write `tls.crt`, `tls.key` and `ca.crt` into a folder; the path of `ca.crt`.

        The server's certificate lives for an hour, of which `age` is over.
        """
        now = datetime.now(tz=UTC) - age
        key, leaf = issuer.material.new_leaf(
            self._authority, ["localhost"], ["127.0.0.1"], hours=1, now=now
        )
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tls.key").write_bytes(issuer.material.private_pem(key))
        (folder / "tls.crt").write_bytes(issuer.material.pem(leaf))
        (folder / "ca.crt").write_bytes(self._authority.bundle(now))
        return folder / "ca.crt"
