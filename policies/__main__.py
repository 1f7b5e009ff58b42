"""Starts the policy pack; the Pulumi engine runs this folder. It serves until it is stopped."""

import sys
from pathlib import Path

# The engine runs the folder by path, so the room itself is not importable yet.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pulumi_policy import EnforcementLevel, PolicyPack

from policies.catalog import discover

if __name__ == "__main__":
    PolicyPack("mizan", discover(), enforcement_level=EnforcementLevel.MANDATORY)
