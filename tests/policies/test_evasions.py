"""The same leak spelled another way is stopped, by the rule that should; what only looks so is not.

`make policy` asks the booted pack the same.
"""

import pytest

from policies import catalog
from tests.support.evasions import Evasion, blames, corpus
from tests.support.policy_fixtures import violations

RULES = {policy.name: policy for policy in catalog.discover()}
CORPUS = corpus()
LEAKS = [evasion for evasion in CORPUS if evasion.stopped_by]
LOOK_ALIKES = [evasion for evasion in CORPUS if not evasion.stopped_by]


def titled(evasion: Evasion) -> str:
    return evasion.title


def test_the_corpus_is_large_and_says_each_thing_once() -> None:
    titles = [evasion.title for evasion in CORPUS]

    assert len(set(titles)) == len(titles)
    assert len(LEAKS) >= 150
    assert len(LOOK_ALIKES) >= 40


@pytest.mark.parametrize("evasion", LEAKS, ids=titled)
def test_a_leak_spelled_another_way_is_stopped(evasion: Evasion) -> None:
    for rule, path in evasion.stopped_by.items():
        found = violations(RULES[rule], evasion.resources)
        assert any(
            blames(message, case.urn, path)
            for case in evasion.resources
            for message in found.get(case.urn, [])
        ), (rule, found)


@pytest.mark.parametrize("evasion", LOOK_ALIKES, ids=titled)
def test_what_only_looks_like_a_leak_passes(evasion: Evasion) -> None:
    asked = evasion.may_not_stop(RULES)
    found = {rule: violations(RULES[rule], evasion.resources) for rule in asked}

    assert asked
    assert {rule: told for rule, told in found.items() if told} == {}
