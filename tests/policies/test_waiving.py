"""A waiver excuses what it names while the law allows it, and is a violation where it does not."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi.runtime.proto import analyzer_pb2

from policies import catalog, waiving
from policies.boundary import BOUNDARY
from policies.judging import Declared
from policies.purview import SILENT, Purview, mode, purviews
from policies.reading import UNKNOWN
from policies.serving import Analyzer
from policies.verdicts import Hearing, Verdict, judge
from policies.waiving import WAIVERS, Waiver, WaiverError, load
from tests.support.policy_fixtures import on_the_wire
from tests.support.policy_pack import PACK, running

SAMPLES = Path(__file__).resolve().parent / "waivers"
TODAY = date(2026, 11, 24)
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
RULE = "residency-arn-region"
RULES = [rule for rule in catalog.discover() if rule.name == RULE]
SHOP = {"perimeter": "onshore", "sector": "general", "data-class": "internal.personal"}
BANK = {"perimeter": "onshore", "sector": "bank", "data-class": "financial.personal"}


def provider(stack: str, tags: dict[str, Any]) -> Declared:
    return Declared(
        type="pulumi:providers:aws",
        urn=f"urn:pulumi:{stack}::mizan::pulumi:providers:aws::inside",
        name="inside",
        props={"region": "me-central-1", "defaultTags": json.dumps({"tags": tags})},
    )


def alarm(stack: str, name: str = "alerts-cpu", **props: Any) -> Declared:
    return Declared(
        type=ALARM,
        urn=f"urn:pulumi:{stack}::mizan::{ALARM}::{name}",
        name=name,
        props={"alarmActions": ["arn:aws:sns:eu-west-1:111122223333:alerts"], **props},
    )


def sample(name: str, **changes: Any) -> Waiver:
    text = (SAMPLES / f"{name}.yaml").read_text(encoding="utf-8")
    return Waiver.model_validate({"id": name, **yaml.safe_load(text), **changes})


def told(
    waiver: Waiver, plan: dict[str, Any], stack: str, *, today: date = TODAY, **props: Any
) -> list[Verdict]:
    resources = [provider(stack, plan), alarm(stack, **props)]
    hearing = Hearing(RULES, [waiver], lambda: today)
    hearing.hear(resources)
    heard = [*(one for each in resources for one in hearing.of(each)), *hearing.together(resources)]
    return [verdict for _, verdict in heard]


def test_the_samples_are_waivers_and_the_pack_has_none_that_is_faulty() -> None:
    assert [waiver.id for waiver in load(SAMPLES)] == ["alerts-abroad", "region-lost"]
    assert isinstance(WAIVERS, tuple)


@pytest.mark.parametrize(
    ("name", "tags", "stack"), [("alerts-abroad", SHOP, "shop"), ("region-lost", BANK, "vault")]
)
def test_a_waiver_that_holds_excuses_and_its_use_is_told(
    name: str, tags: dict[str, str], stack: str
) -> None:
    (verdict,) = told(sample(name), tags, stack)

    assert (verdict.rule, verdict.waiver) == (RULE, name)
    assert verdict.urn == alarm(stack).urn


def test_a_waiver_that_expired_yesterday_blocks_today() -> None:
    waiver = sample("alerts-abroad", expires=date(2026, 11, 23))

    assert [one.waiver for one in told(waiver, SHOP, "shop", today=date(2026, 11, 23))] == [
        "alerts-abroad"
    ]
    leak, void = told(waiver, SHOP, "shop", today=TODAY)

    assert (leak.rule, leak.waiver) == (RULE, None)
    assert (void.rule, void.waiver) == ("guard-waivers-hold", None)
    assert void.finding.path == "waivers/alerts-abroad.expires"
    assert "it has expired" in void.finding.allowed


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"issued": date(2026, 11, 25)}, "issued"),
        ({"expires": date(2027, 11, 2)}, "expires"),
        ({"issued": date(2027, 10, 1), "expires": date(2027, 9, 1)}, "expires"),
        ({"reference": "  "}, "reference"),
        ({"approver": ""}, "approver"),
        ({"ground": "PDPL Article 23"}, "ground"),
        ({"ground": "CBUAE Outsourcing Regulation Article 6.3"}, "ground"),
        ({"rule": "no-such-rule"}, "rule"),
        ({"rule": "encryption-bucket-encrypted"}, "rule"),
        ({"rule": "access-pod-security-context"}, "rule"),
        ({"rule": "guard-waivers-hold"}, "rule"),
        ({"scope": {"stack": "*", "urn": f"{ALARM}::alerts-*"}}, "scope.stack"),
        ({"scope": {"stack": "s*", "urn": f"{ALARM}::alerts-*"}}, "scope.stack"),
        ({"scope": {"stack": "sh[a-z]*", "urn": f"{ALARM}::alerts-*"}}, "scope.stack"),
        ({"scope": {"stack": "shop", "urn": "*"}}, "scope.urn"),
        ({"scope": {"stack": "shop", "urn": "*::alerts-cpu"}}, "scope.urn"),
        ({"scope": {"stack": "shop", "urn": "aws:*::alerts-cpu"}}, "scope.urn"),
        ({"scope": {"stack": "shop", "urn": f"{ALARM}::*"}}, "scope.urn"),
        ({"scope": {"stack": "shop", "urn": f"{ALARM}::a*"}}, "scope.urn"),
        ({"scope": {"stack": "shop", "urn": ALARM}}, "scope.urn"),
        ({"scope": {"stack": "shop", "urn": f"{ALARM}::other-*"}}, "scope.urn"),
        ({"data_classes": []}, "data_classes"),
        ({"kind": "emergency-transfer", "expires": date(2026, 11, 30)}, "incident"),
    ],
)
def test_a_faulty_waiver_excuses_nothing_and_is_a_violation(
    changes: dict[str, Any], path: str
) -> None:
    verdicts = told(sample("alerts-abroad", **changes), SHOP, "shop")

    assert [one.waiver for one in verdicts if one.rule == RULE] == [None]
    paths = [one.finding.path for one in verdicts if one.rule == "guard-waivers-hold"]
    assert f"waivers/alerts-abroad.{path}" in paths


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"kind": "transfer"}, "kind"),
        ({"kind": "exception"}, "kind"),
        ({"incident": ""}, "incident"),
        ({"regulator_reference": ""}, "regulator_reference"),
        ({"consent_reference": ""}, "consent_reference"),
        ({"expires": date(2026, 12, 2)}, "expires"),
        ({"ground": "PDPL Article 23(1)(a)"}, "ground"),
    ],
)
def test_hard_local_permits_only_an_emergency_that_the_regulator_approved(
    changes: dict[str, Any], path: str
) -> None:
    verdicts = told(sample("region-lost", **changes), BANK, "vault")

    assert [one.waiver for one in verdicts if one.rule == RULE] == [None]
    assert [one.finding.path for one in verdicts if one.rule == "guard-waivers-hold"] == [
        f"waivers/region-lost.{path}"
    ]


def test_a_waiver_covers_the_classes_that_it_names_and_no_others() -> None:
    waiver = sample("alerts-abroad", data_classes=("internal",))

    assert [one.waiver for one in told(waiver, SHOP, "shop")] == [None]
    tagged = told(waiver, SHOP, "shop", tags={"data-class": "internal"})
    assert [one.waiver for one in tagged] == ["alerts-abroad"]


def test_a_waiver_is_of_its_stack_alone() -> None:
    (leak,) = told(sample("alerts-abroad"), SHOP, "other")

    assert (leak.rule, leak.waiver) == (RULE, None)


def test_a_later_provider_of_a_stricter_plan_voids_what_was_excused() -> None:
    strict = provider("shop", BANK)
    strict.__dict__["urn"] += "-2"
    resources = [provider("shop", SHOP), alarm("shop"), strict]

    verdicts = list(judge(resources, RULES, [sample("alerts-abroad")], lambda: TODAY))

    assert {one.waiver for one in verdicts} == {None}


def test_rules_that_are_judged_apart_tell_nothing_of_the_waivers_of_others() -> None:
    resources = [provider("shop", SHOP), alarm("shop")]
    others = [rule for rule in catalog.discover() if rule.name == "residency-image-registry"]

    assert list(judge(resources, others, [sample("alerts-abroad")], lambda: TODAY)) == []


def test_a_rule_that_fails_is_never_excused() -> None:
    deep = "[" * 5000 + "]" * 5000
    verdicts = told(sample("alerts-abroad"), SHOP, "shop", deep=deep)

    assert [one.waiver for one in verdicts if "could" in str(one) or "rule itself" in str(one)] == [
        None
    ]


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ([], (SILENT,)),
        ([provider("s", {})], (SILENT,)),
        ([provider("s", {"perimeter": "onshore", "sector": "general"})], (SILENT,)),
        ([provider("s", {**SHOP, "sector": ""})], (SILENT,)),
        (
            [provider("s", SHOP)],
            (
                Purview(
                    perimeter="onshore", sector="general", data_classes=("internal", "personal")
                ),
            ),
        ),
    ],
)
def test_what_a_plan_does_not_say_is_judged_by_the_strictest(
    resources: list[Declared], expected: tuple[Purview, ...]
) -> None:
    assert purviews(resources) == expected
    assert mode((SILENT,)) == "hard-local"


def namespace(labels: Any) -> Declared:
    kind = "kubernetes:core/v1:Namespace"
    return Declared(
        type=kind, urn=f"urn:pulumi:s::p::{kind}::n", name="n", props={"metadata": labels}
    )


def test_a_stack_without_a_cloud_speaks_by_the_labels_of_its_namespaces() -> None:
    said = {f"mizan.ae/{key}": value for key, value in SHOP.items()}
    hidden = {**said, "mizan.ae/sector": UNKNOWN}

    assert mode(purviews([namespace({"labels": said})])) == "documented-transfer"
    assert mode(purviews([namespace({"labels": {}})])) == "hard-local"
    assert mode(purviews([namespace({"labels": hidden})])) == "hard-local"
    assert mode(purviews([namespace({"labels": said}), provider("s", BANK)])) == "hard-local"


def test_the_engine_hears_nothing_of_what_is_excused() -> None:
    analyzer = Analyzer(RULES, load(SAMPLES), lambda: TODAY)

    def asked(resource: Declared) -> list[str]:
        request = analyzer_pb2.AnalyzeRequest(
            urn=resource.urn,
            type=resource.type,
            name=resource.name,
            properties=on_the_wire(resource.props),
        )
        return [one.policyName for one in analyzer.Analyze(request, None).diagnostics]

    assert asked(provider("shop", SHOP)) == []
    assert asked(alarm("shop")) == []
    assert asked(alarm("shop", "others")) == [RULE]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.yaml", "- b\n", "Extra inputs are not permitted"),
        ("a.yaml", "rule: [", "cannot be read"),
        ("a.yaml", "rule: residency-arn-region\n", "ground: Field required"),
        ("a.yml", "", "not a waiver"),
        ("A b.yaml", "", "not a waiver"),
    ],
)
def test_a_file_that_is_no_waiver_is_refused(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")

    with pytest.raises(WaiverError) as refusal:
        load(tmp_path)

    assert str(refusal.value).startswith(f"{tmp_path / name}: ")
    assert message in str(refusal.value)


def test_a_faulty_waiver_stops_the_pack_with_one_error(tmp_path: Path) -> None:
    copy = shutil.copytree(PACK, tmp_path / "policies", ignore=lambda *_: {"__pycache__"})
    (copy / "waivers").mkdir(exist_ok=True)
    (copy / "waivers" / "broad.yaml").write_text("rule: everything\n", encoding="utf-8")

    with pytest.raises(RuntimeError, match="did not say its port"), running(copy, cwd=tmp_path):
        pass


def test_every_ground_is_one_that_some_mode_lists() -> None:
    listed = {ground for row in BOUNDARY.modes for ground in row.grounds}

    assert {waiver.ground for waiver in load(SAMPLES)} <= listed
    assert {waiver.ground for waiver in WAIVERS} <= listed
    assert waiving.NEVER.match("encryption-bucket-encrypted")
