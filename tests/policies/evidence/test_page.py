"""The page says everything of the report, loads nothing, and runs nothing that a plan says."""

from collections import Counter

import pytest

from policies.evidence import page, results
from policies.evidence.page import ranges
from tests.policies.evidence.conftest import evidence_of
from tests.policies.evidence.test_report import build
from tests.support import pages
from tests.support.plan_documents import state

HOSTILE = '<script>alert("x")</script><img src=https://foreign.example/a.png onerror=y>'


def shown(evidence):
    return pages.read(page.render(evidence, "00ff"))


def test_every_control_stands_there_with_its_status(evidence):
    rows = [row for row in shown(evidence).rows if "data-control" in row]

    assert [(row["data-control"], row["data-status"]) for row in rows] == [
        (control["id"], control["status"])
        for framework in evidence["frameworks"]
        for control in framework["controls"]
    ]
    assert all(row["data-status"] in row["text"] for row in rows), "colour is not the only sign"


def test_it_loads_nothing(evidence):
    found = shown(evidence)

    assert found.loads == []
    assert not {"link", "img", "iframe", "object", "embed", "base"} & set(found.tags)
    assert found.policy.startswith("default-src 'none'")
    assert [link for link in found.links if not link.startswith("#")] == []


def test_every_link_leads_somewhere_and_no_place_has_two_names(evidence):
    found = shown(evidence)

    assert {link[1:] for link in found.links} <= set(found.ids)
    assert [one for one, count in Counter(found.ids).items() if count > 1] == []


def test_every_rule_resource_store_and_door_has_a_row(evidence):
    text = [row["text"] for row in shown(evidence).rows]

    for one in evidence["rules"]:
        assert any(one["id"] in row and one["demands"] in row for row in text), one["id"]
    for one in (*evidence["resources"], *evidence["stores"], *evidence["transfers"]["ways_out"]):
        assert any(one["name"] in row for row in text), one["name"]


def test_headings_say_how_it_ends():
    assert "No violation" in page.render(evidence_of("smb"), "00")
    broken = build(state("aws:s3/bucket:Bucket", "a", {"region": "eu-west-1"}))
    violated = page.render(broken, "00")

    assert "No violation" not in violated
    assert f"{broken['summary']['violations']} violations." in violated
    assert "given &#34;eu-west-1&#34;" in violated


def test_what_a_plan_says_is_text():
    found = build(
        state("aws:s3/bucket:Bucket", HOSTILE, {"region": HOSTILE, "tags": {"workload": HOSTILE}})
    )

    text = page.render(found, HOSTILE)

    assert HOSTILE not in text
    assert pages.read(text).tags.count("script") == 1
    assert pages.read(text).loads == []


@pytest.mark.parametrize("count", [0, 1])
def test_without_its_script_nothing_is_hidden(count):
    found = shown(build(*[state("aws:s3/bucket:Bucket", "a", {})] * count))

    assert not [row for row in found.rows if "hidden" in row]


def test_numbers_are_written_shortly():
    assert ranges([3, 1, 2, 7, 9, 10]) == "1\N{EN DASH}3, 7, 9\N{EN DASH}10"
    assert ranges([]) == ""


def test_every_status_has_a_colour():
    style = page.render(evidence_of("smb"), "00").partition("</style>")[0]

    assert all(f".{page.mark(status)} {{" in style for status in results.STATUSES)
