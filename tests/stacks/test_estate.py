"""The plans of the cloud's environments, read as a reviewer would: what must be there, and how."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from environments import CloudRegion, Purpose, load, names, stacks
from policies.aws.asking import AT_REST
from policies.encryption import cloud_storage_encrypted
from policies.tagging import mandatory_tags
from stacks.images import BUILT_FOR, COMMITTED_LOCK
from stacks.region.keys import PURPOSES
from stacks.safeguard import STATEFUL
from tests.support.engine import Record, build, environment_plan
from tests.support.policy_fixtures import Case, violations
from tests.support.policy_types import arguments

ROOT = Path(__file__).resolve().parent.parent.parent
GLOBAL = yaml.safe_load((ROOT / "sandbox/rehearsal/global_types.yaml").read_text())
IN_CLOUD = [name for name in names() if isinstance(load(name).sites.primary, CloudRegion)]
BANK = max(IN_CLOUD, key=lambda name: len(load(name).node_pools))
SMALL = min(IN_CLOUD, key=lambda name: len(load(name).node_pools))
WAYS_OUT = ("internetGateway", "InternetGateway", "natGateway", "egressOnly", "ec2/eip:")

Json = dict[str, Any]


class Estate:
    """A plan, and how it is asked."""

    def __init__(self, name: str) -> None:
        self.environment = load(name)
        self.plan = environment_plan(name)
        self.cloud = [one for one in self.plan.records if one.type.startswith("aws:")]

    def every(self, type_: str) -> list[Record]:
        """The resources of a type (`s3/bucket:Bucket`), of which there is one at least."""
        found = [one for one in self.cloud if one.type == f"aws:{type_}"]
        assert found, f"{self.environment.name} has no {type_}"
        return found

    def one(self, type_: str, name: str | None = None) -> Json:
        """The inputs of the only resource of a type, or of the only one with this name."""
        (found,) = [one for one in self.every(type_) if name in {None, one.name}]
        return found.inputs

    def objects(self, kind: str) -> list[Record]:
        """The Kubernetes objects of a kind."""
        return self.plan.of(kind)


@pytest.fixture(scope="module")
def bank() -> Estate:
    return Estate(BANK)


@pytest.fixture(scope="module")
def small() -> Estate:
    return Estate(SMALL)


@pytest.fixture(params=IN_CLOUD)
def estate(request: pytest.FixtureRequest) -> Estate:
    return Estate(request.param)


def statements(document: str) -> list[Json]:
    found: list[Json] = json.loads(document)["Statement"]
    return found


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


# Network


def test_private_subnets_lie_in_three_zones(bank: Estate) -> None:
    zones: dict[str, set[str]] = {}
    for subnet in bank.every("ec2/subnet:Subnet"):
        role = subnet.name.partition("-me-central")[0]
        zones.setdefault(role, set()).add(subnet.inputs["availabilityZone"])
        assert subnet.inputs["mapPublicIpOnLaunch"] is False
    assert len(bank.every("ec2/vpc:Vpc")) == 1
    assert set(map(len, zones.values())) == {3}
    assert {"network-nodes", "network-data", "network-endpoints", "network-edge"} <= set(zones)


def test_no_gateway_leads_to_the_internet(estate: Estate) -> None:
    assert [one.urn for one in estate.cloud if any(way in one.type for way in WAYS_OUT)] == []
    block = estate.one("ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions")
    assert block["internetGatewayBlockMode"] == "block-bidirectional"
    for group in estate.every("vpc/securityGroupIngressRule:SecurityGroupIngressRule"):
        assert not str(group.inputs.get("cidrIpv4", "10.")).startswith("0.")


def test_every_endpoint_admits_the_account_alone(estate: Estate) -> None:
    wanted, account = estate.environment, estate.environment.account
    of_parts = {
        *(("glue", "athena") if wanted.batch else ()),
        *(("elasticloadbalancing",) if wanted.edge else ()),
    }
    endpoints = estate.every("ec2/vpcEndpoint:VpcEndpoint")
    services = {one.inputs["serviceName"].removeprefix("com.amazonaws.me-central-1.")
                for one in endpoints}  # fmt: skip
    assert services == {"s3", *wanted.network.endpoints, *of_parts}
    for endpoint in endpoints:
        for statement in statements(endpoint.inputs["policy"]):
            if "Condition" in statement:
                asked = statement["Condition"]["StringEquals"]
                assert asked["aws:PrincipalAccount"] == account, endpoint.name
            else:  # layers of images, which AWS keeps in a bucket of its own
                assert statement["Action"] == ["s3:GetObject"], endpoint.name
                (where,) = statement["Resource"]
                assert where.startswith("arn:aws:s3:::prod-me-central-1-starport-layer-bucket/")


def test_only_named_domains_lie_beyond_the_firewall(bank: Estate) -> None:
    allowed = list(bank.environment.network.allowed_domains)
    domains = bank.one("networkfirewall/ruleGroup:RuleGroup", "egress-domains")["ruleGroup"]
    assert domains["rulesSource"]["rulesSourceList"]["generatedRulesType"] == "ALLOWLIST"
    assert domains["rulesSource"]["rulesSourceList"]["targets"] == allowed
    policy = bank.one("networkfirewall/firewallPolicy:FirewallPolicy")["firewallPolicy"]
    assert policy["statelessDefaultActions"] == ["aws:forward_to_sfe"]
    assert "aws:drop_established_app_layer" in policy["statefulDefaultActions"]
    firewall = bank.one("networkfirewall/firewall:Firewall")
    assert len(firewall["subnetMappings"]) == 3
    assert firewall["deleteProtection"] is True
    ways = [one for one in bank.every("ec2/route:Route") if "vpcEndpointId" in one.inputs]
    assert {one.name for one in ways} >= {
        f"egress-{zone}" for zone in bank.environment.sites.primary.zones
    }


def test_names_outside_the_list_are_not_resolved(estate: Estate) -> None:
    assert (
        estate.one("route53/resolverFirewallConfig:ResolverFirewallConfig")["firewallFailOpen"]
        == "DISABLED"
    )
    found = estate.every("route53/resolverFirewallDomainList:ResolverFirewallDomainList")
    lists = {one.name: one.inputs["domains"] for one in found}
    rules = {
        one.inputs["action"]: one.inputs
        for one in estate.every("route53/resolverFirewallRule:ResolverFirewallRule")
    }
    assert set(rules) == {"ALLOW", "BLOCK"}
    assert rules["ALLOW"]["priority"] < rules["BLOCK"]["priority"]
    assert lists["network-names-other"] == ["*"]
    assert "*" not in lists["network-names-allowed"]
    assert set(estate.environment.network.allowed_domains) <= set(lists["network-names-allowed"])


def test_all_traffic_and_all_questions_are_logged(estate: Estate) -> None:
    assert estate.one("ec2/flowLog:FlowLog")["trafficType"] == "ALL"
    assert estate.one(
        "route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation"
    )["resourceId"] == "network-vpc-id"  # fmt: skip


def test_the_link_ends_at_the_other_site_in_the_country(bank: Estate) -> None:
    assert bank.one("ec2/customerGateway:CustomerGateway")["ipAddress"] == (
        bank.environment.network.link.address
    )
    assert len(bank.every("ec2/vpnConnection:VpnConnection")) == 1


# Keys and buckets


def test_every_purpose_has_a_key_of_this_region_that_rotates(bank: Estate) -> None:
    keys = {one.name: one.inputs for one in bank.every("kms/key:Key")}
    assert set(keys) == {f"{purpose}-key-key" for purpose in PURPOSES}
    for name, key in keys.items():
        assert key["enableKeyRotation"] is True, name
        assert key["multiRegion"] is False, name
        assert 7 <= key["deletionWindowInDays"] <= 30, name
        assert not {"customKeyStoreId", "xksKeyId"} & set(key), "no foreign material"
        for statement in statements(key["policy"]):
            if statement["Effect"] == "Allow":
                assert "kms:*" not in statement["Action"], name
                assert statement["Principal"] != "*", name


def test_every_bucket_is_closed(bank: Estate) -> None:
    buckets = {one.name.removeprefix("store-") for one in bank.every("s3/bucket:Bucket")}
    assert {"lake", "anonymised", "features", "models", "audit"} <= buckets
    for name in buckets:
        private = bank.one(
            "s3/bucketPublicAccessBlock:BucketPublicAccessBlock", f"store-{name}-private"
        )
        assert all(private[key] for key in private if key != "bucket"), name
        versions = bank.one("s3/bucketVersioning:BucketVersioning", f"store-{name}-versions")
        assert versions["versioningConfiguration"] == {"status": "Enabled"}
        denied = [
            one
            for one in statements(
                bank.one("s3/bucketPolicy:BucketPolicy", f"store-{name}-policy")["policy"]
            )
            if one["Effect"] == "Deny"
        ]
        assert any("aws:SecureTransport" in json.dumps(one) for one in denied), name
        if name != "access-logs":
            assert bank.one("s3/bucketLogging:BucketLogging", f"store-{name}-log")


def test_records_and_models_are_held(bank: Estate) -> None:
    kept = bank.environment.retention
    rules = {
        one.name: one.inputs["rule"]["defaultRetention"]
        for one in bank.every("s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration")
    }
    assert rules == {
        "store-audit-lock": {"mode": "COMPLIANCE", "days": kept.audit_days},
        "store-models-lock": {"mode": "GOVERNANCE", "days": kept.models_days},
    }


@pytest.mark.parametrize(
    ("bucket", "days"), [("lake", "raw_days"), ("features", "features_days"),
                         ("models", "models_days"), ("audit", "audit_days")],
)  # fmt: skip
def test_objects_expire_as_the_retention_says(estate: Estate, bucket: str, days: str) -> None:
    rules = estate.one(
        "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", f"store-{bucket}-lifecycle"
    )["rules"]
    assert rules[0]["expiration"] == {"days": getattr(estate.environment.retention, days)}


# Cluster and pools


def test_the_cluster_is_private_logged_and_encrypted(estate: Estate) -> None:
    cluster = estate.one("eks/cluster:Cluster")
    assert cluster["vpcConfig"]["endpointPrivateAccess"] is True
    assert cluster["vpcConfig"]["endpointPublicAccess"] is False
    assert sorted(cluster["enabledClusterLogTypes"]) == [
        "api", "audit", "authenticator", "controllerManager", "scheduler",
    ]  # fmt: skip
    assert cluster["encryptionConfig"]["resources"] == ["secrets"]
    assert cluster["accessConfig"] == {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": False,
    }
    entries = {one.inputs["principalArn"] for one in estate.every("eks/accessEntry:AccessEntry")}
    assert set(estate.environment.cluster.admin_roles) <= entries
    assert len(estate.every("eks/podIdentityAssociation:PodIdentityAssociation")) >= 5
    add_ons = {one.inputs["addonName"] for one in estate.every("eks/addon:Addon")}
    assert {"vpc-cni", "eks-pod-identity-agent", "aws-ebs-csi-driver", "coredns"} <= add_ons


def test_fixed_nodes_stand_in_each_zone_of_their_pool(estate: Estate) -> None:
    groups = estate.every("eks/nodeGroup:NodeGroup")
    for pool in estate.environment.node_pools:
        if pool.site != estate.environment.sites.primary.name or not pool.min_nodes:
            continue
        own = [one for one in groups if one.inputs["labels"]["mizan.ae/pool"] == pool.name]
        assert sum(one.inputs["scalingConfig"]["minSize"] for one in own) == pool.min_nodes
        subnets = [tuple(one.inputs["subnetIds"]) for one in own]
        assert all(len(one) == 1 for one in subnets)
        assert len(set(subnets)) == len(own) == min(len(pool.zones), pool.min_nodes)
    for group in groups:
        assert group.inputs["capacityType"] == "ON_DEMAND"
        assert "BOTTLEROCKET" in group.inputs["amiType"]


def test_machines_ask_for_tokens_and_have_encrypted_disks(estate: Estate) -> None:
    templates = [one.inputs for one in estate.every("ec2/launchTemplate:LaunchTemplate")]
    for template in templates:
        assert template["metadataOptions"]["httpTokens"] == "required"
        assert template["metadataOptions"]["httpPutResponseHopLimit"] == 1
        for device in template["blockDeviceMappings"]:
            assert device["ebs"]["encrypted"] == "true"
            assert "volumes-key" in device["ebs"]["kmsKeyId"]
    for one in estate.objects("EC2NodeClass"):
        assert one.spec["metadataOptions"]["httpTokens"] == "required"
        # Where interfaces are listed one by one, the subnets alone say it.
        assert (
            one.spec.get("associatePublicIPAddress", "networkInterfaces" not in one.spec) is False
        )
        for device in one.spec["blockDeviceMappings"]:
            assert device["ebs"]["encrypted"] is True
            assert "volumes-key" in device["ebs"]["kmsKeyID"]


def test_no_machine_is_burstable(estate: Estate) -> None:
    found = [text for one in estate.plan.records for text in texts(one.inputs)
             if re.fullmatch(r"(kafka\.)?t\d\w*\.\w+", text)]  # fmt: skip
    assert found == []


def requirements(pool: Record) -> dict[str, list[str]]:
    return {one["key"]: one["values"] for one in pool.spec["template"]["spec"]["requirements"]}


def test_elastic_pools_have_the_declared_families_zones_and_limits(estate: Estate) -> None:
    made = {one.metadata["name"]: one for one in estate.objects("NodePool")}
    declared = {
        pool.name: pool
        for pool in estate.environment.node_pools
        if pool.site == estate.environment.sites.primary.name
    }
    assert set(made) == set(declared)
    for name, pool in declared.items():
        asked = requirements(made[name])
        assert asked["node.kubernetes.io/instance-type"] == [pool.instance_type]
        assert asked["topology.kubernetes.io/zone"] == list(pool.zones)
        limits = made[name].spec["limits"]
        more = pool.max_nodes - pool.min_nodes
        assert int(limits["cpu"]) == more * pool.instance.cpus
        if pool.purpose is Purpose.GPU_TRAINING:
            assert int(limits["nvidia.com/gpu"]) == more * pool.instance.gpus
            taints = {one["key"] for one in made[name].spec["template"]["spec"]["taints"]}
            assert "nvidia.com/gpu" in taints


def test_the_bank_hears_that_a_machine_ends_and_the_small_environment_asks_no_queue(
    bank: Estate, small: Estate
) -> None:
    for estate, heard in ((bank, True), (small, False)):
        assert ("sqs" in estate.environment.network.endpoints) is heard
        controller = estate.plan.named("Deployment", "karpenter", "capacity")
        (container,) = controller.spec["template"]["spec"]["containers"]
        assert ("INTERRUPTION_QUEUE" in {one["name"] for one in container["env"]}) is heard
        queues = {one.name for one in estate.every("sqs/queue:Queue")}
        assert ("capacity-interruption" in queues) is heard


def nodes_for(pod: Json, pools: list[Record]) -> dict[str, str]:
    """The pools whose nodes would take a pod, each with its processor as Kubernetes names it."""
    found = {}
    affinity = pod.get("affinity", {}).get("nodeAffinity", {})
    (terms,) = affinity.get("requiredDuringSchedulingIgnoredDuringExecution", {}).get(
        "nodeSelectorTerms", [{"matchExpressions": []}]
    )
    tolerated = {one["key"] for one in pod.get("tolerations", [])}
    for pool in pools:
        template = pool.spec["template"]
        (processor,) = requirements(pool)["kubernetes.io/arch"]
        labels = {**template["metadata"]["labels"], "kubernetes.io/arch": processor}
        if (
            all(labels.get(key) == value for key, value in pod.get("nodeSelector", {}).items())
            and all(
                labels.get(one["key"]) in one["values"]
                if one["operator"] == "In"
                else one["key"] not in labels
                for one in terms["matchExpressions"]
            )
            and {one["key"] for one in template["spec"].get("taints", [])} <= tolerated
        ):
            found[pool.metadata["name"]] = processor
    return found


def test_every_pod_runs_on_every_node_that_would_take_it(estate: Estate) -> None:
    lock = yaml.safe_load(COMMITTED_LOCK.read_text())["images"]
    pools = estate.objects("NodePool")
    taken: set[str] = set()
    for record, template in estate.plan.pods():
        pod = template["spec"]
        nodes = nodes_for(pod, pools)
        assert nodes, f"{record.name} finds no node"
        taken |= set(nodes)
        for container in [*pod["containers"], *pod.get("initContainers", [])]:
            image = container["image"].partition("/mizan/")[2].partition("@")[0]
            built = lock[image].get("architectures", BUILT_FOR)
            names = {{"x86_64": "amd64"}.get(one, one) for one in built}
            assert set(nodes.values()) <= names, f"{image} in {record.name}, which {nodes} take"
    arm = {one.metadata["name"] for one in pools
           if requirements(one)["kubernetes.io/arch"] == ["arm64"]}  # fmt: skip
    assert arm, "a pool of Graviton machines"
    assert arm <= taken


def test_nodes_of_arm_start_with_a_system_for_arm(estate: Estate) -> None:
    families = {one.name: one.family for one in estate.environment.node_pools}
    kinds = {
        families[one.inputs["labels"]["mizan.ae/pool"]]: one.inputs["amiType"]
        for one in estate.every("eks/nodeGroup:NodeGroup")
    }
    assert kinds["m7g"] == "BOTTLEROCKET_ARM_64"
    others = {kind for family, kind in kinds.items() if family != "m7g"}
    assert all(kind.startswith("BOTTLEROCKET_x86_64") for kind in others)


def test_a_pool_is_refused_for_the_image_of_any_pod_that_it_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of one that has no pool of its own in a small environment, or none at all."""
    for name in ("landing", "karpenter"):
        lock = yaml.safe_load(COMMITTED_LOCK.read_text())
        del lock["images"][name]["architectures"]
        path = tmp_path / "images.lock"
        path.write_text(json.dumps(lock))
        monkeypatch.setenv("MIZAN_IMAGES_LOCK", str(path))
        with pytest.raises(ValueError, match=f"m7g needs images for arm64, and {name} is built"):
            build(SMALL)


