"""What policy documents deny, by an evaluator of the part of their language that ours use.

It raises on whatever it does not know, so that no statement passes for one that denies nothing.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import fnmatch
from collections.abc import Mapping
from typing import Any


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def like(text: str, patterns: Any) -> bool:
    return any(
        fnmatch.fnmatchcase(text.lower(), pattern.lower().replace("[", "[[]"))
        for pattern in listed(patterns)
    )


def arn_like(arn: str, patterns: Any) -> bool:
    """Part by part: a wildcard does not reach past a colon of the first five."""
    return any(
        all(
            like(part, wanted)
            for part, wanted in zip(arn.split(":", 5), pattern.split(":", 5), strict=True)
        )
        for pattern in listed(patterns)
    )


def equal(text: str, values: Any) -> bool:
    return text in listed(values)


TESTS = {
    "StringEquals": equal,
    "StringLike": like,
    "ArnLike": arn_like,
    "Bool": lambda text, values: text.lower() in [value.lower() for value in listed(values)],
}


def holds(operator: str, key: str, values: Any, context: Mapping[str, Any]) -> bool:
    given = context.get(key)
    if operator == "Null":
        return (given is None) == (values == "true")
    quantifier, _, plain = operator.rpartition(":")
    plain, if_exists = plain.removesuffix("IfExists"), plain.endswith("IfExists")
    positive = plain.replace("Not", "")
    negated = positive != plain
    test = TESTS[positive]
    if quantifier == "ForAnyValue":
        return any(test(one, values) != negated for one in given or [])
    assert not quantifier, operator
    if given is None:
        return if_exists or negated
    return test(given, values) != negated


def denies(
    document: Mapping[str, Any], action: str, context: Mapping[str, Any], resource: str
) -> bool:
    """Whether a document that only denies says so of a call."""
    for statement in document["Statement"]:
        assert statement["Effect"] == "Deny"
        if "NotAction" in statement:
            named = not like(action, statement["NotAction"])
        else:
            named = like(action, statement["Action"])
        on = resource == "*" or any(
            pattern == "*" or arn_like(resource, pattern)
            for pattern in listed(statement["Resource"])
        )
        if resource == "*" and statement["Resource"] != "*":
            on = False
        if (
            named
            and on
            and all(
                holds(operator, key, values, context)
                for operator, keys in statement.get("Condition", {}).items()
                for key, values in keys.items()
            )
        ):
            return True
    return False
