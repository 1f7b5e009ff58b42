"""Where a rehearsal keeps its things, apart from the user's own stacks and settings."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from sandbox import project
from sandbox.layout import PROJECT, Layout


@dataclass(frozen=True)
class Place:
    """Folders of one environment's rehearsal.

    Attributes:
        environment: Name of the environment, which is the name of the stack too.
        purpose: What is rehearsed.
    """

    environment: str
    purpose: str = "rehearsal"

    @property
    def root(self) -> Path:
        """Everything of the rehearsal."""
        return Layout(self.environment).sandbox / f"{self.environment}-{self.purpose}"

    @property
    def lock(self) -> Path:
        """Lock that a rehearsal holds."""
        return self.root / "lock"

    @property
    def cluster(self) -> Path:
        """The control plane's files."""
        return self.root / "cluster"

    @property
    def logs(self) -> Path:
        """What programs and the engine said."""
        return self.root / "logs"

    @property
    def bin(self) -> Path:
        """Commands that only the rehearsal has on PATH."""
        return self.root / "bin"

    @property
    def environments(self) -> Path:
        """The environment, as committed or with a change that is tried."""
        return self.root / "environments"

    @property
    def project(self) -> Path:
        """Folder in which the engine runs: stack settings written there are the rehearsal's."""
        return self.root / "project"

    @property
    def backend(self) -> Path:
        """State of the stack."""
        return self.root / "state"

    @property
    def allowances(self) -> Path:
        """Allowances to end what holds data."""
        return self.root / "allowances.yaml"

    @property
    def images_lock(self) -> Path:
        """Digests of images."""
        return self.root / "images.lock"

    @property
    def report(self) -> Path:
        """What the rehearsal found."""
        return self.root / "report.json"

    def clear(self, *kept: Path) -> None:
        """Remove everything that a rehearsal left, except the lock and what is to be kept."""
        for path in self.root.iterdir() if self.root.is_dir() else ():
            if path in {self.lock, *kept}:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def make_project(self, source: Path = PROJECT) -> None:
        """Make the project's folder: the program is linked, the stack's settings are apart.

        Args:
            source: Folder of the project that is rehearsed.
        """
        project.make(self.project, source)
