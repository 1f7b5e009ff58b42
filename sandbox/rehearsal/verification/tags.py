"""Every resource that can be tagged carries every mandatory tag, with a value."""

from typing import Final

from sandbox.rehearsal.live import Found, Live

OF_COMPONENTS: Final = ("workload", "data-class", "profile")
"""Tags that say what a resource is for, beside those of the environment."""


def verify(live: Live) -> Found:
    """Read the tags of every resource of the stack whose type has tags."""
    wanted = {*live.environment.own_tags, *OF_COMPONENTS}
    tagged = [one for one in live.in_cloud if "tagsAll" in one.get("outputs", {})]
    faults = []
    for one in tagged:
        tags = one["outputs"]["tagsAll"] or {}
        missing = sorted(tag for tag in wanted if not tags.get(tag))
        if missing:
            faults.append(f"{one['urn'].rpartition('::')[2]} ({one['type']}) lacks {missing}")
    return Found(len(tagged), faults)
