"""Where the sandbox keeps things: what is dear in a cache, what is live beside the project."""

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def cache_root() -> Path:
    """Folder of everything dear to make: `MIZAN_CACHE`, else the user's cache folder."""
    if given := os.environ.get("MIZAN_CACHE"):
        return Path(given).resolve()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "mizan"


@dataclass(frozen=True)
class Layout:
    """Folders of one environment's sandbox.

    Attributes:
        environment: Name of the environment, as in `environments/<name>/`.
    """

    environment: str

    @property
    def sandbox(self) -> Path:
        """Folder of all sandboxes of this checkout; git ignores it."""
        return PROJECT / ".sandbox"

    @property
    def state(self) -> Path:
        """Folder of this environment's live state."""
        return self.sandbox / self.environment

    @property
    def lock(self) -> Path:
        """Lock that a command holds while it changes this sandbox."""
        return self.state / "lock"

    @property
    def bin(self) -> Path:
        """Folder of launchers that `.sandbox/env` puts on PATH."""
        return self.sandbox / "bin"

    @property
    def node(self) -> Path:
        """Folder of the embedded cluster: keys, logs, images, volumes."""
        return self.state / "node"

    @property
    def kubeconfig(self) -> Path:
        """Administrator's kubeconfig, as seen from the host."""
        return self.state / "kubeconfig"

    @property
    def given(self) -> Path:
        """Names the user's kubeconfig, where the platform is on a cluster of the user's own."""
        return self.state / "given"

    @property
    def aws(self) -> Path:
        """What plays AWS around the environment, where its site is a region."""
        return self.state / "aws"

    @property
    def images_lock(self) -> Path:
        """Digests of the images that this machine built."""
        return self.state / "images.lock"

    @property
    def summary(self) -> Path:
        """Machine-readable result of the last `up`."""
        return self.state / "summary.json"