def test_interruptible_machines_are_only_where_work_may_start_again(estate: Estate) -> None:
    spot = {pool.name for pool in estate.environment.node_pools if pool.spot}
    for pool in estate.objects("NodePool"):
        kinds = requirements(pool)["karpenter.sh/capacity-type"]
        assert ("spot" in kinds) == (pool.metadata["name"] in spot)
    for pool in estate.environment.node_pools:
        assert not pool.spot or pool.purpose in {Purpose.CPU_TRAINING, Purpose.GPU_TRAINING}


def test_machines_that_train_together_stand_together_on_one_fabric(bank: Estate) -> None:
    assert bank.one("ec2/placementGroup:PlacementGroup")["strategy"] == "cluster"
    (node,) = [one for one in bank.objects("EC2NodeClass") if one.metadata["name"] == "gpu-p5en"]
    kinds = [one["interfaceType"] for one in node.spec["networkInterfaces"]]
    assert kinds[0] == "interface"
    assert kinds.count("efa-only") == 16
    assert node.spec["placementGroupSelector"]


def test_gpus_are_of_every_family_that_the_region_has(bank: Estate) -> None:
    families = {
        one.family for one in bank.environment.node_pools if one.purpose is Purpose.GPU_TRAINING
    }
    assert families == {"g5", "g6", "g6e", "p5en"}


