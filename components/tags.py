"""What a cloud resource is for: the tags by which cost and law are asked.

Who owns it, who pays and which environment it belongs to stand in the provider's default tags, so
that no component can forget them. What only the component knows is here.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Tags:
    """The purpose of a resource, in the words of cost reports and of the law."""

    workload: str
    """What it works for (`training`, `serving`), or `platform` where it works for all."""
    data_class: str
    """The most protected class of data that it holds or carries."""
    profile: str
    """Workload profile, by which cost is planned (`gpu-training`, `cpu-inference`, `shared`)."""

    def of(self, name: str) -> dict[str, str]:
        """The tags of the resource with this name."""
        return {
            "Name": name,
            "workload": self.workload,
            "data-class": self.data_class,
            "profile": self.profile,
        }
