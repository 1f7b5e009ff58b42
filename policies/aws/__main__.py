"""Writes the list of all types of the installed AWS provider: ``python -m policies.aws``."""

from pathlib import Path

from policies.aws import sdk, world


def main(path: Path = world.TYPES) -> None:
    """Reads the provider and writes the list, for a review of what is new in it."""
    path.write_text(world.listing(sdk.inputs()), encoding="utf-8")


if __name__ == "__main__":
    main()
