"""Documents inside of texts: what is opened, and what stays a text."""

import pytest

from policies.judging import Declared
from policies.opening import opened
from policies.pods import manifests, pod_specs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": [1]}', {"a": [1]}),
        ("a: 1\nb: {c: d}\n", {"a": 1, "b": {"c": "d"}}),
        ("# why\n\n- x\n- y\n", ["x", "y"]),
        ("---\na: 1\n---\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("on: 2026-01-01\nat: x\n", {True: "2026-01-01", "at": "x"}),
        ("a.b=c\n# why\nd = e=f\n", {"a.b": "c", "d": "e=f"}),
        ("export A='b c'\nD=\n", {"A": "b c", "D": ""}),
        ("a=1\\\n2\nb=3\n", {"a": "12", "b": "3"}),
        (
            "spark.ssl.enabled  true\nspark.a.b x y\n",
            {"spark.ssl.enabled": "true", "spark.a.b": "x y"},
        ),
        ("[server]\nport = 1\nname = x\n", {"port": "1", "name": "x"}),
        ("a=1\na=2\n", {"a": "1,2"}),
        ('{"a": 1, "b": [2], "a": 3}', [{"a": 1, "b": [2]}, {"a": 3, "b": [2]}]),
        ('{"a": {"b": 1, "b": 2, "b": 3}}', [{"a": {"b": 1}}, {"a": {"b": 2}}, {"a": {"b": 3}}]),
        ('[{"a": 1, "a": 2}, 3]', [{"a": 1}, 3, {"a": 2}, 3]),
        ("{" + '"a": 0, ' * 50 + '"a": 1}', [{"a": 0}] * 7 + [{"a": 1}]),
        ('\ufeff  {"a": 1}', {"a": 1}),
        (" \ufeff\ufeff[1]", [1]),
        ("\ufeff  a: 1\n  b: 2\n", {"a": 1, "b": 2}),
    ],
)
def test_a_document_is_opened(text: str, expected: object) -> None:
    assert opened(text) == expected


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}, *{before}, *{before}, *{before}, *{before}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        "Keys: rotate them.",
        "One sentence.\nAnother: one.\nA third",
        "#!/bin/sh\nset -e\necho done\n",
        "[not json",
        "\ufeff[not json",
        "a: &a [*a]\nb: c\n",
        "a: !!python/object:os.system x\nb: c\n",
        BOMB,
    ],
    ids=[
        "prose",
        "prose of lines",
        "script",
        "broken",
        "broken and marked",
        "endless",
        "code",
        "bomb",
    ],
)
def test_a_text_stays_a_text(text: str) -> None:
    assert opened(text) == text


def settings(text: str) -> Declared:
    props = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {}, "data": {"file": text}}
    return Declared(type="kubernetes:core/v1:ConfigMap", urn="urn", name="", props=props)


POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n  - image: i\n"


def test_a_pod_template_in_a_text_is_a_pod() -> None:
    assert pod_specs(settings(POD)) == (("data.file.spec", {"containers": [{"image": "i"}]}),)


def test_a_manifest_in_a_text_is_found_beside_the_object_itself() -> None:
    found = [(place, kind) for place, kind, _ in manifests(settings(POD))]

    assert found == [("", "core/ConfigMap"), ("data.file", "core/Pod")]


def test_a_reference_to_an_object_is_no_manifest() -> None:
    found = manifests(settings("target: {apiVersion: apps/v1, kind: Deployment, name: x}\nb: c\n"))

    assert [place for place, _, _ in found] == [""]


def test_a_resource_is_walked_once() -> None:
    resource = settings(POD)

    assert pod_specs(resource) is pod_specs(resource)
