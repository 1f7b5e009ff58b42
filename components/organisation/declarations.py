"""The tag policy: mandatory tags are spelt alike."""

from collections.abc import Collection, Mapping
from typing import Any

Document = dict[str, Any]

MANDATORY = ("cost-centre", "data-class", "environment", "owner", "profile", "workload")
"""Tags that every resource bears."""
ENFORCED = ("ec2:instance", "ec2:volume", "s3:bucket")
"""Where a tag with another value is refused, not only reported."""


def tags(values: Mapping[str, Collection[str]]) -> Document:
    """Spells the mandatory tags, and says which values some of them may have.

    Args:
        values: Allowed values by tag; a tag that is not here may have any. One `*` in a value
            stands for any text.

    Raises:
        ValueError: if a tag is not one of the mandatory ones, or none of its values is allowed.
    """
    for tag, allowed in values.items():
        if tag not in MANDATORY or not allowed:
            raise ValueError(
                f"values of the tag {tag!r} are {sorted(allowed)}: name one of "
                f"{', '.join(MANDATORY)}, and at least one value"
            )
    return {
        "tags": {
            tag: {
                "tag_key": {"@@assign": tag},
                **(
                    {
                        "tag_value": {"@@assign": sorted(values[tag])},
                        "enforced_for": {"@@assign": list(ENFORCED)},
                    }
                    if tag in values
                    else {}
                ),
            }
            for tag in MANDATORY
        }
    }
