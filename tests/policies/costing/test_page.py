"""The figures of docs/cost.md are those that the tables give."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).resolve().parents[3] / "docs" / "cost.md"


@pytest.fixture
def steps(priced, planned, pool) -> dict[str, Decimal]:
    """The floor of each step that the page names, by the words of the page."""

    def of(kind: str, count: int = 1, **inputs: Any) -> Decimal:
        return priced(*(planned(kind, **inputs) for _ in range(count))).floor

    def machine(kind: str) -> Decimal:
        return priced(*pool(1, 1, kind)).floor

    def endpoint(zones: int, count: int = 1) -> Decimal:
        subnets = ["subnet"] * zones
        kind = "aws:ec2/vpcEndpoint:VpcEndpoint"
        return of(kind, count, vpcEndpointType="Interface", subnetIds=subnets)

    authority = "aws:acmpca/certificateAuthority:CertificateAuthority"
    key, bucket = "aws:kms/key:Key", "aws:s3/bucket:Bucket"
    logs, detector = "aws:cloudwatch/logGroup:LogGroup", "aws:guardduty/detector:Detector"
    trail, alarm = "aws:cloudtrail/trail:Trail", "aws:cloudwatch/metricAlarm:MetricAlarm"
    names = "ResolverFirewallRuleGroupAssociation"
    dns = of(f"aws:route53/{names[0].lower()}{names[1:]}:{names}")
    brokers = {
        "numberOfBrokerNodes": 3,
        "brokerNodeGroupInfo": {
            "instanceType": "kafka.m7g.large",
            "storageInfo": {"ebsStorageInfo": {"volumeSize": 500}},
        },
    }
    return {
        "EKS control plane": of("aws:eks/cluster:Cluster"),
        "m7g.large (2 vCPU, 8 GiB, Arm) with 40 GiB": machine("m7g.large"),
        "m8g.large (the same, newer) with 40 GiB": machine("m8g.large"),
        "m6i.large (the same, x86) with 40 GiB": machine("m6i.large"),
        "m7i.large (x86 with AMX) with 40 GiB": machine("m7i.large"),
        "one interface endpoint in one zone": endpoint(1),
        "one interface endpoint in two zones": endpoint(2),
        "one interface endpoint in three zones": endpoint(3),
        "DNS firewall": dns,
        "Network Firewall in one zone": of(
            "aws:networkfirewall/firewall:Firewall", subnetMappings=["subnet"]
        ),
        "load balancer": of("aws:lb/loadBalancer:LoadBalancer", loadBalancerType="network"),
        "web firewall with five rules": of("aws:wafv2/webAcl:WebAcl", rules=["rule"] * 5),
        "private CA, general purpose": of(authority),
        "private CA, short-lived certificates": of(authority, usageMode="SHORT_LIVED_CERTIFICATE"),
        "VPN to the office": of("aws:ec2/vpnConnection:VpnConnection"),
        "one key": of(key, enableKeyRotation=True),
        "one bucket": of(bucket),
        "one log group": of(logs),
        "trail with data events": of(trail),
        "Config recorder": of("aws:cfg/recorder:Recorder"),
        "ten Config rules": of("aws:cfg/rule:Rule", 10),
        "GuardDuty": of(detector),
        "GuardDuty runtime monitoring": of(
            "aws:guardduty/detectorFeature:DetectorFeature", name="RUNTIME_MONITORING"
        ),
        "Security Hub": of("aws:securityhub/account:Account"),
        "Inspector": of("aws:inspector2/enabler:Enabler"),
        "MSK, three m7g.large with 500 GB each": of("aws:msk/cluster:Cluster", **brokers),
        "one m7g.large with 40 GiB": machine("m7g.large"),
        "endpoints in one zone: ec2, ecr.api, ecr.dkr, eks-auth": endpoint(1, 4),
        "four keys": of(key, 4, enableKeyRotation=True),
        "five buckets": of(bucket, 5),
        "four log groups and flow records": of(logs, 4) + of("aws:ec2/flowLog:FlowLog"),
        "six image repositories": of("aws:ecr/repository:Repository", 6),
        "backup vault, topic, four alarms, DNS firewall": of("aws:backup/vault:Vault")
        + of("aws:sns/topic:Topic")
        + of(alarm, 4)
        + dns,
        "GuardDuty without runtime monitoring": of(detector),
    }


def rows() -> list[tuple[str, Decimal]]:
    found = re.findall(r"^\| ([^|*]+) \| ([0-9.]+) \|$", PAGE.read_text(), re.MULTILINE)
    return [(step, Decimal(usd)) for step, usd in found]


def test_each_figure_of_the_page_is_what_it_costs(steps: dict[str, Decimal]) -> None:
    told = rows()

    assert {step for step, _ in told} == set(steps)
    wrong = {
        step: (usd, steps[step]) for step, usd in told if abs(usd - steps[step]) > Decimal("0.006")
    }
    assert wrong == {}


def test_the_recommended_floor_is_the_sum_and_under_the_best_public_one() -> None:
    page = PAGE.read_text()
    part = page[page.index("| part | floor |") :]
    figures = [
        Decimal(usd) for usd in re.findall(r"^\| [^|*]+ \| ([0-9.]+) \|$", part, re.MULTILINE)
    ]
    (together,) = re.findall(r"\*\*together\*\* \| \*\*([0-9.]+)\*\*", page)

    assert sum(figures) == Decimal(together)
    assert Decimal(together) < 210
