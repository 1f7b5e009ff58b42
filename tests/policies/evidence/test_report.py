"""The report says of every control of every framework what the plan does about it."""

import json
from dataclasses import replace

import pytest

from policies import catalog, guards
from policies.evidence import EvidenceError, results
from policies.frameworks import shelf
from tests.policies.evidence.conftest import declared, evidence_of, report_of
from tests.support.engine import environment_plan
from tests.support.plan_documents import AWS, UNKNOWN, document, of_program, state, urn

BUCKET = "aws:s3/bucket:Bucket"
KEY = "aws:kms/key:Key"


def build(*states, bank=False):
    whose = replace(declared("uae-prod"), name="smb") if bank else declared("smb")
    return report_of(document([AWS, *states]), whose)


def control(found, framework, identity):
    (one,) = [one for one in found["frameworks"] if one["id"] == framework]
    return next(control for control in one["controls"] if control["id"] == identity)


def test_every_control_of_every_framework_has_a_status(evidence):
    said = {
        (framework["id"], control["id"]): control["status"]
        for framework in evidence["frameworks"]
        for control in framework["controls"]
    }

    assert set(said) == {
        (framework.id, control.id)
        for framework in shelf.load().frameworks
        for control in framework.controls
    }
    assert set(said.values()) <= set(results.STATUSES)


def test_every_environment_keeps_what_binds_it(evidence):
    assert evidence["summary"]["violations"] == 0
    assert evidence["summary"]["controls"]["violated"] == 0
    assert evidence["summary"]["controls"]["kept"] > 0


def test_every_rule_and_every_resource_is_listed(evidence):
    pack = sorted(policy.name for policy in catalog.discover())
    assert [rule["id"] for rule in evidence["rules"]] == [
        *pack, *(guard.name for guard in guards.guards())
    ]  # fmt: skip
    assert len(evidence["resources"]) == evidence["summary"]["resources"]
    read = {number for resource in evidence["resources"] for number in resource["rules"]}
    assert read >= {rule["number"] for rule in evidence["rules"] if rule["status"] == "kept"}


def test_the_banks_frameworks_bind_the_bank_and_not_the_small_company():
    bank = {one["id"]: one["binds"] for one in evidence_of("uae-prod")["frameworks"]}
    small = {one["id"]: one for one in evidence_of("smb")["frameworks"]}

    assert bank["cbuae-outsourcing"]
    assert bank["uae-pdpl"]
    assert not small["cbuae-outsourcing"]["binds"]
    assert "sector general" in small["cbuae-outsourcing"]["why"]
    assert {one["status"] for one in small["cbuae-outsourcing"]["controls"]} == {"not applicable"}


def test_what_binds_stands_first():
    binds = [one["binds"] for one in evidence_of("uae-prod")["frameworks"]]

    assert binds == sorted(binds, reverse=True)


def test_a_replaced_framework_binds_nobody():
    (old,) = [one for one in evidence_of("smb")["frameworks"] if one["id"] == "adhics-v1"]

    assert (old["binds"], old["why"]) == (False, "It was replaced by adhics-v2.")


def test_a_violation_reaches_its_rule_its_control_and_its_resource():
    found = build(state(BUCKET, "abroad", {"region": "eu-west-1"}), bank=True)

    (told,) = [one for one in found["violations"] if one["rule"] == "residency-resource-region"]
    assert told["urn"] == urn(BUCKET, "abroad")
    assert "eu-west-1" in told["given"]
    storage = control(found, "cbuae-consumer-protection", "6.1.6.3 (storage)")
    assert storage["status"] == "violated"
    rule = next(one for one in storage["rules"] if one["id"] == "residency-resource-region")
    assert (rule["status"], rule["violations"]) == ("violated", 1)
    (bucket,) = [one for one in found["resources"] if one["name"] == "abroad"]
    assert bucket["result"] == "violated"
    (entry,) = found["transfers"]["register"]
    assert entry["crossings"] == len(
        [one for one in found["violations"] if one["rule"].startswith("residency-") and one["urn"]]
    )


def test_a_rule_that_cannot_be_run_is_a_violation(monkeypatch):
    broken = next(m for m in catalog.modules() if m.policy.name == "tagging-mandatory-tags")
    monkeypatch.setattr(broken.policy, "judge", lambda _: 1 / 0)

    found = build(state(BUCKET, "a", {}))

    (rule,) = [one for one in found["rules"] if one["id"] == "tagging-mandatory-tags"]
    assert rule["status"] == "violated"
    assert "ZeroDivisionError" in rule["violations"][0]["given"]


def test_what_nothing_of_the_plan_concerns_is_said_so():
    (rule,) = [
        one
        for one in build(state("mizan:components:Box", "box", {}))["rules"]
        if one["id"] == "encryption-bucket-encrypted"
    ]

    assert (rule["status"], rule["read"]) == ("nothing to judge", 0)


def test_a_component_of_the_evidence_is_counted_in_the_plan():
    found = build(state("mizan:components:AuditTrail", "trail", {}))

    (trail,) = control(found, "uae-ias", "T3.6.4")["evidence"]
    assert trail["in_plan"] == 1
    (alarms,) = control(found, "uae-ias", "T3.6.3")["evidence"]
    assert alarms["in_plan"] == 0


def test_an_unknown_value_is_listed_with_what_it_is_made_from():
    found = build(
        state(KEY, "key", {}),
        state("aws:sqs/queue:Queue", "q", {"kmsMasterKeyId": UNKNOWN},
              kmsMasterKeyId=[urn(KEY, "key")]),
    )  # fmt: skip

    assert found["unjudged"]["unknown"] == [
        {
            "urn": urn("aws:sqs/queue:Queue", "q"),
            "type": "aws:sqs/queue:Queue",
            "name": "q",
            "property": "kmsMasterKeyId",
            "values": 1,
            "made_from": [urn(KEY, "key")],
        }
    ]
    (summed,) = found["unjudged"]["unknown_by_type"]
    assert (summed["made_from"], summed["unproven"]) == (["Key"], 0)


@pytest.mark.parametrize("stack", ["uae-prod", "local"])
def test_the_same_plan_gives_the_same_report_in_whatever_order(stack):
    plan = json.loads(of_program(environment_plan(stack), stack))
    first = report_of(json.dumps(plan), declared(stack))
    plan["steps"].reverse()
    turned = report_of(json.dumps(plan), declared(stack))

    first["source"].pop("plan_sha256")
    turned["source"].pop("plan_sha256")
    assert json.dumps(first) == json.dumps(turned)


def test_a_stack_of_another_environment_is_refused():
    with pytest.raises(EvidenceError, match=r"'smb' is no site of the environment; allowed"):
        report_of(document([AWS]), declared("uae-prod"))


def test_each_class_of_data_has_its_mode_with_the_provision_that_says_so():
    modes = {one["data_class"]: one for one in evidence_of("uae-prod")["modes"]}

    assert set(modes) == {"financial", "personal"}
    assert {one["mode"] for one in modes.values()} == {"hard-local"}
    assert any("CBUAE" in said["instrument"] for said in modes["financial"]["provisions"])


def test_what_the_law_overrules_is_told_with_its_article_and_its_resources():
    told = {one["check"]: one for one in evidence_of("uae-prod")["conflicts"]}

    copies = told["CKV_AWS_144"]
    assert copies["kind"] == "conflict"
    assert "6.1.6.3" in copies["article"]
    assert copies["resources"] == 9
