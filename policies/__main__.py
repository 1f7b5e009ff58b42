"""Starts the policy pack; the Pulumi engine runs this folder. It serves until it is stopped."""

import sys
from pathlib import Path

# The engine runs the folder by path, so the room itself is not importable yet.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from policies.fault import LawError

if __name__ == "__main__":
    try:  # the law is read while its modules are imported
        from policies.catalog import discover
        from policies.serving import serve

        serve(discover())
    except LawError as error:
        sys.exit(f"mizan: {error}")
