"""Detection: each feature of GuardDuty looks at something else, and is paid by what it looks at."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from policies.costing.estimate import Measure, Use
from policies.costing.plan import Plan, Planned
from policies.costing.rates import Tables, UnpricedError

_FEATURES: Final[Mapping[str, Use]] = {
    # One cluster of a few nodes writes some two million audit records a month.
    "EKS_AUDIT_LOGS": Use(rate="guardduty/audit-logs", floor=Decimal(2), ceiling=Decimal(50)),
    # Volumes are read when something was found, and never otherwise.
    "EBS_MALWARE_PROTECTION": Use(
        rate="guardduty/malware", floor=Decimal(0), ceiling=Decimal(1000)
    ),
    "S3_DATA_EVENTS": Use(rate="guardduty/s3-events", floor=Decimal(1), ceiling=Decimal(100)),
    # vCPUs of nodes: one node of two at the least.
    "EKS_RUNTIME_MONITORING": Use(rate="guardduty/runtime", floor=Decimal(2), ceiling=Decimal(200)),
    "RUNTIME_MONITORING": Use(rate="guardduty/runtime", floor=Decimal(2), ceiling=Decimal(200)),
}


def _feature(resource: Planned, _plan: Plan, _tables: Tables) -> Iterable[Use]:
    if resource.text("status", "ENABLED") == "DISABLED":
        return
    name = resource.text("name")
    if name not in _FEATURES:
        raise UnpricedError(f"no assumption of what the feature {name} looks at")
    yield _FEATURES[name]


MEASURES: dict[str, Measure] = {"aws:guardduty/detectorFeature:DetectorFeature": _feature}
