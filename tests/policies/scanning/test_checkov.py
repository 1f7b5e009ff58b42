"""checkov itself over plans that were made bad on purpose, and over every environment."""

import io
import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
import pytest

from environments import stacks
from policies.judging import Declared
from policies.reading import UNKNOWN, thaw
from policies.scanning import __main__ as command
from policies.scanning import naming, running, shapes
from policies.scanning.conflicts import load, sort
from policies.scanning.running import PROGRAM, PROJECT, NotScannedError, Scan, scan
from tests.support.engine import environment_plan

SUPPORTED = """
import checkov.terraform.runner
from checkov.common.checks_infra.registry import get_graph_checks_registry
from checkov.terraform.checks.resource.registry import resource_registry
checks = get_graph_checks_registry("terraform")
checks.load_checks()
named = set(resource_registry.checks)
for check in checks.checks:
    named.update(check.resource_types)
print(*sorted(name for name in named if name.startswith("aws_")))
"""
# What checkov names and the SDK does not have: gone from AWS, a data source, or no type at all.
ABSENT = [
    "aws_alb",
    "aws_az_info",
    "aws_caller_info",
    "aws_db_security_group",
    "aws_elasticache_security_group",
    "aws_iam_policy_document",
    "aws_macie_member_account_association",
    "aws_macie_s3_bucket_association",
    "aws_redshift_security_group",
    "aws_region_info",
    "aws_root",
    "aws_root_access_key",
    "aws_simpledb_domain",
    "aws_worklink_fleet",
    "aws_worklink_website_certificate_authority_association",
]


@pytest.fixture(scope="module", autouse=True)
def program() -> None:
    """checkov in an environment of its own, made once."""
    subprocess.run(
        ["make", "--silent", (PROGRAM.parents[1] / ".tools").relative_to(PROJECT)],
        cwd=PROJECT,
        check=True,
    )


def urn(type_: str, name: str) -> str:
    return f"urn:pulumi:bad::mizan::mizan:components:Store${type_}::{name}"


def aws(type_: str, name: str, props: dict[str, Any], **derived: tuple[str, ...]) -> Declared:
    return Declared(
        type=type_,
        urn=urn(type_, name),
        name=name,
        props=props,
        provider_type="pulumi:providers:aws",
        derived_from=derived,
    )


def encryption(bucket: Declared, name: str, key: Declared) -> Declared:
    default = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": UNKNOWN}
    return aws(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        name,
        {"bucket": UNKNOWN, "rules": [{"applyServerSideEncryptionByDefault": default}]},
        bucket=(bucket.urn,),
        rules=(key.urn,),
    )


def bad() -> list[Declared]:
    key = aws("aws:kms/key:Key", "key", {"enableKeyRotation": False})
    good, plain = (
        aws("aws:s3/bucket:Bucket", name, {"bucket": name}) for name in ("good", "plain")
    )
    ssh = {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}
    container = {
        "name": "x",
        "image": "nginx:latest",
        "securityContext": {"privileged": True},
    }
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p", "namespace": UNKNOWN},
        "spec": {"containers": [container]},
    }
    return [
        key,
        good,
        plain,
        encryption(good, "good-encryption", key),
        aws("aws:ec2/securityGroup:SecurityGroup", "open", {"ingress": [ssh], "description": "x"}),
        aws("aws:eks/cluster:Cluster", "eks", {"vpcConfig": {"endpointPublicAccess": True}}),
        Declared(
            type="kubernetes:core/v1:Pod",
            urn=urn("kubernetes:core/v1:Pod", "p"),
            name="p",
            props=pod,
            provider_type="pulumi:providers:kubernetes",
        ),
    ]


@cache
def of_bad() -> Scan:
    return scan(bad())


@pytest.mark.parametrize(
    ("check", "type_", "name"),
    [
        ("CKV_AWS_145", "aws:s3/bucket:Bucket", "plain"),  # no key of the customer
        ("CKV_AWS_7", "aws:kms/key:Key", "key"),  # the key does not rotate
        ("CKV_AWS_24", "aws:ec2/securityGroup:SecurityGroup", "open"),  # SSH from anywhere
        ("CKV_AWS_39", "aws:eks/cluster:Cluster", "eks"),  # a public endpoint
        ("CKV_AWS_58", "aws:eks/cluster:Cluster", "eks"),  # Secrets in the clear
        ("CKV_K8S_16", "kubernetes:core/v1:Pod", "p"),  # privileged
    ],
)
def test_what_is_bad_fails_by_its_own_urn(check: str, type_: str, name: str) -> None:
    failed = {(failure.check, failure.subject) for failure in of_bad().failures}
    assert (check, urn(type_, name)) in failed


