"""Prometheus metrics of the model server."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from app.model import Variant

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
PREFIX = "mizan_serving"


class Metrics:
    """Counters of one server, each server with a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            f"{PREFIX}_requests",
            "Answered inference requests",
            ["variant", "code"],
            registry=self.registry,
        )
        self.latency = Histogram(
            f"{PREFIX}_request_duration_seconds",
            "Time from the request's arrival to its answer, waiting included",
            ["variant"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.in_flight = Gauge(
            f"{PREFIX}_requests_in_flight",
            "Inference requests that are computed or wait",
            registry=self.registry,
        )
        self.rejections = Counter(
            f"{PREFIX}_rejections",
            "Inference requests that were refused",
            ["reason"],
            registry=self.registry,
        )
        self.exposures = Counter(
            f"{PREFIX}_exposures",
            "Assignments of a subject to a variant",
            ["variant", "version"],
            registry=self.registry,
        )
        self.model = Gauge(
            f"{PREFIX}_model_info",
            "Always 1; says which signed model is served",
            ["model", "variant", "version", "digest", "signed_by"],
            registry=self.registry,
        )
        self.weight = Gauge(
            f"{PREFIX}_variant_weight_percent",
            "Share of subjects that a variant gets",
            ["variant"],
            registry=self.registry,
        )

    def announce(self, model: str, variant: Variant, weight: float, signed_by: str) -> None:
        """States that a variant is served."""
        self.model.labels(model, variant.name, variant.version, variant.digest, signed_by).set(1)
        self.weight.labels(variant.name).set(weight)

    def text(self) -> bytes:
        """The metrics in the Prometheus text format."""
        return generate_latest(self.registry)
