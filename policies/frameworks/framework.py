"""The shape of a framework: whom it binds, what its controls ask, and what answers them."""

from collections.abc import Collection
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Perimeter = Literal["onshore", "difc", "adgm"]
Sector = Literal["general", "bank", "health", "government"]
DataClass = Literal["public", "internal", "personal", "financial", "sensitive", "health"]


class Data(BaseModel):
    """What people write: frozen, and refused where it says anything that is not agreed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Scope(Data):
    """A kind of environment: each list that is given has to match."""

    perimeters: list[Perimeter] = []
    sectors: list[Sector] = []
    data_classes: list[DataClass] = []

    @model_validator(mode="after")
    def _of_something(self) -> "Scope":
        if not (self.perimeters or self.sectors or self.data_classes):
            raise ValueError("a scope without a list binds nobody; write `everybody: true` instead")
        return self

    def holds(self, perimeter: str, sector: str, data_classes: Collection[str]) -> bool:
        """Tells whether an environment is of this kind."""
        return (
            (not self.perimeters or perimeter in self.perimeters)
            and (not self.sectors or sector in self.sectors)
            and (not self.data_classes or not set(self.data_classes).isdisjoint(data_classes))
        )

    def words(self) -> str:
        """Says in words which environments are of this kind."""
        parts = [
            f"{noun} {' or '.join(values)}"
            for noun, values in (
                ("perimeter", self.perimeters),
                ("sector", self.sectors),
                ("data class", self.data_classes),
            )
            if values
        ]
        return ", ".join(parts)


class Binding(Data):
    """Whom a framework binds: everybody, or environments of any of these kinds."""

    everybody: bool = False
    any_of: list[Scope] = []
    note: Text | None = None
    """What an environment cannot say of itself and the reader has to know."""

    @model_validator(mode="after")
    def _one_way(self) -> "Binding":
        if self.everybody == bool(self.any_of):
            raise ValueError("a framework binds either everybody or the kinds in `any_of`")
        return self

    def holds(self, perimeter: str, sector: str, data_classes: Collection[str]) -> bool:
        """Tells whether an environment is bound."""
        return self.everybody or any(
            scope.holds(perimeter, sector, data_classes) for scope in self.any_of
        )

    def words(self) -> str:
        """Says in words whom it binds."""
        if self.everybody:
            return "every environment"
        return "; or ".join(scope.words() for scope in self.any_of)


class Verified(Data):
    """How far what is said of a control was checked, and against what."""

    level: Literal["primary", "secondary", "not-verified"]
    where: Text


class Evidence(Data):
    """What answers a control beside rules: a file of this repository, or what people do."""

    kind: Literal["component", "test", "document", "process"]
    where: Text
    """Path in the repository; of a process, who does it."""
    says: Text
    types: list[Annotated[str, Field(pattern=r"^[\w-]+:[\w./-]+:\w+$")]] = []
    """Types of which a plan with this component has at least one."""

    @model_validator(mode="after")
    def _types_of_components(self) -> "Evidence":
        if bool(self.types) != (self.kind == "component"):
            raise ValueError("a component names the types that a plan with it has; others do not")
        return self


class Control(Data):
    """One article, clause or control."""

    id: Text
    title: Text
    edition: Text | None = None
    """Where it differs from the edition of its framework."""
    requirement: Text
    priority: Literal["P1", "P2", "P3", "P4"] | None = None
    themes: list[Slug] = []
    rules: list[Slug] = []
    evidence: list[Evidence] = []
    verified: Verified
    not_checkable: Text | None = None
    """Why no rule can answer it, or what of it no rule can."""

    @model_validator(mode="after")
    def _answered(self) -> "Control":
        if not (self.themes or self.rules or self.not_checkable):
            raise ValueError(f"{self.id} has neither themes, rules nor a reason in not_checkable")
        return self


class Framework(Data):
    """A law or a standard."""

    id: Slug
    short: Text
    title: Text
    edition: Text
    issuer: Text
    force: Literal["law", "regulation", "standard", "policy", "charter", "own"]
    binds: Binding
    superseded_by: Slug | None = None
    """Another framework that took its place; it then binds nobody."""
    about: Text
    controls: Annotated[list[Control], Field(min_length=1)]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> "Framework":
        ids = [control.id for control in self.controls]
        if twice := sorted({one for one in ids if ids.count(one) > 1}):
            raise ValueError(f"control ids stand twice: {', '.join(twice)}")
        return self


class Theme(Data):
    """Rules that answer the same demand of many laws, named once."""

    title: Text
    rules: Annotated[list[Slug], Field(min_length=1)]
