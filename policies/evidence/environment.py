"""What an environment says of itself, read from its file as data."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from policies.evidence import EvidenceError


@dataclass(frozen=True)
class Site:
    """A place that holds the platform, or a copy of it.

    Attributes:
        role: `primary`, or what else the environment calls it.
        region: Cloud region; none on premises.
        country: ISO 3166-1 code, where the environment says it; a region's is in the boundary.
    """

    role: str
    name: str
    kind: str
    region: str | None
    country: str | None


@dataclass(frozen=True)
class Environment:
    """Whom the plan is for, and what decides which law binds it."""

    name: str
    owner: str
    contact: str
    perimeter: str
    sector: str
    data_classes: tuple[str, ...]
    dpo_contact: str | None
    dpia_id: str | None
    sites: tuple[Site, ...]
    transfers: tuple[dict[str, str], ...]
    """Documented transfers to sites in another perimeter."""

    def site_of(self, stack: str) -> Site:
        """The site that a stack is: `name.site` says so, and `name` alone is the first one."""
        name, _, said = stack.partition(".")
        for site in self.sites if name == self.name else ():
            if site.name == said or (not said and site.role == "primary"):
                return site
        raise EvidenceError(
            f"the stack {stack!r} is no site of the environment; allowed: {self.name!r} or "
            f"{self.name!r} with a dot and one of {[site.name for site in self.sites]}"
        )


def read(path: Path) -> Environment:
    """Reads what matters here of an environment's file; its shape is judged elsewhere.

    Raises:
        EvidenceError: The file cannot be read, or lacks what decides the law.
    """
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
        return _environment(said)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise EvidenceError(f"{path}: the environment cannot be read: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise EvidenceError(
            f"{path}: the environment lacks {error}; allowed: a file that "
            "environments/schema.json accepts"
        ) from error


def _environment(said: Any) -> Environment:
    return Environment(
        name=said["name"],
        owner=said["owner"],
        contact=said["contact"],
        perimeter=said["perimeter"],
        sector=said["sector"],
        data_classes=tuple(said["data_classes"]),
        dpo_contact=said.get("dpo_contact"),
        dpia_id=said.get("dpia_id"),
        sites=tuple(
            Site(
                role=role,
                name=site["name"],
                kind=site["kind"],
                region=site.get("region"),
                country=site.get("country"),
            )
            for role, site in said["sites"].items()
        ),
        transfers=tuple(
            {str(key): str(value) for key, value in transfer.items()}
            for transfer in said.get("transfers") or ()
        ),
    )
