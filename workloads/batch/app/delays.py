"""Delays by day: what happened on a day, and what was known of the days before it.

A flight counts for the day of its schedule, and is known from the day on which it arrived, so the
history of a day holds nothing that anybody learnt on that day or later.
"""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812 - as everybody who knows Spark writes it

from app.tables import DAY, PARTITION, Table

LATE_MINUTES = 15
DAY_MINUTES = 24 * 60
HISTORIES = (7, 28)
"""Days before a day that its history reaches back."""
KNOWN = "known"
COLUMNS = ("year", "month", "day", "sched_dep_time", "dep_delay", "arr_time", "arr_delay",
           "carrier", "origin", "dest")  # fmt: skip
"""Columns of the landed flights that are read."""


def outcomes(flights: DataFrame) -> DataFrame:
    """Each flight with its day, the day from which its outcome was known, and the outcome.

    Clock times are of the airport where the clock stands. Nobody flies west for a night from
    there, so an arrival by an earlier clock than the departure's was on the day after it.
    """
    scheduled = _minutes(F.col("sched_dep_time"))
    left = scheduled + F.coalesce(F.col("dep_delay"), F.lit(0))
    overnight = _minutes(F.col("arr_time")) < F.pmod(left, F.lit(DAY_MINUTES))
    days = F.floor(left / DAY_MINUTES) + F.when(overnight, 1).otherwise(0)
    date = F.make_date("year", "month", "day")
    return flights.select(
        date.alias(DAY),
        F.date_add(date, days.cast("int")).alias(KNOWN),
        "carrier",
        "origin",
        "dest",
        F.col("arr_delay").cast("bigint").alias("delay"),
    )


def daily(flights: DataFrame, table: Table) -> DataFrame:
    """The rows of a table, one for each day and key on which a flight was scheduled.

    Args:
        flights: What `outcomes` gives.
        table: The table.
    """
    arrived = F.count("delay")
    of_day = flights.groupBy(DAY, *table.keys).agg(
        F.count(F.lit(1)).alias("flights"), *_counted(), F.lit(0).alias("n"), F.lit(0).alias("l"),
        F.lit(0).alias("d"),
    )  # fmt: skip
    known = (
        flights.where(F.col("delay").isNotNull())
        .groupBy(F.col(KNOWN).alias(DAY), *table.keys)
        .agg(arrived.alias("n"), _late().alias("l"), F.sum("delay").alias("d"))
    )
    both = of_day.unionByName(known, allowMissingColumns=True).withColumn(
        "number", F.unix_date(DAY)
    )
    rows = both.select("*", *(one for days in HISTORIES for one in _before(days, table)))
    return (
        rows.where(F.col("flights").isNotNull())
        .withColumn("mean_delay", F.col("total") / F.col("arrived"))
        .withColumn(PARTITION, F.date_format(DAY, "yyyy-MM"))
        .select(*(F.col(name).cast(type_) for name, type_ in table.columns.items()))
    )


def _counted() -> list[Column]:
    return [
        F.count("delay").alias("arrived"),
        _late().alias("late"),
        F.sum("delay").alias("total"),
    ]


def _late() -> Column:
    return F.coalesce(F.sum((F.col("delay") > LATE_MINUTES).cast("int")), F.lit(0))


def _before(days: int, table: Table) -> list[Column]:
    """What was known of a key in the days before, today not counted."""
    past = Window.partitionBy(*table.keys).orderBy("number").rangeBetween(-days, -1)
    arrived = F.coalesce(F.sum("n").over(past), F.lit(0))
    return [
        arrived.alias(f"arrived_before_{days}d"),
        F.try_divide(F.sum("l").over(past), arrived).alias(f"late_share_before_{days}d"),
        F.try_divide(F.sum("d").over(past), arrived).alias(f"mean_delay_before_{days}d"),
    ]


def _minutes(clock: Column) -> Column:
    """Minutes since midnight of a clock time such as 1435."""
    return F.floor(clock / 100) * 60 + F.pmod(clock, F.lit(100))
