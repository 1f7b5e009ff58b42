"""A small estate: network, key, two buckets of which one stays, a cluster and what runs on it."""

import json

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

from environments import Purpose, load
from stacks import safeguard

environment = load(pulumi.get_stack())
safeguard.protect(environment.name)
REGION, NAME = "me-central-1", "estate"
IMAGE = f"{environment.registry.host}/mizan/serving@sha256:{'0' * 63}1"

provider = aws.Provider(
    "region",
    region=REGION,
    allowed_account_ids=[environment.account],
    default_tags={"tags": environment.tags},
)
inside = pulumi.ResourceOptions(provider=provider)
stays = pulumi.ResourceOptions(provider=provider, retain_on_delete=True)


def tags(name: str) -> dict[str, str]:
    return {
        "Name": name,
        "workload": "platform",
        "data-class": "internal",
        "profile": "shared",
    }


key = aws.kms.Key("key", description="Everything", enable_key_rotation=True,
                  tags=tags("key"), opts=stays)  # fmt: skip
for name, options in (("lake", inside), ("audit", stays)):
    bucket = aws.s3.Bucket(name, tags=tags(name), opts=options)
    aws.s3.BucketVersioning(
        f"{name}-versions",
        bucket=bucket.id,
        versioning_configuration={"status": "Enabled"},
        opts=inside,
    )
    aws.s3.BucketServerSideEncryptionConfiguration(
        f"{name}-encryption",
        bucket=bucket.id,
        rules=[
            {
                "apply_server_side_encryption_by_default": {
                    "sse_algorithm": "aws:kms",
                    "kms_master_key_id": key.arn,
                }
            }
        ],
        opts=inside,
    )
    aws.s3.BucketPublicAccessBlock(
        f"{name}-block",
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=inside,
    )

network = aws.ec2.Vpc("network", cidr_block="10.60.0.0/20", tags=tags("network"), opts=inside)
subnets = {
    zone: aws.ec2.Subnet(
        f"subnet-{zone}",
        vpc_id=network.id,
        availability_zone=zone,
        cidr_block=f"10.60.{place}.0/24",
        tags=tags(f"subnet-{zone}"),
        opts=inside,
    )
    for place, zone in enumerate(environment.sites.primary.zones)
}
role = aws.iam.Role(
    "role",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": ["eks.amazonaws.com", "ec2.amazonaws.com"]},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"aws:SourceAccount": environment.account}},
                }
            ],
        }
    ),
    tags=tags("role"),
    opts=inside,
)
cluster = aws.eks.Cluster(
    "cluster",
    name=NAME,
    role_arn=role.arn,
    version="1.34",
    vpc_config={
        "subnet_ids": [subnet.id for subnet in subnets.values()],
        "endpoint_private_access": True,
        "endpoint_public_access": False,
    },
    encryption_config={"provider": {"key_arn": key.arn}, "resources": ["secrets"]},
    tags=tags("cluster"),
    opts=inside,
)
template = aws.ec2.LaunchTemplate(
    "template",
    metadata_options={"http_endpoint": "enabled", "http_tokens": "required"},
    block_device_mappings=[
        {
            "device_name": "/dev/xvda",
            "ebs": {
                "volume_type": "gp3",
                "volume_size": 20,
                "encrypted": "true",
                "kms_key_id": key.arn,
            },
        }
    ],
    tags=tags("template"),
    opts=inside,
)
groups = [
    aws.eks.NodeGroup(
        f"{pool.name}-{zone}",
        cluster_name=cluster.name,
        node_role_arn=role.arn,
        subnet_ids=[subnets[zone].id],
        instance_types=[f"{pool.family}.{pool.size}"],
        scaling_config={"min_size": 1, "desired_size": 1, "max_size": pool.max_nodes},
        launch_template={"id": template.id, "version": "1"},
        labels={"mizan.ae/pool": pool.name, "mizan.ae/purpose": pool.purpose.value},
        taints=[{"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}]
        if pool.purpose is Purpose.GPU_TRAINING
        else [],
        tags=tags(f"{pool.name}-{zone}"),
        opts=inside,
    )
    for pool in environment.node_pools
    for zone in pool.zones
]
aws.budgets.Budget(
    "budget",
    budget_type="COST",
    time_unit="MONTHLY",
    limit_amount=str(environment.monthly_budget_usd),
    limit_unit="USD",
    tags=tags("budget"),
    opts=inside,
)

kubeconfig = pulumi.Output.json_dumps(
    {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": NAME,
                "cluster": {
                    "server": cluster.endpoint,
                    "certificate-authority-data": cluster.certificate_authority.apply(
                        lambda authority: authority.data
                    ),
                },
            }
        ],
        "users": [
            {
                "name": NAME,
                "user": {
                    "exec": {
                        "apiVersion": "client.authentication.k8s.io/v1",
                        "command": "aws",
                        "args": ["eks", "get-token", "--cluster-name", NAME, "--region", REGION],
                        "interactiveMode": "Never",
                    }
                },
            }
        ],
        "contexts": [{"name": NAME, "context": {"cluster": NAME, "user": NAME}}],
        "current-context": NAME,
    }
)
within = pulumi.ResourceOptions(
    provider=k8s.Provider("cluster", kubeconfig=kubeconfig), depends_on=groups
)
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}
CONTEXT = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}


