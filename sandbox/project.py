"""A Pulumi project beside the user's own: the program is linked, stacks' settings are apart."""

import shutil
import sys
from pathlib import Path

from sandbox.layout import PROJECT

SETTINGS = "Pulumi.yaml"
PROGRAM = "stacks"


def make(folder: Path, source: Path = PROJECT) -> Path:
    """Make the folder in which the engine runs; one that is there stays.

    Args:
        folder: The folder: settings of stacks are written there.
        source: Folder of the project with the program.
    """
    if not (folder / PROGRAM).is_symlink():
        (folder / "environments").mkdir(parents=True, exist_ok=True)
        shutil.copy(source / SETTINGS, folder / SETTINGS)
        (folder / ".venv").unlink(missing_ok=True)
        (folder / ".venv").symlink_to(sys.prefix)
        (folder / PROGRAM).symlink_to(source / PROGRAM)
    return folder
