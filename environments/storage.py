"""Where data rest and what protects them: object store, keys, certificates."""

from collections.abc import Iterator

from pydantic import Field

from environments.fault import Fault
from environments.profiles import PROFILES, SizeProfile
from environments.quantity import Days, Gibibytes, Hours
from environments.section import Section

_HOURS_A_DAY = 24


class ObjectStore(Section):
    """The buckets; every one is versioned and encrypted, and no field turns that off."""

    volume_size_gib: Gibibytes = Field(
        default=50,
        title="Volume size",
        description="Encrypted volume behind the store of an on-premises site; a cloud's own "
        "store grows by itself.",
    )
    profile: SizeProfile = Field(
        default=PROFILES["tiny"],
        title="Size",
        description="CPU and memory of the store's pod on an on-premises site.",
    )


class Keys(Section):
    """The encryption keys."""

    rotation_days: int = Field(
        default=365,
        ge=90,
        le=2560,
        title="Rotation",
        description="A key is renewed this often.",
        json_schema_extra={"unit": "days"},
    )
    deletion_window_days: int = Field(
        default=30,
        ge=7,
        le=30,
        title="Deletion window",
        description="How long a key that was asked to go can still be brought back.",
        json_schema_extra={"unit": "days"},
    )


class Certificates(Section):
    """The private authority and the certificates that it issues to services."""

    authority_days: Days = Field(
        default=365, title="Authority", description="Life of the authority's own certificate."
    )
    leaf_hours: Hours = Field(
        default=720, title="Service certificate", description="Life of a service's certificate."
    )
    renew_before_hours: Hours = Field(
        default=240,
        title="Renewal",
        description="A certificate is renewed when it has this long to live.",
    )
    profile: SizeProfile = Field(
        default=PROFILES["nano"],
        title="Size",
        description="CPU and memory of the issuing Job on an on-premises site.",
    )

    def faults(self) -> Iterator[Fault]:
        """Renewed before it ends, and never outliving its authority."""
        if self.renew_before_hours >= self.leaf_hours:
            yield Fault(
                path=("renew_before_hours",),
                reason="a service certificate would be renewed for ever",
                given=f"{self.renew_before_hours} hours",
                allowed=f"less than leaf_hours, {self.leaf_hours} hours",
            )
        if self.leaf_hours >= self.authority_days * _HOURS_A_DAY:
            yield Fault(
                path=("leaf_hours",),
                reason="a service certificate would outlive its authority",
                given=f"{self.leaf_hours} hours",
                allowed=f"less than authority_days, {self.authority_days * _HOURS_A_DAY} hours",
            )
