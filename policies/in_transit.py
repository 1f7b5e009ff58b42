"""What kinds that run data systems are asked for, so that these encrypt on the way, as a table."""

from collections.abc import Iterator
from typing import Final

from policies.accepting import one_of, yes
from policies.judging import Demand, Finding
from policies.reading import Tree, field, find

_TLS: Final = (yes, "true")
_SETTINGS: Final = (lambda value: isinstance(value, dict), "settings of TLS")

BY_KIND: Final[dict[str, tuple[Demand, ...]]] = {
    "kafka.strimzi.io/Kafka": (("spec.kafka.listeners[+].tls", *_TLS),),
    "kafka.strimzi.io/KafkaConnect": (("spec.tls", *_SETTINGS),),
    "kafka.strimzi.io/KafkaMirrorMaker2": (("spec.clusters[+].tls", *_SETTINGS),),
    "networking.istio.io/Gateway": (
        ("spec.servers[+].port.protocol", one_of("HTTPS", "TLS"), '"HTTPS" or "TLS"'),
    ),
}
_SPARK: Final = {
    "sparkoperator.k8s.io/SparkApplication": "spec.sparkConf",
    "sparkoperator.k8s.io/ScheduledSparkApplication": "spec.template.sparkConf",
}
SPARK: Final = (
    "spark.authenticate",
    "spark.io.encryption.enabled",
    "spark.network.crypto.enabled",
)
"""What Spark leaves off where nothing is said: https://spark.apache.org/docs/latest/security.html"""


def unencrypted_spark(kind: str, item: Tree, at: str) -> Iterator[Finding]:
    """Finds the settings without which Spark talks, and spills to disk, in plain text."""
    if kind in _SPARK:
        for path, settings in find(item, _SPARK[kind], at):
            for name in SPARK:
                if not yes(field(settings, name)):
                    yield Finding(
                        path=f"{path}.{name}", given=field(settings, name), allowed='"true"'
                    )
