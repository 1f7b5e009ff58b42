import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from policies import catalog
from policies.scanning.conflicts import Conflict, Kind, load, sort
from policies.scanning.running import PROJECT, Failure

WRITTEN = {
    "check": "CKV_AWS_144",
    "kind": "conflict",
    "article": "Federal Law 2 of 2019, Article 13",
    "reason": "It demands a copy in another country, and the law forbids one.",
    "scope": ["*:Bucket::*"],
}
FAILURE = Failure("urn:pulumi:s::p::aws:s3/bucket:Bucket::a", "CKV_AWS_144", "copies")


def test_what_an_entry_explains_does_not_count() -> None:
    entry = Conflict.model_validate(WRITTEN)
    other = Failure("urn:pulumi:s::p::aws:s3/bucket:Bucket::a", "CKV_AWS_19", "encryption")
    elsewhere = Failure("urn:pulumi:s::p::aws:sqs/queue:Queue::a", "CKV_AWS_144", "copies")

    parted = sort([FAILURE, other, elsewhere], [entry])

    assert parted.explained == {entry: [FAILURE]}
    assert parted.unexplained == [other, elsewhere]
    assert parted.unused == []


def test_an_entry_that_explains_nothing_is_told() -> None:
    entry = Conflict.model_validate(WRITTEN)
    assert sort([], [entry]).unused == [entry]


@pytest.mark.parametrize(
    "wrong",
    [
        {"article": ""},
        {"article": None},
        {"reason": "because"},
        {"check": "CKV_*"},
        {"kind": "ignored"},
        {"scope": []},
        {"kind": "accepted", "scope": ["*"]},
        {"kind": "covered", "covered_by": []},
        {"more": "1"},
    ],
)
def test_an_entry_without_citation_or_bounds_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Conflict.model_validate({**WRITTEN, **wrong})


def test_what_is_said_to_cover_a_check_is_there() -> None:
    rules = {policy.name for policy in catalog.discover()}
    for entry in load():
        for name in entry.covered_by:
            assert name in rules or (PROJECT / name).exists(), f"{entry.check}: {name}"


def test_controls_are_cited_by_their_real_ids() -> None:
    written = (PROJECT / "policies" / "frameworks" / "uae-ias.yaml").read_text()
    known = {control["id"] for control in yaml.safe_load(written)["controls"]}
    cited = {
        (entry.check, control)
        for entry in load()
        if "UAE IA" in entry.article
        for control in re.findall(r"\bT\d+(?:\.\d+)+", entry.article)
    }
    assert cited
    assert {(check, control) for check, control in cited if control not in known} == set()


def test_the_copy_abroad_is_a_conflict_with_the_law() -> None:
    (entry,) = (entry for entry in load() if entry.check == "CKV_AWS_144")
    assert entry.kind is Kind.CONFLICT
    assert "6.1.6.3" in entry.article


def test_the_map_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "conflicts.yaml"
    file.write_text(yaml.safe_dump([WRITTEN]))
    assert load(file) == (Conflict.model_validate(WRITTEN),)
