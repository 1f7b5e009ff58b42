"""What looks for trouble in the account, and tells it: threats, weaknesses, open doors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws import accessanalyzer, guardduty, inspector2

from components.detection.account_settings import account_settings
from components.detection.call_alarms import call_alarms
from components.detection.findings import tell_findings
from components.detection.security_hub import STANDARDS, Standard, security_hub
from components.tags import Tags

__all__ = ["Detection", "DetectionArgs", "Standard"]

FEATURES: Final[dict[str, tuple[str, ...]]] = {
    "S3_DATA_EVENTS": (),
    "EKS_AUDIT_LOGS": (),
    "EBS_MALWARE_PROTECTION": (),
    "RUNTIME_MONITORING": ("EKS_ADDON_MANAGEMENT",),
}
"""What GuardDuty looks at besides the calls, and what it manages for that. Databases and functions
are missing: the platform has none."""


@dataclass(frozen=True, kw_only=True)
class DetectionArgs:
    """Whom to tell, and what to hold the account to."""

    account: str
    """Number of the account."""
    region: str
    """Region of the account."""
    topic_arn: pulumi.Input[str]
    """The incident topic."""
    log_group_name: pulumi.Input[str]
    """Where the trail keeps the calls (`AuditTrail.log_group_name`)."""
    volume_key_arn: pulumi.Input[str]
    """Key of every volume that names none."""
    standards: Sequence[Standard]
    """Standards of Security Hub; each costs by the number of its checks."""
    unused_access_days: int = 90
    """After how many days without use a right is reported."""
    tags: Tags
    """What is watched."""


class Detection(pulumi.ComponentResource):
    """Threat detection, posture and vulnerability checks, and alarms on the recorded calls."""

    detector_id: pulumi.Output[str]

    def __init__(
        self, name: str, args: DetectionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Switch detection on in the account.

        Raises:
            ValueError: if no standard is given, or one that is not known.
        """
        super().__init__("mizan:components:Detection", name, None, opts)
        if not args.standards or set(args.standards) - set(STANDARDS):
            raise ValueError(
                f"{name}: standards {list(args.standards)}: give one or more of "
                f"{', '.join(STANDARDS)}"
            )
        child = pulumi.ResourceOptions(parent=self)
        detector = guardduty.Detector(
            f"{name}-detector",
            enable=True,
            finding_publishing_frequency="FIFTEEN_MINUTES",
            tags=args.tags.of(f"{name}-detector"),
            opts=child,
        )
        for feature, managed in FEATURES.items():
            guardduty.DetectorFeature(
                f"{name}-{feature.lower().replace('_', '-')}",
                detector_id=detector.id,
                name=feature,
                status="ENABLED",
                additional_configurations=[
                    guardduty.DetectorFeatureAdditionalConfigurationArgs(
                        name=part, status="ENABLED"
                    )
                    for part in managed
                ]
                or None,
                opts=child,
            )
        inspector2.Enabler(
            f"{name}-inspector",
            account_ids=[args.account],
            resource_types=["EC2", "ECR"],
            opts=child,
        )
        accessanalyzer.Analyzer(
            f"{name}-external-access",
            analyzer_name=f"{name}-external-access",
            type="ACCOUNT",
            tags=args.tags.of(f"{name}-external-access"),
            opts=child,
        )
        accessanalyzer.Analyzer(
            f"{name}-unused-access",
            analyzer_name=f"{name}-unused-access",
            type="ACCOUNT_UNUSED_ACCESS",
            configuration=accessanalyzer.AnalyzerConfigurationArgs(
                unused_access=accessanalyzer.AnalyzerConfigurationUnusedAccessArgs(
                    unused_access_age=args.unused_access_days
                )
            ),
            tags=args.tags.of(f"{name}-unused-access"),
            opts=child,
        )
        security_hub(name, region=args.region, standards=args.standards, parent=self)
        account_settings(name, volume_key_arn=args.volume_key_arn, parent=self)
        call_alarms(
            name,
            log_group_name=args.log_group_name,
            topic_arn=args.topic_arn,
            tags=args.tags,
            parent=self,
        )
        tell_findings(name, topic_arn=args.topic_arn, tags=args.tags, parent=self)
        self.detector_id = detector.id
        self.register_outputs({"detector_id": self.detector_id})
