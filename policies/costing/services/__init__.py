"""What the properties of each type of resource say that it uses: one short file per service."""

from policies.costing.estimate import Measure
from policies.costing.services import compute, detection, edge, elastic, network, storage, streaming

MEASURES: dict[str, Measure] = {
    **compute.MEASURES,
    **detection.MEASURES,
    **edge.MEASURES,
    **elastic.MEASURES,
    **network.MEASURES,
    **storage.MEASURES,
    **streaming.MEASURES,
}
"""Type of resource to how its use is read."""
