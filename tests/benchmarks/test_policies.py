import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.policies.__main__ import goals
from benchmarks.policies.judges import RULES, opa_found, pack_found
from benchmarks.policies.plans import resized, spoiled
from benchmarks.policies.running import measure
from benchmarks.preview.measurement import NotMeasuredError
from policies import catalog, documents, verdicts

PROVIDER = "urn:pulumi:s::mizan::pulumi:providers:aws::region"
SETTING = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
TAGS = ("owner", "cost-centre", "environment", "workload", "data-class", "profile")
IMAGE = f"registry.artifacts.svc.cluster.local:5000/x@sha256:{'0' * 64}"


def state(type_: str, name: str, inputs: dict[str, Any], **made_of: list[str]) -> dict[str, Any]:
    return {
        "urn": f"urn:pulumi:s::mizan::{type_}::{name}",
        "type": type_,
        "custom": True,
        "provider": f"{PROVIDER}::id",
        "inputs": inputs,
        "propertyDependencies": made_of,
    }


def plan() -> dict[str, Any]:
    tags = {"tags": dict.fromkeys(TAGS, "x")}
    buckets = [
        state("aws:s3/bucket:Bucket", name, {"bucket": name, **tags}) for name in ("a", "b", "c")
    ]
    rule = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}
    settings = [
        state(
            SETTING,
            f"{name}-encryption",
            {"bucket": name, "rules": [rule]},
            bucket=[bucket["urn"]],
        )
        for name, bucket in zip(("a", "b", "c"), buckets, strict=True)
    ]
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    pod = {"containers": [{"name": "x", "image": IMAGE}]}
    states = [
        {
            "urn": PROVIDER,
            "type": "pulumi:providers:aws",
            "custom": True,
            "inputs": {"region": "me-central-1"},
        },
        {"urn": "urn:pulumi:s::mizan::mizan:components:Box::box", "type": "mizan:components:Box"},
        state("aws:kms/key:Key", "key", dict(tags)),
        state("aws:sns/topic:Topic", "topic", dict(tags)),
        *buckets,
        *settings,
        state("kubernetes:core/v1:Namespace", "n", {"metadata": {"name": "n", "labels": labels}}),
        state("kubernetes:apps/v1:Deployment", "d", {"spec": {"template": {"spec": pod}}}),
    ]
    return {"steps": [{"op": "create", "newState": each} for each in states], "diagnostics": []}


def found(of: dict[str, Any]) -> set[tuple[str, str | None]]:
    """What the rules that OPA has too say of a plan."""
    rules = [one for one in catalog.discover() if one.name in RULES]
    resources = documents.read(json.dumps(of)).resources
    return {(one.rule, one.urn) for one in verdicts.judge(resources, rules)}


@pytest.mark.parametrize("count", [1, 10, 11, 25])
def test_a_plan_has_the_size_that_was_asked_for(count: int) -> None:
    resources = documents.read(json.dumps(resized(plan(), count))).resources
    own = [one for one in resources if one.type != "pulumi:providers:aws"]
    assert len({one.urn for one in own}) == len(own) == count


def test_a_copy_is_joined_with_its_own_and_breaks_no_rule() -> None:
    twice = resized(plan(), 20)
    assert found(twice) == set()
    (setting,) = (
        step["newState"]
        for step in twice["steps"]
        if step["newState"]["urn"].endswith("::copy2-a-encryption")
    )
    assert setting["inputs"]["bucket"] == "a-2"
    assert setting["propertyDependencies"]["bucket"][0].endswith("::copy2-a")


def test_a_spoiled_plan_breaks_every_rule_that_is_compared() -> None:
    assert found(plan()) == set()
    assert {rule for rule, _ in found(spoiled(plan()))} == set(RULES)


def test_what_both_print_is_read_as_the_same() -> None:
    pair = ["tagging-mandatory-tags", "urn:1"]
    opa = json.dumps({"result": [{"expressions": [{"value": [pair]}]}]})
    assert opa_found(opa) == pack_found(json.dumps([pair])) == {tuple(pair)}


def test_a_program_is_measured_by_what_it_takes(tmp_path: Path) -> None:
    program = "x = bytearray(200 * 2**20)\nimport time\nend = time.process_time() + 0.3\n"
    program += "while time.process_time() < end: pass\nprint('done')"

    run = measure([sys.executable, "-c", program], folder=tmp_path, most_seconds=60)

    assert run.ended
    assert run.output == "done\n"
    assert run.processor_seconds >= 0.3
    assert 200 < run.peak_mib < 300


def test_a_program_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    run = measure(["sleep", "60"], folder=tmp_path, most_seconds=0.2)
    assert not run.ended
    assert run.seconds < 30


def test_a_program_that_fails_is_not_measured(tmp_path: Path) -> None:
    with pytest.raises(NotMeasuredError, match="ended with 2"):
        measure(["ls", "--no-such"], folder=tmp_path, most_seconds=60, allowed=(0, 1))


def test_the_goals_are_about_the_same_plan() -> None:
    def rows(size: int, ours: int, theirs: int) -> list[dict[str, Any]]:
        judges = {
            "pack": ours,
            "pack, the rules that OPA has": ours,
            "OPA": ours,
            "checkov": theirs,
        }
        return [
            {
                "judge": judge,
                "resources": size,
                "resources_per_processor_second": rate,
                "without_its_start": rate,
            }
            for judge, rate in judges.items()
        ]

    told = goals([*rows(1_000, 900, 100), *rows(10_000, 900, 1)])

    assert told["times_checkov"]["without_its_start"] == 9
    assert set(told["within_target"].values()) == {False}
    assert told["times_opa"]["resources"] == 10_000
