"""The table of Kubernetes kinds against the installed SDK: nothing in it goes unclassified."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pulumi_kubernetes
import pytest
from pydantic import ValidationError

from policies import catalog
from policies.judging import Declared
from policies.kinds import KINDS, Kind
from policies.pods import PREFIX, objects
from policies.residency import kubernetes_kind

Json = dict[str, object]

SDK = Path(pulumi_kubernetes.__file__).parent
RULES = {policy.name for policy in catalog.discover()}


def tokens() -> Iterator[str]:
    """Every type token that the SDK registers resources under, read from its source."""
    for file in SDK.rglob("*.py"):
        if file.stem.startswith("_"):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                for value in node.args if node.func.attr == "__init__" else ():
                    if isinstance(value, ast.Constant) and str(value.value).startswith(PREFIX):
                        yield str(value.value)


def kinds(token: str) -> list[str]:
    """The kinds that a type stands for; a list by an item that says nothing of itself."""
    props: Json = {"items": [{}]} if token.endswith("List") else {}
    return [kind for _, kind, _ in objects(Declared(type=token, urn=token, name="", props=props))]


TOKENS = sorted(set(tokens()))


def unclassified(found: list[str]) -> set[str]:
    return {kind for token in found for kind in kinds(token)} - set(KINDS)


def test_the_sdk_has_as_many_kinds_as_ever() -> None:
    assert len(TOKENS) > 500
    assert {kind for token in TOKENS for kind in kinds(token)} >= {"core/Pod", "helm.sh/Release"}


def test_every_kind_of_the_sdk_is_classified() -> None:
    assert unclassified(TOKENS) == set()


@pytest.mark.parametrize("version", ["v1", "v9"])
def test_a_made_up_kind_is_not(version: str) -> None:
    assert unclassified([*TOKENS, f"kubernetes:apps/{version}:Uploader"]) == {"apps/Uploader"}


def test_rules_in_the_table_exist() -> None:
    assert {rule for kind in KINDS.values() for rule in kind.by} <= RULES


@pytest.mark.parametrize("name", sorted(name for name in KINDS if KINDS[name].verdict == "refused"))
def test_a_refused_kind_is_refused(name: str) -> None:
    group, _, kind = name.partition("/")
    token = f"kubernetes:{group}/v1:{kind}"

    found = list(kubernetes_kind.judge(Declared(type=token, urn=token, name="", props={})))

    assert [finding.path for finding in found] == ["type"]


@pytest.mark.parametrize(
    "entry",
    [
        {"does": ["stores"], "verdict": "judged"},
        {"does": ["stores"], "verdict": "allowed"},
        {"does": ["stores"], "verdict": "allowed", "why": "x", "by": ["a-rule"]},
        {"does": ["stores"], "verdict": "judged", "by": ["a-rule"], "why": "x"},
        {"does": [], "verdict": "allowed", "why": "x"},
        {"does": ["teleports"], "verdict": "allowed", "why": "x"},
        {"does": ["stores"], "verdict": "perhaps", "why": "x"},
    ],
)
def test_an_entry_that_leaves_something_open_is_refused(entry: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Kind.model_validate(entry)
