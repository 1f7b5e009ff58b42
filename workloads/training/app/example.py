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
            "data": [_as_json(getattr(flights, one["name"])[:1].tolist()[0])],
        }
        for one in INPUTS
    ]
    return {"request": {"inputs": inputs}, "probability": probability, "tolerance": TOLERANCE}


def _as_json(value: str | float) -> str | float | None:
    """JSON has no not-a-number: the protocol's servers take null for a missing one."""
    return None if value != value else value  # noqa: PLR0124 - only not-a-number differs from itself
