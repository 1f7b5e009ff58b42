"""What keeps a second site's registry filled: it fetches each image of a release by its digest."""

from components.image_replication.copy_list import CopyList, CopyListArgs, Own, Primary
from components.image_replication.copying import ImageReplication, ImageReplicationArgs

__all__ = [
    "CopyList",
    "CopyListArgs",
    "ImageReplication",
    "ImageReplicationArgs",
    "Own",
    "Primary",
]
