"""What the model asks for and answers, in the words of the Open Inference Protocol."""

from typing import Any

from app.export import OUTPUT
from app.features import LEAST_DELAY
from app.parity import TOLERANCE, Parity
from app.recent import MOST_DELAY

LAST_MINUTE = 1439


def _weather(name: str, what: str, unit: str, least: float, most: float) -> dict[str, Any]:
    return {
        "name": name,
        "datatype": "FP32",
        "description": f"{what} expected at departure, there and in that hour; null is missing",
        "unit": unit,
        "min": least,
        "max": most,
    }


def _delay(name: str, whose: str, hours: int) -> dict[str, Any]:
    return {
        "name": name,
        "datatype": "FP32",
        "description": f"Mean departure delay of {whose} that left in the {hours} hours up to one "
        "hour before the scheduled departure, each counted from -15 to 120; null is fewer than 3",
        "unit": "minute",
        "min": LEAST_DELAY,
        "max": MOST_DELAY,
    }


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
        "description": "Day of the week of the scheduled departure, 1 for Monday; null is missing",
        "unit": "day",
        "min": 1,
        "max": 7,
    },
    {
        "name": "departure_minute",
        "datatype": "FP32",
        "description": "Scheduled departure after local midnight; null is missing",
        "unit": "minute",
        "min": 0,
        "max": LAST_MINUTE,
    },
    {
        "name": "arrival_minute",
        "datatype": "FP32",
        "description": "Scheduled arrival after local midnight; null is missing",
        "unit": "minute",
        "min": 0,
        "max": LAST_MINUTE,
    },
    {
        "name": "distance",
        "datatype": "FP32",
        "description": "Distance between the airports; null is missing",
        "unit": "mile",
        "min": 0,
        "max": 12_500,
    },
    _weather("temperature", "Air temperature", "degree Fahrenheit", -80, 140),
    _weather("humidity", "Relative humidity", "per cent", 0, 100),
    _weather("pressure", "Air pressure at sea level", "millibar", 850, 1100),
    _weather("visibility", "Visibility", "mile", 0, 100),
    _weather("precipitation", "Rain or melted snow in the hour", "inch", 0, 20),
    _weather("wind_speed", "Wind speed", "mile per hour", 0, 250),
    _weather("wind_direction", "Where the wind is from", "degree", 0, 360),
    _delay("origin_delay", "flights of the same airport", 2),
    _delay("carrier_delay", "the carrier's flights from New York", 3),
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
