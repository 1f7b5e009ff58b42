"""From raw inputs to numbers: everything that is learnt here is learnt from training months."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.flights import DELAYS, Flights, Floats, Texts

TEXTS = ("carrier", "origin", "dest")
WEATHER = (
    *("temperature", "humidity", "pressure", "visibility"),
    *("precipitation", "wind_speed", "wind_direction"),
)
NUMBERS = ("weekday", "departure_minute", "arrival_minute", "distance", *WEATHER, *DELAYS)
LEAST_FLIGHTS = 50
"""A category with fewer training flights is treated like one never seen."""
DAY_MINUTES = 1440
HOUR_MINUTES = 60
BAND_MINUTES = 120
WEEKDAYS = 7
HARMONICS = (1, 2)
HOURS = DAY_MINUTES // HOUR_MINUTES
BANDS = DAY_MINUTES // BAND_MINUTES
SINGLES = len(TEXTS) + 2
"""Columns of single categories (texts, weekday, hour); the ones after them are crosses."""
CROSSES = (("origin", "dest"), ("carrier", "origin"), ("origin", "hour"), ("carrier", "band"))
"""Pairs of categories that get embeddings of their own."""
AS_THEY_ARE = ("distance", "temperature", "humidity", "pressure", "visibility", "wind_speed")
SCALED = (
    *("departure_minute", "duration", *AS_THEY_ARE),
    *("precipitation", "wind_east", "wind_north", *DELAYS),
)
HUNDREDTHS = 100
"""Rain is told in hundredths of an inch, and its logarithm is used: the first drops matter most."""
LEAST_DELAY = -15.0
DELAY_SCALE = 10.0
"""Delays enter by their logarithm too, from ten minutes below the least that is counted."""
RADIANS = np.pi / 180
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """The learnt state of the features.

    Attributes:
        vocabularies: Known values of each text, sorted; the first has index 1, unknown is 0.
        medians: What stands in for a missing number.
        means: Mean of each scaled number.
        deviations: Standard deviation of each scaled number.
    """

    vocabularies: dict[str, tuple[str, ...]]
    medians: dict[str, float]
    means: dict[str, float]
    deviations: dict[str, float]

    @property
    def sizes(self) -> dict[str, int]:
        """Number of indices of each single category."""
        known = {name: len(values) + 1 for name, values in self.vocabularies.items()}
        return {**known, "weekday": WEEKDAYS + 1, "hour": HOURS, "band": BANDS}

    @property
    def cardinalities(self) -> tuple[int, ...]:
        """Number of indices of each column of `categories`."""
        sizes = self.sizes
        singles = (*TEXTS, "weekday", "hour")
        return (
            *(sizes[name] for name in singles),
            *(sizes[left] * sizes[right] for left, right in CROSSES),
        )

    def categories(self, flights: Flights) -> Indices:
        """Category indices, one column each: singles first, then the crosses."""
        index = {name: self._look_up(name, getattr(flights, name)) for name in TEXTS}
        weekday = np.where(np.isnan(flights.weekday), 0, flights.weekday)
        index["weekday"] = np.clip(weekday, 0, WEEKDAYS).astype(np.int64)
        departure = self._minute("departure_minute", flights.departure_minute)
        index["hour"] = np.floor(departure / np.float32(HOUR_MINUTES)).astype(np.int64)
        index["band"] = np.floor(departure / np.float32(BAND_MINUTES)).astype(np.int64)
        sizes = self.sizes
        crosses = [index[left] * sizes[right] + index[right] for left, right in CROSSES]
        singles = [index[name] for name in (*TEXTS, "weekday", "hour")]
        return np.stack([*singles, *crosses], axis=1)

    def numbers(self, flights: Flights) -> Floats:
        """Numeric features, one column each: scaled numbers, then the time of day as a circle."""
        columns = [
            (value - np.float32(self.means[name])) / np.float32(self.deviations[name])
            for name, value in self.quantities(flights).items()
        ]
        for name in ("departure_minute", "arrival_minute"):
            minute = self._minute(name, getattr(flights, name))
            for harmonic in HARMONICS:
                angle = minute * np.float32(2 * np.pi * harmonic / DAY_MINUTES)
                columns += [np.sin(angle), np.cos(angle)]
        return np.stack(columns, axis=1)

    def quantities(self, flights: Flights) -> dict[str, Floats]:
        """The numbers of `SCALED` before scaling, without gaps."""
        departure = self._minute("departure_minute", flights.departure_minute)
        arrival = self._minute("arrival_minute", flights.arrival_minute)
        day = np.float32(DAY_MINUTES)
        direction = self._fill(flights, "wind_direction") * np.float32(RADIANS)
        speed = self._fill(flights, "wind_speed")
        return {
            "departure_minute": departure,
            # By local clocks: it holds the difference of the time zones too.
            "duration": np.fmod(arrival - departure + day, day),
            **{name: self._fill(flights, name) for name in AS_THEY_ARE},
            "precipitation": np.log(
                np.maximum(self._fill(flights, "precipitation"), np.float32(0))
                * np.float32(HUNDREDTHS)
                + np.float32(1)
            ),
            "wind_east": np.sin(direction) * speed,
            "wind_north": np.cos(direction) * speed,
            **{name: self._delay(flights, name) for name in DELAYS},
        }

    def _delay(self, flights: Flights, name: str) -> Floats:
        above = np.maximum(self._fill(flights, name) - np.float32(LEAST_DELAY), np.float32(0))
        return np.asarray(np.log(above / np.float32(DELAY_SCALE) + np.float32(1)), np.float32)

    def _fill(self, flights: Flights, name: str) -> Floats:
        return _filled(getattr(flights, name), self.medians[name])

    def _look_up(self, name: str, values: Texts) -> Indices:
        index = {value: at for at, value in enumerate(self.vocabularies[name], start=1)}
        return np.fromiter((index.get(value, 0) for value in values), np.int64, len(values))

    def _minute(self, name: str, values: Floats) -> Floats:
        return np.clip(_filled(values, self.medians[name]), 0, np.float32(DAY_MINUTES - 1))


def fit(flights: Flights) -> Pipeline:
    """Learns vocabularies, stand-ins and scales.

    Args:
        flights: Flights of the training months, and of no other.
    """
    vocabularies = {}
    for name in TEXTS:
        values, counts = np.unique(getattr(flights, name).astype(str), return_counts=True)
        vocabularies[name] = tuple(values[counts >= LEAST_FLIGHTS].tolist())
    medians = {name: float(np.nanmedian(getattr(flights, name))) for name in NUMBERS}
    unscaled = Pipeline(vocabularies=vocabularies, medians=medians, means={}, deviations={})
    quantities = unscaled.quantities(flights)
    return Pipeline(
        vocabularies=vocabularies,
        medians=medians,
        means={name: float(quantities[name].mean(dtype=np.float64)) for name in SCALED},
        deviations={name: float(quantities[name].std(dtype=np.float64)) or 1.0 for name in SCALED},
    )


def _filled(values: Floats, stand_in: float) -> Floats:
    return np.where(np.isnan(values), np.float32(stand_in), values)