def test_experiments_take_turns_on_one_gpu_and_training_has_whole_ones(bank: Estate) -> None:
    pools = {one.name: one for one in bank.environment.node_pools}
    shared = {name for name, pool in pools.items() if pool.gpu_slices > 1}
    assert shared
    for made in bank.objects("EC2NodeClass"):
        settings = made.spec.get("userData", "")
        name = made.metadata["name"]
        assert ("time-slicing" in settings) == (name in shared), name
        if name in shared:
            assert f"replicas = {pools[name].gpu_slices}" in settings
            assert "fail-requests-greater-than-one = true" in settings
    job = bank.plan.named("Job", "training", "training").spec["template"]["spec"]
    pool = pools[job["nodeSelector"]["mizan.ae/pool"]]
    assert pool.name == bank.environment.workloads.training.pool
    assert pool.gpu_slices == 1
    assert job["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == str(
        bank.environment.workloads.training.gpus
    )


# Streaming, batch and images


def test_brokers_speak_tls_with_iam_in_three_zones(bank: Estate) -> None:
    brokers = bank.one("msk/cluster:Cluster")
    assert brokers["encryptionInfo"]["encryptionInTransit"] == {
        "clientBroker": "TLS",
        "inCluster": True,
    }
    assert brokers["clientAuthentication"]["sasl"] == {"iam": True, "scram": False}
    assert brokers["clientAuthentication"]["unauthenticated"] is False
    assert len(brokers["brokerNodeGroupInfo"]["clientSubnets"]) == 3
    assert brokers["storageMode"] == "TIERED"
    settings = bank.one("msk/configuration:Configuration")["serverProperties"].splitlines()
    assert {"min.insync.replicas=2", "default.replication.factor=3",
            "unclean.leader.election.enable=false"} <= set(settings)  # fmt: skip
    hours = bank.environment.streaming.retention_hours
    assert f"log.retention.hours={hours}" in settings


