"""What each kind of Kubernetes object does, and by which rules it is judged, as reviewed data."""

from pathlib import Path
from typing import Annotated, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

PATH: Final = Path(__file__).resolve().with_name("kubernetes_kinds.yaml")

Deed = Literal[
    "admits",
    "configures",
    "defines",
    "grants",
    "harmless",
    "moves",
    "opens",
    "places",
    "runs",
    "stores",
]


class Kind(BaseModel):
    """One kind: what it does, and what the law makes of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    does: Annotated[list[Deed], Field(min_length=1)]
    verdict: Literal["allowed", "judged", "refused"]
    by: list[str] = []
    why: str = ""

    @model_validator(mode="after")
    def _says_why(self) -> "Kind":
        if (self.verdict == "judged") != bool(self.by):
            raise ValueError("a judged kind, and no other, names its rules under `by`")
        if (self.verdict == "judged") == bool(self.why):
            raise ValueError("an allowed or refused kind, and no other, says `why`")
        return self


def load(path: Path = PATH) -> dict[str, Kind]:
    """Reads the table.

    Args:
        path: The file; by default the one that ships with the pack.

    Returns:
        ``group/Kind`` to what is known of it.

    Raises:
        pydantic.ValidationError: An entry does not have the agreed shape.
    """
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return TypeAdapter(dict[str, Kind]).validate_python(document["kinds"])


KINDS: Final = load()
GROUPS: Final = frozenset(name.partition("/")[0] for name in KINDS)
"""Groups of which at least one kind is classified."""
