"""Every law of the model, broken once: the message names the field, the value and what may be."""

from typing import Any

import pytest

from tests.environments.conftest import GONE

DIGEST = "sha256:" + "a" * 64
ECR = "111122223333.dkr.ecr.me-central-1.amazonaws.com"
CLUSTER = "registry.artifacts.svc.cluster.local:5000"
TRANSFER = {
    "site": "me-central-1",
    "ground": "Article 27(1)",
    "reference": "TIA-7",
    "approver": "Data protection officer",
    "expires": "2999-12-31",
}
POOL = {
    "name": "extra",
    "purpose": "gpu-training",
    "family": "dgx",
    "min_nodes": 0,
    "max_nodes": 1,
    "zones": ["local-1a"],
    "site": "sandbox",
}
SECOND_REGION = {
    "kind": "cloud-region",
    "name": "second",
    "region": "me-central-1",
    "zones": ["me-central-1a"],
}

# environment, changes, field, words of the reason, given, words of what is allowed
CASES: dict[str, tuple[str, dict[str, Any], str, str, str, str]] = {
    # places
    "a cloud region outside the country": (
        "uae-prod",
        {"sites.primary.region": "eu-west-1"},
        "sites.primary.region",
        "inside the United Arab Emirates",
        "'eu-west-1'",
        "me-central-1",
    ),
    "a zone that the region does not have": (
        "smb",
        {"sites.primary.zones": ["me-central-1d"]},
        "sites.primary.zones[0]",
        "region me-central-1 has no such zone",
        "'me-central-1d'",
        "me-central-1a, me-central-1b, me-central-1c",
    ),
    "a zone listed twice": (
        "smb",
        {"sites.primary.zones": ["me-central-1a", "me-central-1a"]},
        "sites.primary.zones[1]",
        "listed twice",
        "'me-central-1a'",
        "once",
    ),
    "a physical zone for a zone that the site does not use": (
        "smb",
        {"sites.primary.zone_ids": {"me-central-1c": "mec1-az3"}},
        "sites.primary.zone_ids.me-central-1c",
        "does not use this zone",
        "'me-central-1c'",
        "me-central-1a, me-central-1b",
    ),
    "a physical zone that the region does not have": (
        "smb",
        {"sites.primary.zone_ids": {"me-central-1a": "euw1-az1"}},
        "sites.primary.zone_ids.me-central-1a",
        "no such physical zone",
        "'euw1-az1'",
        "mec1-az1, mec1-az2, mec1-az3",
    ),
    "two zones that stand for one physical zone": (
        "smb",
        {"sites.primary.zone_ids": {"me-central-1a": "mec1-az2"}},
        "sites.primary.zone_ids",
        "stand for mec1-az2",
        "{'me-central-1a': 'mec1-az2'}",
        "of its own for each zone",
    ),
    "a primary site outside the country": (
        "local",
        {"sites.primary.country": "US"},
        "sites.primary.country",
        "outside the United Arab Emirates",
        "'US'",
        "AE",
    ),
    "a recovery site outside the country": (
        "uae-prod",
        {"sites.recovery.country": "BH"},
        "sites.recovery.country",
        "outside the United Arab Emirates",
        "'BH'",
        "AE",
    ),
    "a recovery site that is the primary site": (
        "uae-prod",
        {"sites.recovery.name": "me-central-1"},
        "sites.recovery.name",
        "the recovery site is the primary site",
        "'me-central-1'",
        "another place",
    ),
    "a recovery site in the primary site's region": (
        "smb",
        {"sites.recovery": SECOND_REGION},
        "sites.recovery.region",
        "fails with it",
        "'me-central-1'",
        "on-premises",
    ),
    "a private domain that is a public registry": (
        "local",
        {"sites.primary.private_domains": ["images.docker.io"]},
        "sites.primary.private_domains[0]",
        "public registry",
        "'images.docker.io'",
        "only this site",
    ),
    # machines
    "a GPU family that the zone does not have": (
        "uae-prod",
        {"node_pools.0.zones": ["me-central-1a", "me-central-1c"]},
        "node_pools[0].zones[1]",
        "zone me-central-1c does not offer g5",
        "'me-central-1c'",
        "p5en in me-central-1c",
    ),
    "a large GPU family in the zone without it": (
        "uae-prod",
        {"node_pools.3.zones": ["me-central-1b"]},
        "node_pools[3].zones[0]",
        "zone me-central-1b does not offer p5en",
        "'me-central-1b'",
        "me-central-1a, me-central-1c for p5en",
    ),
    "training over EFA across zones": (
        "uae-prod",
        {"node_pools.3.zones": ["me-central-1a", "me-central-1c"]},
        "node_pools[3].zones",
        "stays in a zone",
        "me-central-1a, me-central-1c",
        "one zone",
    ),
    "a family that left the region": (
        "smb",
        {"node_pools.1.family": "t4g"},
        "node_pools[1].family",
        "gone from the offerings",
        "'t4g'",
        "m7g",
    ),
    "a family that nobody knows": (
        "smb",
        {"node_pools.1.family": "z99"},
        "node_pools[1].family",
        "region me-central-1 does not offer this family",
        "'z99'",
        "m7g",
    ),
    "a family whose traffic between nodes is plain": (
        "smb",
        {"node_pools.0.family": "c5"},
        "node_pools[0].family",
        "not encrypted",
        "'c5'",
        "c7i",
    ),
    "a CPU family for GPU training": (
        "uae-prod",
        {"node_pools.0.family": "c7i"},
        "node_pools[0].family",
        "holds no GPU",
        "'c7i'",
        "g5, g6, g6e, p5en",
    ),
    "a GPU family for inference on CPUs": (
        "uae-prod",
        {"node_pools.5.family": "g6"},
        "node_pools[5].family",
        "holds NVIDIA L4",
        "'g6'",
        "m7i",
    ),
    "a GPU pool on a site without a GPU": (
        "local",
        {"node_pools": [POOL]},
        "node_pools[0].family",
        "needs a family of site sandbox with a GPU",
        "'dgx'",
        "nothing",
    ),
    "a pool on a site that the environment does not have": (
        "local",
        {"node_pools": [{**POOL, "site": "riyadh"}]},
        "node_pools[0].site",
        "no such site",
        "'riyadh'",
        "sandbox",
    ),
    "a pool in a zone that its site does not have": (
        "smb",
        {"node_pools.1.zones": ["me-central-1c"]},
        "node_pools[1].zones[0]",
        "site me-central-1 has no such zone",
        "'me-central-1c'",
        "me-central-1a, me-central-1b",
    ),
    "more nodes at least than at most": (
        "smb",
        {"node_pools.1.min_nodes": 5},
        "node_pools[1].max_nodes",
        "grow",
        "min_nodes 5, max_nodes 3",
        "from 5",
    ),
    "a pool that can hold no node": (
        "smb",
        {"node_pools.0.max_nodes": 0},
        "node_pools[0].max_nodes",
        "grow",
        "min_nodes 0, max_nodes 0",
        "from 1",
    ),
    "two pools of one name": (
        "smb",
        {"node_pools.1.name": "training"},
        "node_pools[1]",
        "listed twice",
        "'training'",
        "once",
    ),
    "a cloud without a pool for serving": (
        "smb",
        {"node_pools.1.purpose": "data"},
        "node_pools",
        "no pool on which serving could run",
        "pools for cpu-training, data",
        "cpu-inference",
    ),
    "batch without a pool for data": (
        "smb",
        {"batch": {}},
        "node_pools",
        "no pool on which batch could run",
        "pools for cpu-inference, cpu-training",
        "one more pool for data",
    ),
    "a cloud that costs nothing": (
        "smb",
        {"monthly_budget_usd": 0},
        "monthly_budget_usd",
        "costs money",
        "0",
        "from 1",
    ),
    # images
    "a foreign registry for a cloud": (
        "uae-prod",
        {"registry.host": "docker.io"},
        "registry.host",
        "a foreign registry",
        "'docker.io'",
        "<12-digit account>.dkr.ecr.me-central-1.amazonaws.com",
    ),
    "a cloud registry in another region": (
        "uae-prod",
        {"registry.host": "111122223333.dkr.ecr.eu-west-1.amazonaws.com"},
        "registry.host",
        "a foreign registry",
        "'111122223333.dkr.ecr.eu-west-1.amazonaws.com'",
        "me-central-1",
    ),
    "a foreign registry for a cluster": (
        "local",
        {"registry.host": "ghcr.io"},
        "registry.host",
        "a foreign registry",
        "'ghcr.io'",
        "svc.cluster.local",
    ),
    "a name that only looks like the cluster's": (
        "local",
        {"registry.host": "registry-svc.cluster.local:5000"},
        "registry.host",
        "a foreign registry",
        "'registry-svc.cluster.local:5000'",
        "svc.cluster.local",
    ),
    "a registry in the cluster without an address": (
        "local",
        {"registry.address": None},
        "registry.address",
        "by its name alone",
        "nothing",
        "10.96.0.20",
    ),
    "an address for a cloud's registry": (
        "smb",
        {"registry.address": "10.96.0.20"},
        "registry.address",
        "no fixed address",
        "'10.96.0.20'",
        "leave it out",
    ),
    "a public address": (
        "local",
        {"registry.address": "8.8.8.8"},
        "registry.address",
        "not accepted",
        "'8.8.8.8'",
        "a private IPv4 address",
    ),
    "no address at all": (
        "local",
        {"registry.address": "registry"},
        "registry.address",
        "not accepted",
        "'registry'",
        "a private IPv4 address",
    ),
    "a port that cannot be": (
        "local",
        {"registry.host": "registry.artifacts.svc.cluster.local:70000"},
        "registry.host",
        "not accepted",
        "'registry.artifacts.svc.cluster.local:70000'",
        "a port from 1 to 65535",
    ),
    "a mutable tag": (
        "local",
        {"images": {"serving": f"{CLUSTER}/mizan/serving:latest"}},
        "images.serving",
        "a mutable reference",
        f"'{CLUSTER}/mizan/serving:latest'",
        "@sha256:<64 hexadecimal digits>",
    ),
    "an image from a foreign registry": (
        "uae-prod",
        {"images": {"serving": f"docker.io/mizan/serving@{DIGEST}"}},
        "images.serving",
        f"not in the environment's registry {ECR}",
        "'docker.io/mizan/serving@sha256:",
        "<registry.host>/",
    ),
    "an image from a registry that begins with the name of ours": (
        "uae-prod",
        {"images": {"serving": f"{ECR}.evil.example/mizan/serving@{DIGEST}"}},
        "images.serving",
        "not in the environment's registry",
        "evil",
        "<registry.host>/",
    ),
    "a tag beside the digest": (
        "uae-prod",
        {"images": {"serving": f"{ECR}/mizan/serving:1.2@{DIGEST}"}},
        "images.serving",
        "no tag may stand beside it",
        "serving:1.2@",
        "@sha256:",
    ),
    "an image without a repository": (
        "uae-prod",
        {"images": {"serving": f"{ECR}/@{DIGEST}"}},
        "images.serving",
        "the repository",
        "/@sha256:",
        "<repository>",
    ),
    "a digest followed by a line end": (
        "local",
        {"images": {"serving": f"{CLUSTER}/mizan/serving@{DIGEST}\n"}},
        "images.serving",
        "a mutable reference",
        "@sha256:",
        "@sha256:",
    ),
    # the law of the land
    "a bank without a second site": (
        "smb",
        {"sector": "bank", "retention": {"raw_days": 1826, "audit_days": 1826}},
        "sites.recovery",
        "CBUAE Consumer Protection Standards",
        "nothing",
        "a recovery site inside the country",
    ),
    "a bank that destroys data too early": (
        "uae-prod",
        {"retention.raw_days": 1825},
        "retention.raw_days",
        "CBUAE",
        "1825 days",
        "from 1826 days",
    ),
    "a bank that destroys records too early": (
        "uae-prod",
        {"retention.audit_days": 365},
        "retention.audit_days",
        "CBUAE",
        "365 days",
        "from 1826 days",
    ),
    "health information destroyed too early": (
        "smb",
        {"data_classes": ["health"], "retention": {"raw_days": 9131, "audit_days": 9132}},
        "retention.raw_days",
        "Federal Law 2 of 2019",
        "9131 days",
        "from 9132 days",
    ),
    "a hospital that holds other data": (
        "smb",
        {"sector": "health", "retention": {"raw_days": 9132, "audit_days": 100}},
        "retention.audit_days",
        "Federal Law 2 of 2019",
        "100 days",
        "from 9132 days",
    ),
    "personal data without an impact assessment": (
        "uae-prod",
        {"dpia_id": None},
        "dpia_id",
        "Federal Decree-Law 45 of 2021",
        "nothing",
        "impact assessment",
    ),
    "personal data without an officer": (
        "uae-prod",
        {"dpo_contact": None},
        "dpo_contact",
        "must be filled in",
        "nothing",
        "officer",
    ),
    "a free-zone entity onshore without a permission": (
        "smb",
        {"perimeter": "difc"},
        "transfers",
        "DIFC Law 5 of 2020",
        "transfers to nothing",
        "an entry for site me-central-1",
    ),
    "a permission that has expired": (
        "smb",
        {"perimeter": "adgm", "transfers": [{**TRANSFER, "expires": "2020-01-31"}]},
        "transfers[0].expires",
        "expired",
        "2020-01-31",
        "from 2",
    ),
    "a permission for no site": (
        "smb",
        {"transfers": [{**TRANSFER, "site": "riyadh"}]},
        "transfers[0].site",
        "no such site",
        "'riyadh'",
        "me-central-1",
    ),
    "a tag that takes the place of a mandatory one": (
        "smb",
        {"extra_tags": {"owner": "nobody"}},
        "extra_tags.owner",
        "sets this tag itself",
        "'owner'",
        "other than",
    ),
    "a tag that plays the impact assessment": (
        "smb",
        {"extra_tags": {"dpia-id": "none"}},
        "extra_tags.dpia-id",
        "sets this tag itself",
        "'dpia-id'",
        "other than",
    ),
    "a data class listed twice": (
        "smb",
        {"data_classes": ["internal", "internal"]},
        "data_classes[1]",
        "listed twice",
        "internal",
        "once",
    ),
    # what runs
    "weights that do not add up to 100": (
        "local",
        {"workloads.serving.variants": {"wide": 80, "deep": 30}},
        "workloads.serving.variants",
        "the weights add up to 110",
        "{'wide': 80, 'deep': 30}",
        "add up to 100",
    ),
    "no weights": (
        "local",
        {"workloads.serving.variants": {}},
        "workloads.serving.variants",
        "the weights add up to 0",
        "{}",
        "add up to 100",
    ),
    "a weight for a variant that training does not make": (
        "local",
        {"workloads.serving.variants": {"wide": 80, "tall": 20}},
        "workloads.serving.variants.tall",
        "training makes no such variant",
        "'tall'",
        "wide, deep",
    ),
    "a held-out month that is trained on": (
        "local",
        {"workloads.training.held_out_months": [10, 11]},
        "workloads.training.held_out_months[0]",
        "trained on too",
        "10",
        "months after 10",
    ),
    "a held-out month before training": (
        "local",
        {
            "workloads.training.train_months": [5, 6],
            "workloads.training.held_out_months": [4, 7],
        },
        "workloads.training.held_out_months[0]",
        "before a training month",
        "4",
        "months after 6",
    ),
    "a training month listed twice": (
        "local",
        {"workloads.training.train_months": [1, 2, 2]},
        "workloads.training.train_months[2]",
        "listed twice",
        "2",
        "once",
    ),
    "a thirteenth month": (
        "local",
        {"workloads.training.held_out_months": [13]},
        "workloads.training.held_out_months[0]",
        "too large",
        "13",
        "up to 12",
    ),
    "fewer pods at most than at least": (
        "local",
        {"workloads.serving.replicas_min": 3},
        "workloads.serving.replicas_max",
        "fewer pods",
        "replicas_min 3, replicas_max 2",
        "from 3",
    ),
    "a limit below its request": (
        "local",
        {"workloads.landing.profile.limits.memory_mib": 512},
        "workloads.landing.profile.limits.memory_mib",
        "below the request",
        "512",
        "from 1024",
    ),
    "a CPU target of nothing": (
        "local",
        {"workloads.serving.target_cpu_percent": 0},
        "workloads.serving.target_cpu_percent",
        "too small",
        "0",
        "from 1",
    ),
    # the cloud's network, machines and doors
    "a cloud region without a network": (
        "smb",
        {"network": None},
        "network",
        "is of kind cloud-region",
        "nothing",
        "a section `network`",
    ),
    "a network on a site of one's own": (
        "local",
        {"network": {"cidr": "10.60.0.0/20"}},
        "network",
        "is of kind on-premises",
        "a network",
        "leave it out",
    ),
    "a range that overlaps the data centre's": (
        "uae-prod",
        {"network.on_premises_cidrs": ["10.40.128.0/20"]},
        "network.cidr",
        "overlaps on_premises_cidrs[0], 10.40.128.0/20",
        "'10.40.0.0/16'",
        "overlaps no range on premises",
    ),
    "a range too narrow for its subnets": (
        "smb",
        {"network.cidr": "10.60.0.0/24"},
        "network.cidr",
        "cannot be laid out",
        "'10.60.0.0/24'",
        "from /16 to /20",
    ),
    "a public range": (
        "smb",
        {"network.cidr": "8.8.0.0/16"},
        "network.cidr",
        "",
        "'8.8.0.0/16'",
        "a private IPv4 block",
    ),
    "outside names without a way out": (
        "smb",
        {"network.allowed_domains": ["updates.company.example"]},
        "network.allowed_domains",
        "reached over the link",
        "updates.company.example",
        "an entry `link`",
    ),
    "a link that leads nowhere": (
        "smb",
        {"network.link": {"kind": "vpn", "address": "203.0.113.9"}},
        "network.on_premises_cidrs",
        "leads nowhere",
        "nothing",
        "the ranges that are reached",
    ),
    "a dedicated line without its location": (
        "uae-prod",
        {"network.link.kind": "direct-connect"},
        "network.link.location",
        "does not go with",
        "None",
        "a location code for direct-connect",
    ),
    "an endpoint in a zone that the site does not use": (
        "smb",
        {"network.endpoint_zones": ["me-central-1c"]},
        "network.endpoint_zones[0]",
        "no such zone",
        "'me-central-1c'",
        "me-central-1a, me-central-1b",
    ),
    "endpoints without which no node joins": (
        "smb",
        {"network.endpoints": ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth"]},
        "network.endpoints",
        "need the endpoint ssm",
        "'eks-auth'",
        "a list with ssm in it",
    ),
    "a machine without a size": (
        "smb",
        {"node_pools.1.size": GONE},
        "node_pools[1].size",
        "no machine of this size",
        "None",
        "large, xlarge, 2xlarge",
    ),
    "a size that the family lacks": (
        "uae-prod",
        {"node_pools.3.size": "xlarge"},
        "node_pools[3].size",
        "no machine of this size in family p5en",
        "'xlarge'",
        "48xlarge",
    ),
    "a service on machines that may be taken back": (
        "smb",
        {"node_pools.1.spot": True},
        "node_pools[1].spot",
        "cannot lose a node",
        "true",
        "gpu-training, cpu-training",
    ),
    "slices of a GPU that is not there": (
        "smb",
        {"node_pools.0.gpu_slices": 4},
        "node_pools[0].gpu_slices",
        "no GPU to share",
        "4",
        "1",
    ),
    "a pod larger than any machine for it": (
        "smb",
        {"workloads.training.profile": "xlarge"},
        "workloads.training.profile",
        "no machine of the pools for cpu-training",
        "16000 millicores, 65536 MiB, 0 GPUs",
        "larger machines than c7i.xlarge",
    ),
    "GPUs where there are none": (
        "smb",
        {"workloads.training.gpus": 1},
        "workloads.training.gpus",
        "no pool for gpu-training",
        "1",
        "another number of GPUs",
    ),
    "an administrator that is no role": (
        "smb",
        {"cluster.admin_roles": ["consultant"]},
        "cluster.admin_roles[0]",
        "",
        "'consultant'",
        "the ARN of an IAM role",
    ),
    "a vault that locks at once": (
        "uae-prod",
        {"backup.lock_after_days": 1},
        "backup.lock_after_days",
        "after three days at the earliest",
        "1",
        "from 3",
    ),
    "a broker's volume that shrinks": (
        "uae-prod",
        {"streaming.max_volume_size_gib": 100},
        "streaming.max_volume_size_gib",
        "grow to less",
        "100 GiB",
        "from volume_size_gib, 500 GiB",
    ),
    # keys, certificates, streams
    "a key that turns over every day": (
        "smb",
        {"keys": {"rotation_days": 1}},
        "keys.rotation_days",
        "too small",
        "1",
        "from 90",
    ),
    "a key that is gone at once": (
        "smb",
        {"keys": {"deletion_window_days": 1}},
        "keys.deletion_window_days",
        "too small",
        "1",
        "from 7",
    ),
    "a certificate renewed for ever": (
        "local",
        {"certificates": {"leaf_hours": 24, "renew_before_hours": 24}},
        "certificates.renew_before_hours",
        "for ever",
        "24 hours",
        "less than leaf_hours, 24 hours",
    ),
    "a certificate that outlives its authority": (
        "local",
        {"certificates": {"authority_days": 30, "leaf_hours": 720}},
        "certificates.leaf_hours",
        "outlive its authority",
        "720 hours",
        "less than authority_days, 720 hours",
    ),
    "brokers that do not spread over the zones": (
        "uae-prod",
        {"streaming.brokers": 4},
        "streaming.brokers",
        "spread evenly",
        "4",
        "a multiple of 3",
    ),
    "brokers of a family that one zone lacks": (
        "uae-prod",
        {"streaming.family": "r8i"},
        "streaming.family",
        "in each of its zones",
        "'r8i'",
        "m7g",
    ),
    "records that outlive the raw data": (
        "smb",
        {"retention": {"raw_days": 2}, "streaming": {"brokers": 2, "retention_hours": 49}},
        "streaming.retention_hours",
        "outlive the raw data",
        "49 hours",
        "48 hours",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_broken_law_is_told_once_with_its_field(bench: Any, case: str) -> None:
    name, changes, field, reason, given, allowed = CASES[case]
    error = bench.refusal(name, changes)
    assert [fault.field for fault in error.faults] == [field], str(error)
    (fault,) = error.faults
    assert reason in fault.reason
    assert given in fault.given
    assert allowed in fault.allowed
    assert error.file == f"environments/{name}/environment.yaml"
    for part in (error.file, field, fault.reason, fault.given, fault.allowed):
        assert part in str(error)


def test_a_mutable_tag_from_a_foreign_registry_is_two_faults(bench: Any) -> None:
    error = bench.refusal("smb", {"images": {"serving": "docker.io/library/python:3.11"}})
    assert [fault.field for fault in error.faults] == ["images.serving", "images.serving"]
    assert "not in the environment's registry" in error.faults[0].reason
    assert "mutable" in error.faults[1].reason


def test_all_faults_are_told_at_once(bench: Any) -> None:
    error = bench.refusal(
        "uae-prod", {"retention.raw_days": 99, "registry.host": "quay.io", "dpia_id": None}
    )
    assert {fault.field for fault in error.faults} == {
        "retention.raw_days",
        "registry.host",
        "dpia_id",
    }
    assert len(str(error).splitlines()) == 4


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("uae-prod", {"images": {"serving": f"{ECR}/mizan/serving@{DIGEST}"}}),
        ("local", {"images": {"serving": f"{CLUSTER}/mizan/serving@{DIGEST}"}}),
        (
            "local",
            {
                "sites.primary.private_domains": ["images.bank.example"],
                "registry": {"host": "hub.images.bank.example"},
            },
        ),
        ("local", {"sites.primary.gpu_families": ["dgx"], "node_pools": [POOL]}),
        ("smb", {"perimeter": "difc", "transfers": [TRANSFER]}),
        ("local", {"perimeter": "difc", "sites.primary.perimeter": "difc"}),
        ("smb", {"sector": "government"}),
        ("uae-prod", {"node_pools.3.zones": ["me-central-1c"]}),
        (
            "uae-prod",
            {
                "sites.primary.zone_ids": {
                    "me-central-1a": "mec1-az2",
                    "me-central-1b": "mec1-az1",
                },
                "node_pools.3.zones": ["me-central-1b"],
            },
        ),
        ("local", {"workloads.serving.variants": {"wide": 100}}),
        ("smb", {"streaming": {"brokers": 2}}),
        ("local", {"streaming": {"brokers": 1}}),
    ],
)
def test_what_the_laws_allow_loads(bench: Any, name: str, changes: dict[str, Any]) -> None:
    assert bench.load_with(name, changes).name == name


def test_a_site_that_names_its_physical_zones_is_judged_by_them(bench: Any) -> None:
    swapped = {
        "me-central-1a": "mec1-az3",
        "me-central-1b": "mec1-az2",
        "me-central-1c": "mec1-az1",
    }
    error = bench.refusal("uae-prod", {"sites.primary.zone_ids": swapped})
    assert [fault.field for fault in error.faults] == [
        f"node_pools[{pool}].zones[0]" for pool in range(3)
    ]
    assert "zone me-central-1a does not offer g5" in error.faults[0].reason