def test_the_small_environments_broker_is_a_pod_that_asks_everybody_for_a_certificate(
    small: Estate,
) -> None:
    assert not [one for one in small.cloud if "msk" in one.type]
    brokers = small.plan.named("StatefulSet", "kafka", "streaming")
    (claim,) = brokers.spec["volumeClaimTemplates"]
    assert claim["spec"]["storageClassName"] == "mizan-encrypted"
    told = small.plan.named("ConfigMap", "kafka", "streaming").inputs["data"]
    settings = dict(line.split("=", 1) for line in told["broker-0.properties"].splitlines())
    assert settings["ssl.client.auth"] == "required"
    assert settings["allow.everyone.if.no.acl.found"] == "false"
    assert set(settings["listener.security.protocol.map"].split(",")) == {
        "CLIENTS:SSL", "BROKERS:SSL", "CONTROLLERS:SSL",
    }  # fmt: skip
    hours = small.environment.streaming.retention_hours
    assert settings["log.retention.hours"] == str(hours)


@pytest.mark.parametrize("name", IN_CLOUD)
def test_every_topic_is_declared_and_its_readers_reach_it(name: str) -> None:
    estate = Estate(name)
    declared = estate.environment.streaming
    assert declared.topics
    readers = {user for topic in declared.topics.values() for user in topic.readers}
    assert readers
    for reader in readers:
        ways = [
            one for one in estate.objects("NetworkPolicy")
            if one.metadata["name"].startswith(f"{reader}-to-streaming")
        ]  # fmt: skip
        assert ways
    if declared.machine is None:
        setup = estate.plan.named("ConfigMap", "kafka-setup", "streaming").inputs["data"]
        told = json.loads(setup["declaration.json"])
        assert {topic["name"] for topic in told["topics"]} == set(declared.topics)
        assert {acl["user"] for acl in told["acls"]} == readers
    else:
        for reader in readers:
            role = f"{reader}-identity-streaming"
            (policy,) = [one for one in estate.cloud if one.name == role]
            assert "kafka-cluster:ReadData" in policy.inputs["policy"]


