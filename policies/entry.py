"""What the entries of the boundary have in common."""

from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Text: TypeAlias = Annotated[str, Field(min_length=1)]


class Entry(BaseModel):
    """Why something is allowed, and where that can be checked."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    reason: Text
    source: Text
