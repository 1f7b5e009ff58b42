"""What the model asks for and answers, in the words of the Open Inference Protocol."""

from typing import Any

from app.export import OUTPUT
from app.parity import TOLERANCE, Parity

LAST_MINUTE = 1439
INPUTS: tuple[dict[str, Any], ...] = (
    {
        "name": "carrier",
        "datatype": "BYTES",
        "description": "Airline, IATA code; empty or unknown is allowed",
    },
    {
        "name": "origin",
        "datatype": "BYTES",
        "description": "Airport of departure, IATA code; empty or unknown is allowed",
    },
    {
        "name": "dest",
        "datatype": "BYTES",
        "description": "Airport of arrival, IATA code; empty or unknown is allowed",
    },
    {
        "name": "weekday",
        "datatype": "FP32",
        "description": "Day of the week of the scheduled departure, 1 for Monday; NaN is missing",
        "unit": "day",
        "min": 1,
        "max": 7,
    },
    {
        "name": "departure_minute",
        "datatype": "FP32",
        "description": "Scheduled departure after local midnight; NaN is missing",
        "unit": "minute",
        "min": 0,
        "max": LAST_MINUTE,
    },
    {
        "name": "arrival_minute",
        "datatype": "FP32",
        "description": "Scheduled arrival after local midnight; NaN is missing",
        "unit": "minute",
        "min": 0,
        "max": LAST_MINUTE,
    },
    {
        "name": "distance",
        "datatype": "FP32",
        "description": "Distance between the airports; NaN is missing",
        "unit": "mile",
        "min": 0,
        "max": 12_500,
    },
)


def make_contract(parity: Parity) -> dict[str, Any]:
    """Returns `contract.json`.

    Args:
        parity: How well the file agrees with torch.
    """
    output = {
        "name": OUTPUT,
        "datatype": "FP32",
        "shape": [-1, 1],
        "description": "Probability that the flight arrives more than 15 minutes late",
    }
    return {
        "inputs": [{**one, "shape": [-1, 1]} for one in INPUTS],
        "outputs": [output],
        "parity": {
            "tolerance": TOLERANCE,
            "max_abs_difference": parity.max_abs_difference,
            "rows": parity.rows,
            "planted_values": parity.planted,
        },
    }
