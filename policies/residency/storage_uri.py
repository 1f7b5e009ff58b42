"""Every bucket that a workload is told by its URI is one whose region is known."""

import re
from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.boundary import BOUNDARY
from policies.buckets import BUCKETS
from policies.cluster_texts import told
from policies.judging import Declared, Finding, stack_rule
from policies.reading import field

TYPES: Final = {
    "kubernetes:apps/v1:Deployment": "env and args",
    "kubernetes:core/v1:ConfigMap": "data, texts inside of it opened",
    "kubernetes:serving.kserve.io/v1beta1:InferenceService": "storageUri",
    "kubernetes:velero.io/v1:BackupStorageLocation": "spec.objectStorage.bucket",
}
_URI: Final = re.compile(r"\bs3[an]?://([^\s/\"'?#,;]*)", re.IGNORECASE)
_DEMAND: Final = "a bucket of this stack, or one that the boundary lists"


def judge(resources: list[Declared]) -> Iterator[Finding]:
    """Joins the buckets that URIs name with those of the stack, which are judged themselves."""
    own = {
        name
        for resource in resources
        if resource.type in BUCKETS and isinstance(name := field(resource.props, "bucket"), str)
    }
    for resource in resources:
        for path, _, text in told(resource):
            named = _URI.findall(text)
            if path.endswith("spec.objectStorage.bucket"):
                named.append(text)
            for bucket in named:
                if bucket not in own and bucket not in BOUNDARY.bucket_names:
                    yield Finding(path=path, given=bucket, allowed=_DEMAND, urn=resource.urn)


policy = stack_rule(
    __name__,
    description="Buckets that workloads are told by URI are of the same plan, or in the boundary.",
    severity=Severity.CRITICAL,
    remediation="name a bucket of this stack, or list it in boundary.yaml with its region's proof.",
    judge=judge,
)