def test_what_another_resource_mends_passes() -> None:
    failed = {(failure.check, failure.subject) for failure in of_bad().failures}
    assert ("CKV_AWS_145", urn("aws:s3/bucket:Bucket", "good")) not in failed


def test_every_failure_of_a_bad_plan_is_unexplained_but_for_the_map() -> None:
    parted = sort(of_bad().failures, load())
    assert {failure.check for failure in parted.unexplained} >= {"CKV_AWS_145", "CKV_K8S_16"}
    assert "CKV_AWS_144" in {entry.check for entry in parted.explained}


def test_every_type_that_checkov_judges_has_that_name_here() -> None:
    python = PROGRAM.with_name("python")
    done = subprocess.run([python, "-c", SUPPORTED], capture_output=True, text=True, check=True)
    supported = set(done.stdout.split())
    assert len(supported) > 1_000

    ours = {naming.type_name(token) for token in shapes.tokens()}

    missing = {name for name in supported - ours if not name.startswith("aws_opsworks_")}
    assert missing == set(ABSENT)


def test_without_the_program_there_is_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "PROGRAM", PROJECT / "nowhere")
    with pytest.raises(NotScannedError, match="Remedy"):
        scan(bad())


def known(value: Any) -> Any:
    """Inputs of a record, with the SDK's own mark for what is not known yet replaced."""
    if isinstance(value, pulumi.output.Unknown):
        return UNKNOWN
    if isinstance(value, dict):
        return {key: known(each) for key, each in value.items()}
    return [known(each) for each in value] if isinstance(value, list) else thaw(value)


def declared(stack: str) -> list[Declared]:
    return [
        Declared(
            type=record.type,
            urn=record.urn,
            name=record.name,
            props=known(record.inputs),
            provider_type="pulumi:providers:any" if record.custom else None,
            derived_from=record.derived_from,
        )
        for record in environment_plan(stack).records
    ]


@pytest.mark.acceptance
def test_no_environment_has_a_failure_without_an_explanation() -> None:
    found = [
        failure
        for number, stack in enumerate(stacks())
        for failure in scan(declared(stack), PROJECT if number == 0 else None).failures
    ]
    parted = sort(found, load())
    assert parted.unexplained == []
    assert [entry.check for entry in parted.unused] == []


def plan_of(resources: list[Declared]) -> str:
    """What the engine would print of a plan of these resources."""
    states = [
        {
            "urn": one.urn,
            "type": one.type,
            "custom": True,
            "inputs": {key: value for key, value in one.props.items() if value is not UNKNOWN},
        }
        for one in resources
    ]
    return json.dumps({"steps": [{"op": "create", "newState": state} for state in states]})


def ended(monkeypatch: pytest.MonkeyPatch, text: str, *options: str) -> int:
    """How the command ends with a document on its standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    monkeypatch.setattr("sys.argv", ["scanning", *options])
    with pytest.raises(SystemExit) as end:
        command.main()
    return int(str(end.value.code))


def test_the_command_names_the_resource_and_the_check(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    key = aws("aws:kms/key:Key", "key", {"enableKeyRotation": False})
    unseen = aws("aws:kms/alias:Alias", "alias", {"name": "alias/x"})

    code = ended(monkeypatch, plan_of([key, unseen]), "--json", str(tmp_path / "found.json"))

    assert code == 1
    said = capsys.readouterr().out
    assert f"FAILED  CKV_AWS_7  {key.urn}" in said
    assert "not-applicable  CKV_DOCKER_2" in said
    written = json.loads((tmp_path / "found.json").read_text())
    assert {one["check"] for one in written["unexplained"]} >= {"CKV_AWS_7"}
    assert written["types_without_a_check"] == {"aws:kms/alias:Alias": 1}


def test_the_command_fails_where_nothing_can_be_judged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(monkeypatch, "{}") == 2
    assert "holds no resource" in capsys.readouterr().err