def test_the_lake_is_catalogued_and_asked_within_limits(bank: Estate) -> None:
    databases = {one.inputs["name"] for one in bank.every("glue/catalogDatabase:CatalogDatabase")}
    assert {"mizan_raw", "mizan_anonymised", "mizan_features"} <= databases
    workgroup = bank.one("athena/workgroup:Workgroup")["configuration"]
    assert workgroup["enforceWorkgroupConfiguration"] is True
    assert workgroup["resultConfiguration"]["encryptionConfiguration"]["encryptionOption"] == (
        "SSE_KMS"
    )
    settings = bank.one("lakeformation/dataLakeSettings:DataLakeSettings")
    assert settings["createDatabaseDefaultPermissions"] == []
    assert settings["createTableDefaultPermissions"] == []
    assert len(bank.every("lakeformation/resource:Resource")) == len(databases)


def test_analysts_read_what_names_nobody_and_nothing_else(bank: Estate) -> None:
    role = bank.one("iam/role:Role", "analysts-role")
    (trusted,) = statements(role["assumeRolePolicy"])
    assert trusted["Principal"] == {"AWS": sorted(bank.environment.batch.analyst_roles)}
    rights = [one.inputs for one in bank.every("lakeformation/permissions:Permissions")]
    assert {one["principal"].rpartition(":")[2] for one in rights} == {"analysts-role"}
    assert {one["table"]["databaseName"] for one in rights if "table" in one} == {
        "mizan_anonymised",
        "mizan_features",
    }
    assert {right for one in rights for right in one["permissions"]} == {"DESCRIBE", "SELECT"}


