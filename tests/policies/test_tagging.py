"""The list of types that take no tags is what the installed SDK says."""

from components.audit_trail.config_rules import MANDATORY_TAGS
from components.tags import Tags
from policies.tagging.mandatory_tags import MANDATORY
from tests.support import aws_tags


def test_the_list_of_untaggable_types_is_current() -> None:
    listed = aws_tags.FILE.read_text(encoding="utf-8").split()

    assert listed == aws_tags.untaggable(), "run: python -m tests.support.aws_tags"


def test_what_takes_tags_is_judged_and_what_does_not_is_not() -> None:
    listed = set(aws_tags.FILE.read_text(encoding="utf-8").split())

    assert not listed & {"aws:s3/bucket:Bucket", "aws:eks/cluster:Cluster", "aws:kms/key:Key"}
    assert listed > {"aws:iam/rolePolicy:RolePolicy", "aws:s3/bucketPolicy:BucketPolicy"}


def test_law_and_components_mean_the_same_tags() -> None:
    """Written apart on purpose: the law does not trust what it judges."""
    own = set(Tags(workload="w", data_class="d", profile="p").of("x")) - {"Name"}

    assert set(MANDATORY) == set(MANDATORY_TAGS)
    assert own < set(MANDATORY)
