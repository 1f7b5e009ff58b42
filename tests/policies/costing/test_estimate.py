"""Every kind of resource costs what its properties say, and what they do not say is not zero."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from policies.costing import rates
from policies.costing.estimate import estimate
from policies.costing.plan import Plan
from policies.costing.services import MEASURES
from policies.costing.services.elastic import gpus, vcpus
from tests.support.policy_types import arguments

HOURS = 730
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def near(value: float) -> Any:
    return pytest.approx(Decimal(str(value)), abs=Decimal("0.01"))


def test_a_pool_costs_its_minimum_at_least_and_its_maximum_at_most(priced, pool) -> None:
    found = priced(*pool(1, 3))

    assert found.floor == near(0.10 * HOURS + 40 * 0.10)
    assert found.ceiling == near(3 * (0.10 * HOURS + 40 * 0.10))


def test_each_further_machine_of_a_minimum_raises_the_floor(priced, pool) -> None:
    one, two = priced(*pool(1, 9)), priced(*pool(2, 9))

    assert two.floor - one.floor == one.floor
    assert two.ceiling == one.ceiling


def test_a_pool_of_several_types_is_cheapest_at_least_and_dearest_at_most(priced, planned) -> None:
    disk = {"ebs": {"volumeSize": 0}}
    template = planned("aws:ec2/launchTemplate:LaunchTemplate", blockDeviceMappings=[disk])
    group = planned(
        "aws:eks/nodeGroup:NodeGroup",
        made_from={"launchTemplate": template},
        scalingConfig={"minSize": 1, "maxSize": 2},
        instanceTypes=["m7i.large", "m7g.large"],
    )

    found = priced(template, group)

    assert found.floor == near(0.10 * HOURS)
    assert found.ceiling == near((0.10 + 0.12359) * HOURS)


def elastic(planned, *, limits: dict[str, Any] | None, **wanted: list[str]) -> list[Any]:
    keys = {
        "families": "karpenter.k8s.aws/instance-family",
        "sizes": "karpenter.k8s.aws/instance-size",
        "types": "node.kubernetes.io/instance-type",
    }
    requirements = [
        {"key": keys[key], "operator": "In", "values": values} for key, values in wanted.items()
    ]
    node_class = planned(
        "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass",
        metadata={"name": "nodes"},
        spec={"blockDeviceMappings": [{"ebs": {"volumeSize": "100Gi", "volumeType": "gp3"}}]},
    )
    spec = {"nodeClassRef": {"name": "nodes"}, "requirements": requirements}
    shape = {"template": {"spec": spec}, **({} if limits is None else {"limits": limits})}
    return [node_class, planned("kubernetes:karpenter.sh/v1:NodePool", spec=shape)]


def test_an_elastic_pool_costs_nothing_at_least_and_its_limits_at_most(priced, planned) -> None:
    found = priced(*elastic(planned, limits={"cpu": "16"}, types=["m7g.xlarge"]))

    assert found.floor == 0
    assert found.ceiling == near(4 * (0.2001 * HOURS + 100 * 0.10))


def test_a_limit_of_gpus_bounds_a_pool_of_gpu_machines(priced, planned) -> None:
    limits = {"cpu": 1000, "nvidia.com/gpu": 4}

    found = priced(*elastic(planned, limits=limits, families=["g5"], sizes=["xlarge"]))

    assert found.ceiling == near(4 * (1.234 * HOURS + 100 * 0.10))


@pytest.mark.parametrize(
    ("limits", "wanted", "reason"),
    [
        (None, {"families": ["m7g"]}, "so it has no ceiling"),
        ({"memory": "64Gi"}, {"families": ["m7g"]}, "so it has no ceiling"),
        ({"cpu": UNKNOWN}, {"families": ["m7g"]}, "so it has no ceiling"),
        ({"cpu": 8}, {}, "neither instance types nor families"),
        ({"cpu": 8}, {"families": ["r8g"]}, "no price and no assumption for the family r8g"),
        ({"cpu": 8}, {"types": ["r8g.large"]}, "no price and no assumption for ec2/r8g.large"),
    ],
)
def test_an_elastic_pool_without_an_end_is_unpriced(
    priced, planned, limits, wanted, reason
) -> None:
    (line,) = priced(*elastic(planned, limits=limits, **wanted)).unpriced

    assert reason in line.unpriced


def test_sizes_of_machines_are_read_from_their_names() -> None:
    assert [vcpus(f"m7g.{size}") for size in ("medium", "large", "xlarge", "12xlarge")] == [
        1,
        2,
        4,
        48,
    ]
    assert [gpus(kind) for kind in ("g6.xlarge", "g6.12xlarge", "p5en.48xlarge", "m7g.large")] == [
        1,
        4,
        8,
        0,
    ]


def test_an_endpoint_is_paid_in_each_zone_and_a_gateway_is_not(priced, planned) -> None:
    def endpoint(kind: str, zones: int) -> Any:
        subnets = [UNKNOWN] * zones
        return planned("aws:ec2/vpcEndpoint:VpcEndpoint", vpcEndpointType=kind, subnetIds=subnets)

    one, three = priced(endpoint("Interface", 1)), priced(endpoint("Interface", 3))

    assert three.floor - one.floor == near(2 * 0.0121 * HOURS)
    assert priced(endpoint("Gateway", 3)).floor < Decimal("0.05")


def test_a_firewall_is_paid_in_each_zone(priced, planned) -> None:
    found = priced(
        planned("aws:networkfirewall/firewall:Firewall", subnetMappings=[{"subnetId": UNKNOWN}] * 3)
    )

    assert found.floor > Decimal("0.415") * HOURS * 3


def test_brokers_cost_their_disks_and_what_these_may_grow_to(priced, planned) -> None:
    storage = {"ebsStorageInfo": {"volumeSize": 500}}
    cluster = planned(
        "aws:msk/cluster:Cluster",
        numberOfBrokerNodes=3,
        brokerNodeGroupInfo={"instanceType": "kafka.m7g.large", "storageInfo": storage},
    )
    target = planned(
        "aws:appautoscaling/target:Target", made_from={"resourceId": cluster}, maxCapacity=1000
    )

    alone, growing = priced(cluster), priced(cluster, target)

    assert alone.floor == near(3 * (0.204 * 1.25 * HOURS + 500 * 0.125))
    assert growing.floor == alone.floor
    assert growing.ceiling - alone.ceiling == near(3 * 500 * 0.125)


@pytest.mark.parametrize(
    ("driver", "usd"), [("ebs.csi.aws.com", 3 * 500 * 0.10), ("mizan.sandbox/encrypted-path", 0)]
)
def test_a_claim_costs_the_disk_that_its_class_makes(priced, planned, driver, usd) -> None:
    storage_class = planned(
        "kubernetes:storage.k8s.io/v1:StorageClass",
        metadata={"name": "encrypted"},
        provisioner=driver,
    )
    claim = {
        "spec": {
            "storageClassName": "encrypted",
            "resources": {"requests": {"storage": "500Gi"}},
        }
    }
    stateful = planned(
        "kubernetes:apps/v1:StatefulSet", spec={"replicas": 3, "volumeClaimTemplates": [claim]}
    )

    assert priced(storage_class, stateful).floor == near(usd)


def test_a_claim_of_a_class_that_nobody_knows_is_unpriced(priced, planned) -> None:
    claim = planned("kubernetes:core/v1:PersistentVolumeClaim", spec={"storageClassName": "other"})

    (line,) = priced(claim).unpriced

    assert "'other'" in line.unpriced


@pytest.mark.parametrize(("usage", "usd"), [("SHORT_LIVED_CERTIFICATE", 50), (None, 400)])
def test_an_authority_costs_by_what_it_may_issue(priced, planned, usage, usd) -> None:
    mode = {} if usage is None else {"usageMode": usage}

    assert priced(
        planned("aws:acmpca/certificateAuthority:CertificateAuthority", **mode)
    ).floor == (near(usd))


def test_a_disk_is_paid_for_speed_beyond_what_is_included(priced, planned) -> None:
    def volume(**speed: int) -> Any:
        return priced(planned("aws:ebs/volume:Volume", size=100, type="gp3", **speed)).floor

    assert volume(iops=3000, throughput=125) == volume() == near(10)
    assert volume(iops=4000, throughput=225) == near(10 + 1000 * 0.00625 + 100 * 0.05)


@pytest.mark.parametrize(
    ("kind", "inputs", "reason"),
    [
        ("aws:rds/instance:Instance", {}, "neither priced, nor assumed, nor listed as free"),
        ("azure:compute/vm:Vm", {}, "neither priced, nor assumed, nor listed as free"),
        ("aws:eks/nodeGroup:NodeGroup", {}, "scalingConfig.minSize is not known"),
        (
            "aws:eks/nodeGroup:NodeGroup",
            {"scalingConfig": {"minSize": UNKNOWN, "maxSize": 3}},
            "scalingConfig.minSize is no number",
        ),
        (
            "aws:eks/nodeGroup:NodeGroup",
            {"scalingConfig": {"minSize": 1, "maxSize": 3}, "instanceTypes": ["m7g.large"]},
            "it has no launch template in this plan",
        ),
        (
            "aws:eks/nodeGroup:NodeGroup",
            {"scalingConfig": {"minSize": 1, "maxSize": 3}, "instanceTypes": UNKNOWN},
            "instanceTypes is not known",
        ),
        ("aws:ec2/instance:Instance", {"instanceType": UNKNOWN}, "instanceType is not known"),
        ("aws:ebs/volume:Volume", {"size": 10, "type": "sc1"}, "for ebs/sc1"),
        (
            "aws:ec2/vpcEndpoint:VpcEndpoint",
            {"vpcEndpointType": "Interface", "subnetIds": UNKNOWN},
            "subnetIds is not known",
        ),
    ],
)
def test_what_is_not_known_is_unpriced_and_never_zero(
    priced, planned, kind, inputs, reason
) -> None:
    found = priced(planned(kind, **inputs))

    (line,) = found.unpriced
    assert reason in line.unpriced
    assert found.floor == 0


def test_an_assumption_that_is_too_old_is_no_price(planned, tables) -> None:
    cluster = planned("aws:eks/cluster:Cluster")
    recorded = tables.assumptions.rates["eks/control-plane"].recorded
    last_day = recorded + dt.timedelta(days=tables.assumptions.max_age_days)

    on_time = estimate(Plan([cluster]), rates.load(last_day), MEASURES)
    late = estimate(Plan([cluster]), rates.load(last_day + dt.timedelta(days=1)), MEASURES)

    assert on_time.floor == near(73)
    assert "days old" in late.unpriced[0].unpriced


def test_what_the_engine_holds_and_what_is_free_has_no_line(priced, planned) -> None:
    found = priced(
        planned("pulumi:providers:aws"),
        planned("aws:iam/role:Role"),
        planned("aws:s3/bucketPolicy:BucketPolicy"),
        planned("kubernetes:apps/v1:Deployment"),
        planned("kubernetes:core/v1:Service", spec={"type": "ClusterIP"}),
    )

    assert found.lines == ()


def test_every_use_and_every_free_type_has_a_rate_or_a_meaning(tables) -> None:
    known = {*tables.prices, *tables.assumptions.rates}
    named = [kind for free in tables.assumptions.free for kind in free.types]

    assert {use.rate for uses in tables.assumptions.use.values() for use in uses} <= known
    assert len(named) == len(set(named))
    assert not {*tables.assumptions.use, *MEASURES} & set(named)
    for kind in [*named, *tables.assumptions.use, *MEASURES]:
        if kind.startswith("aws:") and not kind.endswith("/*"):
            assert arguments(kind), kind
