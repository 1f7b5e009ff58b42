"""Evidence is dated by what it judges."""

import json

import pytest

from policies.evidence import EvidenceError
from policies.evidence.dating import dated

PLAN = json.dumps({"steps": []})


def test_a_state_says_its_own_date():
    state = json.dumps({"deployment": {"manifest": {"time": "2026-11-24T14:00:00.123+04:00"}}})

    assert dated(state, {"SOURCE_DATE_EPOCH": "0"})[0] == "2026-11-24T10:00:00Z"


def test_a_plan_has_the_date_of_its_commit():
    assert dated(PLAN, {"SOURCE_DATE_EPOCH": "1790000000"})[0] == "2026-09-21T14:13:20Z"


def test_a_plan_without_a_date_is_refused():
    with pytest.raises(EvidenceError, match=r"does not say when it was made\. Remedy: set SOURCE"):
        dated(PLAN, {})


@pytest.mark.parametrize("given", ["yesterday", "1e9", "9" * 30])
def test_what_is_no_date_is_refused(given):
    with pytest.raises(EvidenceError, match="the date cannot be read"):
        dated(PLAN, {"SOURCE_DATE_EPOCH": given})