def pod(name: str, purpose: Purpose, **more: object) -> dict[str, object]:
    return {
        "nodeSelector": {"mizan.ae/purpose": purpose.value},
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        **more,
        "containers": [
            {"name": name, "image": IMAGE, "securityContext": CONTEXT, **more.get("main", {})}
        ],
    }


def namespace(name: str) -> k8s.core.v1.Namespace:
    made = k8s.core.v1.Namespace(name, metadata={"name": name, "labels": RESTRICTED}, opts=within)
    k8s.networking.v1.NetworkPolicy(
        f"{name}-deny",
        metadata={"name": "deny", "namespace": made.metadata.name},
        spec={"pod_selector": {}, "policy_types": ["Ingress", "Egress"]},
        opts=within,
    )
    return made


serving, training = namespace("serving"), namespace("training")
disks = k8s.storage.v1.StorageClass(
    "encrypted",
    metadata={"name": "mizan-encrypted"},
    provisioner="ebs.csi.aws.com",
    parameters={"encrypted": "true", "kmsKeyId": key.arn},
    volume_binding_mode="WaitForFirstConsumer",
    opts=within,
)
labels = {"app": "serving"}
k8s.core.v1.PersistentVolumeClaim(
    "cache",
    metadata={
        "name": "cache",
        "namespace": serving.metadata.name,
        "annotations": {"pulumi.com/skipAwait": "true"},
    },
    spec={
        "access_modes": ["ReadWriteOnce"],
        "storage_class_name": "mizan-encrypted",
        "resources": {"requests": {"storage": "1Gi"}},
    },
    opts=pulumi.ResourceOptions.merge(within, pulumi.ResourceOptions(depends_on=[disks])),
)
served = pod("serving", Purpose.CPU_INFERENCE)
k8s.apps.v1.Deployment(
    "serving",
    metadata={"name": "serving", "namespace": serving.metadata.name},
    spec={
        "replicas": environment.workloads.serving.replicas_max,
        "selector": {"match_labels": labels},
        "template": {
            "metadata": {"labels": labels},
            "spec": {
                **served,
                "volumes": [{"name": "cache", "persistentVolumeClaim": {"claimName": "cache"}}],
            },
        },
    },
    opts=within,
)
trained = pod("training", Purpose.GPU_TRAINING)
trained["containers"][0]["resources"] = {"limits": {"nvidia.com/gpu": "1"}}
k8s.batch.v1.Job(
    "training",
    metadata={"name": "training", "namespace": training.metadata.name},
    spec={
        "template": {
            "spec": {
                **trained,
                "restartPolicy": "Never",
                "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
            }
        }
    },
    opts=within,
)
pulumi.export("cluster", cluster.name)
