"""Loading: the three environments as they stand, and files that are no environment."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import environments
from environments import (
    CloudRegion,
    Environment,
    InvalidEnvironmentError,
    OnPremises,
    Purpose,
    Residency,
    Sector,
    load,
    names,
)

ROOT = Path(environments.__file__).parent


def test_every_environment_loads_and_bears_its_folder_name() -> None:
    assert names() == ("local", "smb", "uae-prod")
    for name in names():
        assert load(name).name == name


def test_the_bank_stands_in_three_zones_with_a_second_site_in_the_country() -> None:
    bank = load("uae-prod")
    assert isinstance(bank.sites.primary, CloudRegion)
    assert bank.sites.primary.region == "me-central-1"
    assert bank.sites.primary.zones == ("me-central-1a", "me-central-1b", "me-central-1c")
    assert isinstance(bank.sites.recovery, OnPremises)
    assert {site.country for site in bank.sites.all} == {"AE"}
    assert bank.sector is Sector.BANK
    assert bank.residency is Residency.HARD
    gpus = {pool.family for pool in bank.node_pools if pool.purpose is Purpose.GPU_TRAINING}
    assert gpus == {"g5", "g6", "g6e", "p5en"}
    assert bank.streaming is not None
    assert bank.streaming.brokers == 3
    assert bank.batch is not None


def test_the_small_company_has_the_same_model_and_far_fewer_parts() -> None:
    small, bank = load("smb"), load("uae-prod")
    assert type(small) is type(bank)
    assert (small.sites.recovery, small.batch) == (None, None)
    assert small.streaming is not None
    assert small.streaming.machine is None
    assert len(small.node_pools) < len(bank.node_pools) / 2
    assert all(pool.purpose is not Purpose.GPU_TRAINING for pool in small.node_pools)
    assert small.residency is Residency.FREE


def test_the_environment_on_one_machine_fits_two_cores() -> None:
    one = load("local")
    assert (one.registry.host, one.registry.address) == (
        "registry.artifacts.svc.cluster.local:5000",
        "10.96.0.20",
    )
    running = [
        one.registry.profile,
        one.object_store.profile,
        one.certificates.profile,
        one.workloads.training.profile,
        *[one.workloads.serving.profile] * one.workloads.serving.replicas_max,
    ]
    assert sum(profile.requests.cpu_millicores for profile in running) <= 1600
    assert sum(profile.requests.memory_mib for profile in running) <= 16 * 1024
    assert one.workloads.landing.profile.requests.quantities == {"cpu": "300m", "memory": "1024Mi"}


def test_tags_name_who_pays_where_and_under_which_law() -> None:
    assert load("uae-prod").tags == {
        "owner": "ai-platform",
        "cost-centre": "CC-4101",
        "environment": "uae-prod",
        "data-class": "financial.personal",
        "perimeter": "onshore",
        "sector": "bank",
        "managed-by": "pulumi",
        "dpia-id": "DPIA-2026-014",
    }


def test_extra_tags_join_the_mandatory_ones(bench: Any) -> None:
    tags = bench.load_with("smb", {"extra_tags": {"project": "delay"}}).tags
    assert tags["project"] == "delay"
    assert tags["owner"] == "it"
    assert "dpia-id" not in tags


def test_nothing_of_a_loaded_environment_can_be_changed() -> None:
    environment = load("local")
    with pytest.raises(ValidationError, match="frozen"):
        environment.workloads.serving.queue_limit = 1  # type: ignore[misc]  # the point
    with pytest.raises(TypeError):
        environment.workloads.serving.variants["wide"] = 1  # type: ignore[index]  # the point
    assert environment == load("local")
    assert hash(environment) == hash(load("local"))
    assert copy.deepcopy(environment) == environment


def test_a_loaded_environment_can_be_written_and_read_again() -> None:
    for name in names():
        text = load(name).model_dump_json()
        assert Environment.model_validate_json(text) == load(name)
        assert json.loads(text)["name"] == name


def test_a_site_is_found_by_its_name() -> None:
    sites = load("uae-prod").sites
    assert sites.named("abu-dhabi-dc") is sites.recovery
    assert sites.named("riyadh") is None
    assert len(load("local").sites.all) == 1


@pytest.mark.parametrize("name", ["prod", "", "../environments/local", "LOCAL", "local/"])
def test_an_unknown_environment_is_answered_with_the_known_ones(name: str) -> None:
    with pytest.raises(InvalidEnvironmentError) as caught:
        load(name)
    assert "unknown environment" in str(caught.value)
    assert "allowed: local, smb, uae-prod" in str(caught.value)


def test_a_slip_of_the_pen_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(InvalidEnvironmentError, match=r"did you mean uae-prod\?"):
        load("uae-prd")


def test_a_folder_must_bear_the_name_that_its_file_states(bench: Any) -> None:
    error = bench.refusal_of_text((ROOT / "smb" / "environment.yaml").read_text())
    assert [fault.field for fault in error.faults] == ["name"]
    assert "given: 'smb'; allowed: trial" in str(error)
    assert error.faults[0].line == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "given: nothing"),
        ("# only a remark\n", "given: nothing"),
        ("- a\n- b\n", "given: a list"),
        ("just words", "given: a single value"),
        ("name: [open", "line 1"),
        ("name: a\n---\nname: b\n", "expected a single document"),
        ("name: \x00", "special characters are not allowed"),
        (b"name: \xff\xfe", "text in UTF-8"),
        ("name: a\nname: b\n", "environment.yaml:2: name: the key stands on line 1 already"),
        ("sites: {primary: {kind: a, kind: b}}", "sites.primary.kind: the key stands on line 1"),
        ("1: a", "a key is not text; given: '1'"),
        ("[a, b]: c", "a key is not text; given: a list"),
        ("owner: &a it\ncontact: *a\n", "environment.yaml:1: contact: an alias repeats"),
        ("name: !!python/name:os.system ''", "tag:yaml.org,2002:python/name:os.system is not"),
        ("name: !!binary aGk=", "is not read"),
        ("name: !!map text", "is not read"),
        ("sites: !custom {primary: 1}", "the tag !custom is not read"),
        ("name: !!int many", "the number cannot be read"),
        ("monthly_budget_usd: " + "9" * 5000, "the number cannot be read"),
        ("[" * 3000, "nested without end"),
    ],
)
def test_a_file_that_is_no_plain_mapping_is_refused(
    bench: Any, text: str | bytes, words: str
) -> None:
    error = bench.refusal_of_text(text)
    assert error.file == "environments/trial/environment.yaml"
    assert words in str(error)


def test_a_file_that_cannot_be_opened_is_refused(bench: Any) -> None:
    (bench.root / "trial" / "environment.yaml").mkdir(parents=True)
    with pytest.raises(InvalidEnvironmentError, match="Is a directory"):
        load("trial", bench.root)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"ownr": "x"},
            "ownr: unknown key; did you mean owner?; given: 'ownr'; allowed: name, owner, ",
        ),
        (
            {"sites.primary.region": "me-central-1"},
            "sites.primary.region: unknown key; given: 'region'; allowed: kind, name, country, ",
        ),
        (
            {"workloads.serving.replica": 1},
            "workloads.serving.replica: unknown key; did you mean replicas_min?; given: ",
        ),
        ({"batch.size": 1}, "batch.size: unknown key; given: 'size'; allowed: driver, executor, "),
        (
            {"workloads.serving.queue_limit": "5"},
            "workloads.serving.queue_limit: not a whole number; given: '5'; allowed: a whole ",
        ),
        ({"workloads.serving.queue_limit": 5.5}, "not a whole number; given: 5.5"),
        ({"workloads.serving.queue_limit": True}, "not a whole number; given: True"),
        ({"cost_centre": 42}, "cost_centre: not text; given: 42"),
        ({"data_classes": "public"}, "data_classes: not a list; given: 'public'"),
        ({"data_classes": []}, "data_classes: too few; given: []; allowed: at least 1"),
        ({"data_classes": ["secret"]}, "data_classes[0]: not one of the choices"),
        ({"sites": "here"}, "sites: not a section; given: 'here'"),
        ({"sites": None}, "sites: not a section; given: None"),
        ({"sites.primary": []}, "sites.primary: not a section; given: []"),
        ({"images": []}, "images: not a section; given: []"),
        ({"perimeter": "offshore"}, "allowed: 'onshore', 'difc' or 'adgm'"),
        ({"sites.primary.kind": "moon"}, "allowed: 'cloud-region', 'on-premises'"),
        ({"contact": "nobody"}, "contact: not of the right form; given: 'nobody'; allowed: an e-"),
        ({"owner": "x" * 64}, "owner: too long"),
        ({"owner": ""}, "owner: not of the right form"),
        ({"extra_tags": {"Upper": "x"}}, "extra_tags.Upper: not of the right form"),
        ({"workloads.landing.profile": "vast"}, "allowed: nano, tiny, small, medium, large"),
        ({"workloads.landing.profile": 3}, "workloads.landing.profile: not a section; given: 3"),
        (
            {"transfers": [{"site": "a", "ground": "x", "reference": "y", "approver": "Board",
                            "expires": "soon"}]},
            "transfers[0].expires: not a date; given: 'soon'; allowed: a date, such as 2027-01-31",
        ),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_shape_is_explained(
    bench: Any, changes: dict[str, Any], line: str
) -> None:
    message = str(bench.refusal("local", changes))
    assert line in message
    assert "pydantic" not in message
    assert "Traceback" not in message


@pytest.mark.parametrize("field", ["name", "owner", "sites", "registry", "sites.primary.kind"])
def test_a_missing_key_is_named_with_what_belongs_there(bench: Any, field: str) -> None:
    error = bench.refusal("local", {field: bench.gone})
    (fault,) = error.faults
    assert "missing" in fault.reason
    assert field.startswith(fault.field)


def test_faults_point_at_their_lines(bench: Any) -> None:
    text = (ROOT / "smb" / "environment.yaml").read_text()
    error = bench.refusal_of_text(text.replace("sector: general", "sector: navy"))
    number = next(i for i, line in enumerate(text.splitlines(), 1) if line.startswith("sector"))
    assert f"environment.yaml:{number}: sector: " in str(error)


def test_words_of_yaml_1_1_stay_words(bench: Any) -> None:
    text = (ROOT / "smb" / "environment.yaml").read_text().replace("name: smb", "name: trial", 1)
    text = text.replace("cost_centre: CC-1", "cost_centre: 0042")
    environment = bench.load_text(f"{text}\nextra_tags: {{a: no, b: on, c: 2026-01-01, d: 1_0}}\n")
    assert environment.cost_centre == "0042"
    assert dict(environment.extra_tags) == {"a": "no", "b": "on", "c": "2026-01-01", "d": "1_0"}


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates().map(str)
JUNK = st.recursive(
    LEAVES | st.sampled_from(["cloud-region", "small", "kind", "AE"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["kind", "profile", "on-premises", "x"]), inner)
    ),
    max_leaves=8,
)
PLACES = [
    "name",
    "sites",
    "sites.primary",
    "sites.primary.kind",
    "sites.primary.zones",
    "node_pools",
    "node_pools.0",
    "node_pools.0.family",
    "registry.host",
    "registry.address",
    "images",
    "images.serving",
    "streaming",
    "transfers",
    "extra_tags",
    "workloads",
    "workloads.training.profile",
    "workloads.training.held_out_months",
    "workloads.serving.variants",
    "unknown",
]


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.sampled_from(PLACES), junk=JUNK)
def test_junk_anywhere_gives_an_environment_or_one_clear_error(
    bench: Any, place: str, junk: Any
) -> None:
    try:
        loaded, error = bench.load_with("smb", {place: junk}), None
    except InvalidEnvironmentError as refusal:
        loaded, error = None, refusal
    if error is None:
        assert loaded.name == "smb"
    else:
        assert error.faults
        assert all(fault.reason and fault.given and fault.allowed for fault in error.faults)
        assert str(error).startswith("environments/smb/environment.yaml has ")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    weights=st.lists(st.integers(0, 100), min_size=2, max_size=2)
    | st.integers(0, 100).map(lambda weight: [weight, 100 - weight])
)
def test_only_weights_that_add_up_to_100_are_taken(bench: Any, weights: list[int]) -> None:
    variants = dict(zip(("wide", "deep"), weights, strict=True))
    changes = {"workloads.serving.variants": variants}
    if sum(weights) == 100:
        assert bench.load_with("smb", changes).workloads.serving.variants == variants
    else:
        assert "add up to" in str(bench.refusal("smb", changes))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    train=st.sets(st.integers(1, 12), min_size=1), held_out=st.sets(st.integers(1, 12), min_size=1)
)
def test_the_model_is_measured_on_later_months_only(
    bench: Any, train: set[int], held_out: set[int]
) -> None:
    changes = {
        "workloads.training.train_months": sorted(train),
        "workloads.training.held_out_months": sorted(held_out),
    }
    if min(held_out) > max(train):
        training = bench.load_with("smb", changes).workloads.training
        assert set(training.held_out_months) == held_out
    else:
        wrong = {month for month in held_out if month <= max(train)}
        faults = bench.refusal("smb", changes).faults
        assert {int(fault.given) for fault in faults} == wrong


def test_a_variant_is_read_from_the_folder_that_a_variable_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "smb").mkdir()
    text = (ROOT / "smb" / "environment.yaml").read_text(encoding="utf-8")
    changed = text.replace("cost_centre: CC-1", "cost_centre: CC-2")
    (tmp_path / "smb" / "environment.yaml").write_text(changed, encoding="utf-8")
    assert load("smb").cost_centre == "CC-1"
    monkeypatch.setenv("MIZAN_ENVIRONMENTS", str(tmp_path))
    assert names() == ("smb",)
    assert load("smb").cost_centre == "CC-2"
    with pytest.raises(InvalidEnvironmentError, match="smb"):
        load("uae-prod")


@pytest.mark.parametrize("field", ["residency", "mode", "modes", "obligations"])
def test_an_environment_never_states_its_own_law(bench: Any, field: str) -> None:
    """Health in the free mode cannot be said: the mode follows from what is held, and is hard."""
    health = {
        "sector": "health",
        "data_classes": ["health"],
        "dpia_id": "DPIA-1",
        "dpo_contact": "dpo@clinic.example",
        "retention": {"raw_days": 9132, "audit_days": 9132},
    }

    assert bench.load_with("local", health).residency is Residency.HARD
    refused = str(bench.refusal("local", {**health, field: "free"}))
    assert f"{field}: unknown key" in refused
