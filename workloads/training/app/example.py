"""One real flight as a request, with the answer that training computed for it."""

from typing import Any

from app.contract import INPUTS
from app.flights import Flights
from app.parity import TOLERANCE


def make_example(flights: Flights, probability: float) -> dict[str, Any]:
    """Returns a request of the Open Inference Protocol and what must come back.

    Whoever deploys the model can thus tell that the served one is the trained one.

    Args:
        flights: Flights, of which the first is asked about.
        probability: What torch says of it.
    """
    inputs = [
        {
            "name": one["name"],
            "datatype": one["datatype"],
            "shape": [1, 1],
            "data": [getattr(flights, one["name"])[:1].tolist()[0]],
        }
        for one in INPUTS
    ]
    return {"request": {"inputs": inputs}, "probability": probability, "tolerance": TOLERANCE}
