"""The figures of docs/cost.md are those that the tables give."""

import re
from dataclasses import replace
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

    def endpoint(zones: int) -> Decimal:
        subnets = ["subnet"] * zones
        kind = "aws:ec2/vpcEndpoint:VpcEndpoint"
        return of(kind, vpcEndpointType="Interface", subnetIds=subnets)

    authority = "aws:acmpca/certificateAuthority:CertificateAuthority"
    key, bucket = "aws:kms/key:Key", "aws:s3/bucket:Bucket"
    logs, detector = "aws:cloudwatch/logGroup:LogGroup", "aws:guardduty/detector:Detector"
    feature = "aws:guardduty/detectorFeature:DetectorFeature"
    template, group = pool(1, 1)
    by_the_minute = {**template.inputs, "monitoring": {"enabled": True}}
    watched = priced(replace(template, inputs=by_the_minute), group).floor
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
        "trail with data events": of("aws:cloudtrail/trail:Trail"),
        "Config recorder": of("aws:cfg/recorder:Recorder"),
        "ten Config rules": of("aws:cfg/rule:Rule", 10),
        "GuardDuty": of(detector),
        "GuardDuty runtime monitoring, two vCPUs": of(feature, name="RUNTIME_MONITORING"),
        "GuardDuty on two million audit records of EKS": of(feature, name="EKS_AUDIT_LOGS"),
        "metrics by the minute of one machine": watched - machine("m7g.large"),
        "Security Hub": of("aws:securityhub/account:Account"),
        "Inspector": of("aws:inspector2/enabler:Enabler"),
        "MSK, three m7g.large with 500 GB each": of("aws:msk/cluster:Cluster", **brokers),
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


def test_every_step_of_the_ladder_costs_less() -> None:
    ladder = PAGE.read_text().partition("| step | floor | what goes")[2].partition("\n\n")[0]
    floors = [Decimal(usd) for usd in re.findall(r" \| ([0-9.]+) \| ", ladder)]

    assert len(floors) > 5
    assert floors == sorted(floors, reverse=True)
    assert floors[-1] < 210
