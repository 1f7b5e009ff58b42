"""Keys, buckets, registry, catalogue and identities on AWS, built together and judged."""

from typing import Any

from components.artifact_registry import ArtifactRegistry, ArtifactRegistryArgs
from components.artifact_registry import Aws as Registry
from components.encryption_key import EncryptionKey, EncryptionKeyArgs, Service
from components.lake_catalogue import (
    SERVICE_ROLE_PATH,
    LakeAccess,
    LakeCatalogue,
    LakeCatalogueArgs,
    LakeDatabase,
    LakeGrant,
    LakeGrantArgs,
)
from components.object_store import (
    Access,
    Aws,
    Grant,
    Lock,
    ObjectStore,
    ObjectStoreArgs,
    Writer,
    Zone,
)
from components.pod_identity import PodIdentity, PodIdentityArgs
from components.tags import Tags
from policies.judging import StackRule
from tests.components.complying import PROVIDERS, RULES
from tests.support.aws_outputs import ACCOUNT, REGION
from tests.support.engine import Plan, Record, build
from tests.support.policy_fixtures import Case, violations

TAGS = Tags(workload="platform", data_class="financial", profile="shared")


def key(purpose: str, *services: Service) -> EncryptionKey:
    arguments = EncryptionKeyArgs(
        purpose=purpose, services=services, account=ACCOUNT, region=REGION, tags=TAGS
    )
    return EncryptionKey(f"{purpose}-key", arguments)


def program() -> None:
    lake_key = key("lake", Service.S3, Service.LAKE_FORMATION)
    audit_key = key("audit", Service.S3, Service.TRAIL)
    log_key = key("logs", Service.S3, Service.ACCESS_LOGS, Service.CONFIG, Service.LOG_DELIVERY)
    catalogue_key = key("catalogue", Service.GLUE, Service.LOGS)

    def zone(of: EncryptionKey, lock: Lock | None = None, *writers: Writer) -> Zone:
        return Zone(key_arn=of.arn, retention_days=30, tags=TAGS, lock=lock, writers=writers)

    store = ObjectStore(
        "store",
        ObjectStoreArgs(
            buckets=["lake", "audit", "results", "logs"],
            grants=[Grant(user="training", bucket="lake", access=Access.READ)],
            region=REGION,
            site=Aws(
                account=ACCOUNT,
                vpc_endpoint_ids=["vpce-1"],
                zones={
                    "lake": zone(lake_key),
                    "audit": zone(audit_key, Lock.COMPLIANCE, Writer.TRAIL),
                    "results": zone(lake_key),
                    "logs": zone(log_key, None, Writer.CONFIG, Writer.LOG_DELIVERY),
                },
                log_bucket="logs",
                service_role_arns=[f"arn:aws:iam::{ACCOUNT}:role{SERVICE_ROLE_PATH}*"],
            ),
        ),
    )
    ArtifactRegistry(
        "registry",
        ArtifactRegistryArgs(
            repositories=["mizan/serving"],
            site=Registry(
                account=ACCOUNT,
                region=REGION,
                key_arn=key("registry", Service.ECR).arn,
                publisher_role_arn=f"arn:aws:iam::{ACCOUNT}:role/mizan-publisher-*",
                tags=TAGS,
            ),
        ),
    )
    catalogue = LakeCatalogue(
        "lake",
        LakeCatalogueArgs(
            databases={
                "raw": LakeDatabase(
                    bucket=store.bucket_names["lake"], key_arn=lake_key.arn, description="Raw data"
                )
            },
            administrators=[f"arn:aws:iam::{ACCOUNT}:role/deployer"],
            key_arn=catalogue_key.arn,
            results_bucket=store.bucket_names["results"],
            results_key_arn=lake_key.arn,
            account=ACCOUNT,
            region=REGION,
            tags=TAGS,
        ),
    )
    identity = PodIdentity(
        "training",
        PodIdentityArgs(
            cluster_name="mizan",
            namespace="training",
            service_account="training",
            documents={
                "store": store.grant_documents["training"],
                "lake": catalogue.reader_document,
            },
            account=ACCOUNT,
            tags=TAGS,
        ),
    )
    LakeGrant(
        "training-raw",
        LakeGrantArgs(
            role_arn=identity.role_arn,
            database=catalogue.databases["raw"],
            location_arn=catalogue.location_arns["raw"],
            access=LakeAccess.WRITE,
            account=ACCOUNT,
        ),
    )


def named(record: Record) -> dict[str, Any]:
    """Inputs with the name of a bucket in them, as the provider fills it in where none is given."""
    made = record.type == "aws:s3/bucket:Bucket" and "bucket" not in record.inputs
    return {**record.inputs, **({"bucket": f"{record.name}-bucket"} if made else {})}


def cases(plan: Plan) -> list[Case]:
    by_urn = {record.urn: record.name for record in plan.records if record.custom}
    return [
        Case(
            type=record.type,
            name=record.name,
            props=named(record),
            provider=PROVIDERS[record.type.partition(":")[0]] if record.custom else None,
            depends={
                field: [by_urn[urn] for urn in urns if urn in by_urn]
                for field, urns in record.derived_from.items()
            },
        )
        for record in plan.records
    ]


def test_nothing_in_it_breaks_a_rule() -> None:
    plan = build("local", program=program, preview=False)
    assert not plan.warnings
    assert len([record for record in plan.records if record.type.startswith("aws:")]) > 50
    rules = sorted(RULES, key=lambda policy: isinstance(policy, StackRule))
    said = {rule.name: dict(violations(rule, cases(plan))) for rule in rules}
    assert {name: told for name, told in said.items() if told} == {}


def test_everything_that_takes_tags_has_them() -> None:
    plan = build("local", program=program, preview=False)
    for kind in ("Bucket", "Key", "Repository", "Role", "Workgroup", "CatalogDatabase"):
        found = [record for record in plan.records if record.type.endswith(f":{kind}")]
        assert found, kind
        for record in found:
            assert record.inputs["tags"]["data-class"] == "financial", record.name
