"""Which law an environment stands under, and how long it keeps what it holds."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from environments.quantity import Days, Slug, TagValue
from environments.section import Section


class Perimeter(StrEnum):
    """The legal system in which an environment, or a site, stands."""

    ONSHORE = "onshore"
    """The country outside its financial free zones."""
    DIFC = "difc"
    """Dubai International Financial Centre: data protection law and courts of its own."""
    ADGM = "adgm"
    """Abu Dhabi Global Market: data protection regulations and courts of its own."""


class Sector(StrEnum):
    """The trade whose supervisor adds rules of its own."""

    GENERAL = "general"
    """No supervisor with residency rules."""
    BANK = "bank"
    """Licensed by the central bank."""
    HEALTH = "health"
    """Handles health information."""
    GOVERNMENT = "government"
    """Government entities and critical infrastructure."""


class DataClass(StrEnum):
    """What kind of data an environment may hold; each one is more protected than those before."""

    PUBLIC = "public"
    """Published, or fit to be."""
    INTERNAL = "internal"
    """Business data that names nobody."""
    PERSONAL = "personal"
    """Data about identified or identifiable people."""
    FINANCIAL = "financial"
    """Consumers and their transactions at a licensed institution."""
    SENSITIVE = "sensitive"
    """Personal data that the law guards more: belief, origin, biometrics, criminal record."""
    HEALTH = "health"
    """Health information of any kind."""


class Residency(StrEnum):
    """How strictly data stay where they are; each is stricter than those before."""

    FREE = "free"
    """No law keeps the data; the sites are what the environment says, inside the country."""
    DOCUMENTED_TRANSFER = "documented-transfer"
    """Data leave their perimeter only under a written, dated ground."""
    HARD = "hard-local"
    """Data never leave the country."""


class Retention(Section):
    """How long each kind of object is kept before it is destroyed."""

    raw_days: Days = Field(
        default=365, title="Raw data", description="Data as they arrived in the lake."
    )
    features_days: Days = Field(
        default=180, title="Features", description="What pipelines derive from raw data."
    )
    models_days: Days = Field(
        default=730, title="Models", description="Signed models, their cards and provenance."
    )
    audit_days: Days = Field(
        default=365, title="Audit records", description="Audit logs and decision records."
    )


class Transfer(Section):
    """A written permission to hold this environment's data in another perimeter's site."""

    site: Slug = Field(title="Site", description="Name of the site to which data go.")
    ground: str = Field(
        min_length=3, title="Ground", description="Provision of the law that allows the transfer."
    )
    reference: TagValue = Field(
        title="Reference", description="Number under which the assessment is filed."
    )
    approver: str = Field(min_length=3, title="Approver", description="Who approved the transfer.")
    expires: date = Field(
        title="Expires",
        description="Last day on which the permission holds.",
        json_schema_extra={"unit": "date"},
    )
