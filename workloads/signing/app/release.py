"""The release: which version of each variant may be served, signed and written last."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from app.candidate import FILES, PROVENANCE, Candidate
from app.signature import ENVELOPE, MODEL_SIGNATURE, SigningKey
from app.store import Store

PAYLOAD_TYPE = "application/vnd.mizan.release+json"
PROVENANCE_TYPE = "application/vnd.in-toto+json"
ALL_FILES = (*FILES, ENVELOPE, MODEL_SIGNATURE)


class Releases:
    """Releases of one model in the bucket that serving reads."""

    def __init__(self, store: Store, bucket: str, model: str, key: SigningKey) -> None:
        """Writes nothing yet.

        Args:
            store: The object store.
            bucket: Bucket with signed models.
            model: Name of the model.
            key: The private key.
        """
        self._store = store
        self._bucket = bucket
        self._key = key
        self.file = f"{model}/release.dsse.json"
        self._model = model

    def current(self) -> dict[str, Any] | None:
        """Returns the release that is there now, if this key signed it."""
        raw = self._store.read(self._bucket, self.file)
        payload = self._key.open(raw, PAYLOAD_TYPE) if raw else None
        if payload is None:
            return None
        release: dict[str, Any] = json.loads(payload)
        return release

    def holds(self, candidates: list[Candidate], *, renew_days: int = 0) -> bool:
        """Says whether exactly these candidates are released already and still verify.

        Args:
            candidates: What training offers.
            renew_days: Age at which a release counts as gone; 0 for never.

        Raises:
            StoreError: The store cannot be read.
        """
        release = self.current()
        if release is None or release.get("model") != self._model:
            return False
        variants = release["variants"]
        if {name: one["version"] for name, one in variants.items()} != {
            candidate.variant: candidate.version for candidate in candidates
        }:
            return False
        age = datetime.now(UTC) - datetime.fromisoformat(release["signed_at"])
        if renew_days and age >= timedelta(days=renew_days):
            return False
        return all(
            self._stored(candidate, variants[candidate.variant].get("files", {}))
            for candidate in candidates
        )

    def _stored(self, candidate: Candidate, digests: dict[str, str]) -> bool:
        files: dict[str, bytes] = {}
        for name in ALL_FILES:
            body = self._store.read(self._bucket, f"{candidate.path}/{name}")
            if body is None or hashlib.sha256(body).hexdigest() != digests.get(name):
                return False
            files[name] = body
        same = all(files[name] == candidate.files[name] for name in FILES)
        sealed = self._key.open(files[ENVELOPE], PROVENANCE_TYPE) == files[PROVENANCE]
        return same and sealed and self._key.verify_folder(files)

    def publish(self, candidates: list[Candidate]) -> dict[str, Any]:
        """Signs the candidates, uploads them, and last of all the release that names them.

        Until the release is written, serving sees the one before; a pod that starts while files
        of the same version are replaced refuses them and is started again.

        Args:
            candidates: Candidates that passed their checks.

        Returns:
            The release.

        Raises:
            StoreError: The store cannot be written.
        """
        variants = {}
        for candidate in candidates:
            files = dict(candidate.files)
            files[ENVELOPE] = self._key.seal(files[PROVENANCE], PROVENANCE_TYPE)
            files[MODEL_SIGNATURE] = self._key.sign_folder(files)
            for name in ALL_FILES:
                self._store.write(self._bucket, f"{candidate.path}/{name}", files[name])
            variants[candidate.variant] = {
                "version": candidate.version,
                "digest": candidate.digest,
                "path": candidate.path,
                "files": {name: hashlib.sha256(files[name]).hexdigest() for name in ALL_FILES},
            }
        release = {
            "model": self._model,
            "variants": variants,
            "signed_by": self._key.keyid,
            "signed_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        payload = json.dumps(release, separators=(",", ":"), sort_keys=True).encode()
        self._store.write(self._bucket, self.file, self._key.seal(payload, PAYLOAD_TYPE))
        return release
