"""Reading never trips over an unknown, and tells it from what is absent."""

import pytest
from pulumi_policy import proxy

from policies.reading import MISSING, UNKNOWN, field, find, leaves, show, structured, texts, thaw

SENTINELS = sorted(value for name, value in vars(proxy).items() if name.startswith("UNKNOWN_"))


def test_the_trap_is_still_there() -> None:
    props = proxy.unknown_checking_proxy({"key": proxy.UNKNOWN_STRING_VALUE})

    with pytest.raises(proxy.UnknownValueError):
        _ = "key" in props


@pytest.mark.parametrize("sentinel", SENTINELS)
def test_thaw_marks_every_kind_of_unknown(sentinel: str) -> None:
    props = proxy.unknown_checking_proxy({"a": [sentinel, {"b": sentinel}], "c": 1, "d": None})

    assert thaw(props) == {"a": [UNKNOWN, {"b": UNKNOWN}], "c": 1, "d": None}


def test_thaw_keeps_a_property_that_is_named_like_the_back_door() -> None:
    props = proxy.unknown_checking_proxy({"data": {"__target": "x", "other": "y"}})

    assert thaw(props) == {"data": {"__target": "x", "other": "y"}}


def test_field() -> None:
    assert field({"a": 0}, "a") == 0
    assert field({"a": None}, "a") is MISSING
    assert field({}, "a") is MISSING
    assert field([], "a") is MISSING
    assert field(UNKNOWN, "a") is UNKNOWN


@pytest.mark.parametrize(
    ("tree", "path", "expected"),
    [
        ({"a": {"b": 1}}, "a.b", [("a.b", 1)]),
        ({"a": {}}, "a.b", [("a.b", MISSING)]),
        ({}, "a.b.c", [("a.b.c", MISSING)]),
        ({"a": UNKNOWN}, "a.b.c", [("a", UNKNOWN)]),
        (UNKNOWN, "a.b", [("a", UNKNOWN)]),
        ({"a": [{"b": 1}, {}]}, "a[*].b", [("a[0].b", 1), ("a[1].b", MISSING)]),
        ({"a": []}, "a[*].b", []),
        ({}, "a[*]", []),
        ({}, "a[+].b", [("a.b", MISSING)]),
        ({"a": []}, "a[+]", [("a", MISSING)]),
        ({"a": UNKNOWN}, "a[*].b", [("a", UNKNOWN)]),
        ({"a": [UNKNOWN]}, "a[*].b", [("a[0]", UNKNOWN)]),
        ({"a": "text"}, "a[*]", [("a", "text")]),
        ({}, "a?.b", []),
        ({"a": {}}, "a?.b", [("a.b", MISSING)]),
        ({"a": UNKNOWN}, "a?.b", [("a", UNKNOWN)]),
    ],
)
def test_find(tree: object, path: str, expected: list[tuple[str, object]]) -> None:
    assert list(find(tree, path)) == expected


def test_find_puts_the_place_before_the_path() -> None:
    assert list(find({"a": 1}, "a", "items[0]")) == [("items[0].a", 1)]


def test_find_refuses_what_is_not_a_path() -> None:
    with pytest.raises(ValueError, match=r"'a\[1\]' is not a property path"):
        list(find({}, "a[1]"))


def test_leaves_open_json_in_strings() -> None:
    tree = {"a": '{"b": [1, "[\\"c\\"]"]}', "d": UNKNOWN, "e": "{not json"}

    assert list(leaves(tree)) == [
        ("a.b[0]", 1),
        ("a.b[1][0]", "c"),
        ("d", UNKNOWN),
        ("e", "{not json"),
    ]


def test_texts_are_strings_and_keys() -> None:
    assert list(texts({"a": ["x", 1], "b": '{"c": "d"}'})) == [
        ("a", "a"),
        ("a[0]", "x"),
        ("b", "b"),
        ("b.c", "c"),
        ("b.c", "d"),
    ]


def test_an_unknown_inside_json_is_unknown() -> None:
    assert structured(f'["{SENTINELS[0]}"]') == [UNKNOWN]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (UNKNOWN, "a value that is not known before apply"),
        (MISSING, "nothing"),
        ("a\nb", '"a\\nb"'),
        ({"a": object}, '{"a": "<class \'object\'>"}'),
        ("x" * 500, '"' + "x" * 159 + "..."),
    ],
)
def test_show_is_one_short_line(value: object, shown: str) -> None:
    assert show(value) == shown