def test_spark_drives_executors_of_the_declared_size_on_the_pool_for_data(bank: Estate) -> None:
    wanted = bank.environment.batch
    (job,) = [one for one in bank.objects("Job") if one.metadata["name"] == "batch"]
    (template,) = bank.objects("PodTemplate")
    driver, executor = job.spec["template"]["spec"], template.inputs["template"]["spec"]
    assert job.spec["activeDeadlineSeconds"] == wanted.timeout_minutes * 60
    (container,) = executor["containers"]
    amount = wanted.executor.requests.quantities
    assert container["resources"] == {"requests": amount, "limits": amount}
    told = {one["name"]: one.get("value") for one in driver["containers"][0]["env"]}
    assert told["MAX_EXECUTORS"] == str(wanted.max_executors)
    for spec in (driver, executor):
        assert spec["nodeSelector"] == {"mizan.ae/purpose": Purpose.DATA.value}
        assert spec["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True
        assert "@sha256:" in spec["containers"][0]["image"]
    (quota,) = [
        one for one in bank.objects("ResourceQuota") if one.metadata["namespace"] == "batch"
    ]
    assert quota.spec["hard"]["requests.cpu"]


def test_spark_reads_the_lake_writes_features_and_makes_pods_where_it_runs(bank: Estate) -> None:
    association = bank.one(
        "eks/podIdentityAssociation:PodIdentityAssociation", "batch-identity-association"
    )
    assert (association["namespace"], association["serviceAccount"]) == ("batch", "batch")
    allowed = statements(bank.one("iam/rolePolicy:RolePolicy", "batch-identity-store")["policy"])
    written = {
        resource
        for one in allowed
        if "s3:PutObject" in one["Action"]
        for resource in one["Resource"]
    }
    assert len(written) == 1
    assert "features" in written.pop()
    (role,) = [
        one
        for one in bank.objects("Role")
        if one.metadata["namespace"] == "batch" and one.metadata["name"] == "batch"
    ]
    assert {kind for rule in role.inputs["rules"] for kind in rule["resources"]} == {
        "pods",
        "podtemplates",
    }


def test_what_spark_writes_can_be_asked_for(bank: Estate) -> None:
    tables = {
        one.inputs["name"]: one.inputs for one in bank.every("glue/catalogTable:CatalogTable")
    }
    assert set(tables) == {f"daily_delays_by_{key}" for key in ("carrier", "origin", "route")}
    for name, table in tables.items():
        assert table["databaseName"] == "mizan_features"
        assert table["storageDescriptor"]["location"].endswith(f"/{name}/")
        assert table["parameters"]["projection.enabled"] == "true"


def test_images_are_fixed_scanned_and_of_this_account(estate: Estate) -> None:
    account = estate.environment.account
    for repository in estate.every("ecr/repository:Repository"):
        assert repository.inputs["imageTagMutability"] == "IMMUTABLE"
    policies = estate.every("ecr/repositoryPolicy:RepositoryPolicy")
    lifecycles = estate.every("ecr/lifecyclePolicy:LifecyclePolicy")
    assert len(policies) == len(lifecycles) == len(estate.every("ecr/repository:Repository"))
    for policy in policies:
        for statement in statements(policy.inputs["policy"]):
            assert statement["Effect"] == "Deny" or account in json.dumps(statement), policy.name
    scanning = estate.one("ecr/registryScanningConfiguration:RegistryScanningConfiguration")
    assert scanning["rules"][0]["scanFrequency"] in {"SCAN_ON_PUSH", "CONTINUOUS_SCAN"}


# Edge


def test_the_door_is_internal_speaks_tls_1_3_and_is_guarded(bank: Estate) -> None:
    assert bank.one("lb/loadBalancer:LoadBalancer")["internal"] is True
    listener = bank.one("lb/listener:Listener")
    assert listener["protocol"] == "HTTPS"
    assert listener["sslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-3-")
    assert bank.one("lb/targetGroup:TargetGroup")["protocol"] == "HTTPS"
    authority = bank.one("acmpca/certificateAuthority:CertificateAuthority")
    assert authority["certificateAuthorityConfiguration"]["subject"]["country"] == "AE"
    issuer = bank.one("acm/certificate:Certificate")["certificateAuthorityArn"]
    assert issuer.endswith("authority-root-root")
    assert len(bank.one("wafv2/webAcl:WebAcl")["rules"]) >= 3
    assert bank.one("wafv2/webAclAssociation:WebAclAssociation")["resourceArn"].endswith("edge-lb")
    assert bank.one("wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration")


def test_the_door_leads_to_servings_pods_and_a_rollout_waits_for_it(bank: Estate) -> None:
    targets = bank.one("lb/targetGroup:TargetGroup")
    (binding,) = bank.objects("TargetGroupBinding")
    assert "edge-pods" in binding.spec["targetGroupARN"]
    service = bank.plan.named("Service", binding.spec["serviceRef"]["name"], "serving")
    assert service.spec["ports"][0]["port"] == binding.spec["serviceRef"]["port"]
    assert targets["port"] == service.spec["ports"][0]["targetPort"]
    pod = bank.plan.named("Deployment", "serving", "serving").spec["template"]
    assert service.spec["selector"].items() <= pod["metadata"]["labels"].items()
    assert pod["spec"]["readinessGates"] == [
        {"conditionType": f"target-health.elbv2.k8s.aws/{binding.metadata['name']}"}
    ]
    # Longer than two health checks, and the pod outlives the requests that it has begun.
    settings = {one["name"]: one.get("value") for one in pod["spec"]["containers"][0]["env"]}
    drain = int(settings["DRAIN_SECONDS"])
    check = targets["healthCheck"]
    assert drain > check["interval"] * check["unhealthyThreshold"]
    assert pod["spec"]["terminationGracePeriodSeconds"] > drain
    controller = bank.plan.named("Deployment", "load-balancer-controller", "door")
    assert controller.spec["replicas"] == 2


def test_only_the_edges_subnets_reach_serving_from_outside(bank: Estate) -> None:
    edge = {
        one.inputs["cidrBlock"]
        for one in bank.every("ec2/subnet:Subnet")
        if one.name.startswith("network-edge-")
    }
    blocks = {
        peer["ipBlock"]["cidr"]
        for policy in bank.objects("NetworkPolicy")
        if policy.metadata["namespace"] == "serving"
        for rule in policy.spec.get("ingress", ())
        for peer in rule["from"]
        if "ipBlock" in peer
    }
    assert blocks == edge


def test_without_a_door_nothing_registers_pods(small: Estate) -> None:
    assert small.environment.edge is None
    assert small.objects("TargetGroupBinding") == []
    pod = small.plan.named("Deployment", "serving", "serving").spec["template"]["spec"]
    assert "readinessGates" not in pod


# Audit and detection


def test_every_call_is_recorded_where_nobody_can_remove_it(estate: Estate) -> None:
    trail = estate.one("cloudtrail/trail:Trail")
    assert trail["enableLogFileValidation"] is True
    assert trail["s3BucketName"] == "store-audit-bucket"
    selected = [
        {field["field"]: field for field in one["fieldSelectors"]}
        for one in trail["advancedEventSelectors"]
    ]
    kinds = {one["eventCategory"]["equals"][0]: one for one in selected}
    assert set(kinds) == {"Management", "Data"}
    watched = kinds["Data"]["resources.ARN"]["startsWiths"]
    for bucket in ("lake", "features", "models"):
        assert any(f"store-{bucket}/" in arn for arn in watched)


def test_what_looks_for_trouble_is_on(bank: Estate) -> None:
    assert bank.one("cfg/recorderStatus:RecorderStatus")["isEnabled"] is True
    assert len(bank.every("cfg/rule:Rule")) >= 30
    features = {
        one.inputs["name"]: one.inputs
        for one in bank.every("guardduty/detectorFeature:DetectorFeature")
    }
    assert features["RUNTIME_MONITORING"]["status"] == "ENABLED"
    assert features["RUNTIME_MONITORING"]["additionalConfigurations"] == [
        {"name": "EKS_ADDON_MANAGEMENT", "status": "ENABLED"}
    ]
    assert features["EKS_AUDIT_LOGS"]["status"] == "ENABLED"
    assert bank.one("guardduty/detector:Detector")["enable"] is True
    assert bank.every("securityhub/standardsSubscription:StandardsSubscription")
    assert set(bank.one("inspector2/enabler:Enabler")["resourceTypes"]) >= {"EC2", "ECR"}
    kinds = {one.inputs["type"] for one in bank.every("accessanalyzer/analyzer:Analyzer")}
    assert "ACCOUNT" in kinds


def test_every_alarm_tells_the_topic_in_the_country(estate: Estate) -> None:
    topic = estate.one("sns/topic:Topic")
    assert "incidents-key" in topic["kmsMasterKeyId"]
    alarms = estate.every("cloudwatch/metricAlarm:MetricAlarm")
    assert len(alarms) >= 14
    for alarm in alarms:
        assert [arn.endswith("incidents-topic") for arn in alarm.inputs["alarmActions"]] == [True]


def test_services_that_the_region_lacks_are_nowhere(estate: Estate) -> None:
    absent = ("aws:macie", "aws:detective", "aws:signer")
    assert [one.urn for one in estate.cloud if one.type.startswith(absent)] == []


# Recovery and cost


def test_copies_cannot_be_removed_before_their_time(bank: Estate) -> None:
    days = bank.environment.backup.retention_days
    lock = bank.one("backup/vaultLockConfiguration:VaultLockConfiguration")
    assert lock["minRetentionDays"] == days
    assert lock["changeableForDays"] >= 3, "then it is locked for good"
    (rule,) = bank.one("backup/plan:Plan")["rules"]
    assert rule["lifecycle"]["deleteAfter"] == days
    assert bank.one("backup/selection:Selection")["resources"]


def test_the_owner_hears_before_the_budget_is_spent(estate: Estate) -> None:
    budget = estate.one("budgets/budget:Budget")
    assert float(budget["limitAmount"]) == estate.environment.monthly_budget_usd
    told = {one["notificationType"] for one in budget["notifications"]}
    assert told == {"ACTUAL", "FORECASTED"}
    for one in budget["notifications"]:
        assert one.get("subscriberSnsTopicArns") or one.get("subscriberEmailAddresses")


# What holds for all of them


def cases(estate: Estate) -> list[Case]:
    (provider,) = [one for one in estate.plan.records if one.type == "pulumi:providers:aws"]
    given = {"type": provider.type, "props": provider.inputs}
    return [
        Case(type=one.type, name=one.name, props=one.inputs, provider=given) for one in estate.cloud
    ]


def test_everything_taggable_has_every_mandatory_tag_of_its_own_or_its_providers(
    estate: Estate,
) -> None:
    taggable = [one for one in cases(estate) if "tags" in one.props]
    assert len(taggable) > 80
    assert violations(mandatory_tags.policy, cases(estate)) == {}
    for one in estate.cloud:
        if "tags" in arguments(one.type):
            assert {"Name", "workload", "data-class", "profile"} <= set(
                one.inputs.get("tags", {})
            ), one.urn


def test_everything_that_stores_has_a_key_of_ones_own(estate: Estate) -> None:
    storing = [one for one in cases(estate) if one.type in AT_REST]
    assert len(storing) > 40
    assert violations(cloud_storage_encrypted.policy, storing) == {}
    encrypted = {
        one.inputs["bucket"]
        for one in estate.cloud
        if one.type.startswith("aws:s3/bucketServerSideEncryption")
    }
    assert encrypted == {f"{one.name}-bucket" for one in estate.every("s3/bucket:Bucket")}


def test_everything_is_in_the_region_of_its_provider_or_on_the_list(estate: Estate) -> None:
    (provider,) = [one for one in estate.plan.records if one.type == "pulumi:providers:aws"]
    assert provider.inputs["region"] == estate.environment.sites.primary.region
    for type_ in {one.type for one in estate.cloud}:
        assert ("region" in arguments(type_)) != (type_ in GLOBAL), type_
    for one in estate.cloud:
        assert "region" not in one.inputs, one.urn
        for text in texts(one.inputs):
            for region in re.findall(r"arn:aws:[a-z0-9-]+:([a-z]{2}-[a-z]+-\d):", text):
                assert region == estate.environment.sites.primary.region, one.urn


def test_every_global_type_says_why_it_is_accepted() -> None:
    assert all(isinstance(reason, str) and len(reason) > 20 for reason in GLOBAL.values())


def test_a_child_bears_the_name_of_its_component(estate: Estate) -> None:
    """So that one alias on a renamed component is enough for all that it is made of."""
    by_urn = {one.urn: one for one in estate.plan.records}
    strangers = [
        f"{one.type} {one.name} in {by_urn[one.parent].name}"
        for one in estate.plan.records
        if one.parent in by_urn and not one.name.startswith(f"{by_urn[one.parent].name}-")
    ]
    assert strangers == []


def test_the_bank_has_every_kind_of_thing_that_holds_data(bank: Estate) -> None:
    there = {one.type for one in bank.cloud}
    # Volumes are made by the cluster's driver, as claims ask for them.
    assert STATEFUL - there == {"aws:ebs/volume:Volume"}


# The two environments are one program


def facts(estate: Estate) -> set[str]:
    """What an environment's file gives, as parts of names: pools, zones, ranges, administrators."""
    environment = estate.environment
    network = environment.network
    ranges = (network.cidr, *network.on_premises_cidrs, *network.client_cidrs)
    return {
        *(pool.name for pool in environment.node_pools),
        *environment.sites.primary.zones,
        *(block.replace("/", "-") for block in ranges),
        *(role.rpartition("/")[2] for role in environment.cluster.admin_roles),
    }


def pattern(record: Record, given: set[str]) -> tuple[str, str]:
    """A record's type, and its name without what the environment's file gives."""
    name = record.name
    for fact in sorted(given, key=len, reverse=True):
        name = re.sub(rf"(?<![\w.]){re.escape(fact)}(?![\w.])", "*", name)
    return record.type, name


def test_the_small_environment_is_the_same_program_with_less(bank: Estate, small: Estate) -> None:
    # What the region gives to the bank, its second site makes itself, as the small one does.
    second = environment_plan(next(name for name in stacks() if name.startswith(f"{BANK}.")))
    bank_records = [*bank.plan.records, *second.records]
    there = {(one.type, one.name) for one in bank_records}
    own = [one for one in small.plan.records if (one.type, one.name) not in there]
    assert own, "its pools have names of their own"
    patterns = {pattern(one, facts(bank)) for one in bank_records}
    # Who reads topics from brokers in pods has a certificate and a way; nobody does so in the bank.
    readers = {user for t in small.environment.streaming.topics.values() for user in t.readers}
    by_pods = (*(f"{user}-to-streaming" for user in readers), "authority-data-")
    strangers = [one for one in own if pattern(one, facts(small)) not in patterns]
    assert [one.urn for one in strangers if not one.name.startswith(by_pods)] == []
    assert len(small.plan.records) < len(bank.plan.records)
