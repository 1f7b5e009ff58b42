"""Documents say of a request what IAM would read in them."""

import pytest

from sandbox.aws.cloud.policy_language import Request, Said, UnknownConditionError, said

ARN = "arn:aws:s3:::lake/flights/1"


def one(effect="Allow", **more):
    return {"Statement": {"Effect": effect, "Action": "s3:Get*", "Resource": "*", **more}}


def word(*documents, action="s3:GetObject", **facts):
    named = {name.replace("_", ":"): value for name, value in facts.items()}
    return said(documents, Request(action, ARN, named))


def test_what_nobody_allows_is_not_allowed():
    assert word() is Said.NOTHING
    assert word(one(), action="s3:PutObject") is Said.NOTHING


def test_a_denial_wins():
    assert word(one(), one("Deny")) is Said.DENIED
    assert word(one("Deny"), one()) is Said.DENIED


def test_actions_ignore_case_and_resources_do_not():
    assert word(one(Action="S3:getobject")) is Said.ALLOWED
    assert word(one(Resource="arn:aws:s3:::LAKE/*")) is Said.NOTHING


def test_not_action_is_about_all_others():
    statement = {"Effect": "Deny", "NotAction": ["s3:Get*"], "Resource": "*"}
    assert word({"Statement": [statement]}) is Said.NOTHING
    assert word({"Statement": [statement]}, action="s3:PutObject") is Said.DENIED


def test_what_is_said_to_services_is_not_said_to_a_role():
    assert word(one(Principal={"Service": "logging.s3.amazonaws.com"})) is Said.NOTHING
    assert word(one(Principal="*")) is Said.ALLOWED
    assert word(one(Principal={"AWS": "*"})) is Said.ALLOWED


@pytest.mark.parametrize(
    ("condition", "facts", "holds"),
    [
        ({"Bool": {"aws:SecureTransport": "false"}}, {"aws_SecureTransport": "true"}, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, {"aws_securetransport": "true"}, True),
        ({"StringEquals": {"aws:a": ["1", "2"]}}, {"aws_a": "2"}, True),
        ({"StringEquals": {"aws:a": "1"}}, {}, False),
        ({"StringNotEquals": {"aws:a": "1"}}, {}, True),
        ({"StringNotEquals": {"aws:a": ["1", "2"]}}, {"aws_a": "2"}, False),
        ({"StringLike": {"s3:prefix": "flights/*"}}, {"s3_prefix": "flights/1"}, True),
        ({"ArnNotLike": {"aws:a": "arn:aws:iam::1:role/*"}}, {"aws_a": "arn:aws:iam::1:role/x"},
         False),
        ({"BoolIfExists": {"aws:a": "false"}}, {}, True),
        ({"NumericLessThan": {"s3:TlsVersion": "1.2"}}, {"s3_TlsVersion": "1.2"}, False),
        ({"NumericLessThan": {"s3:TlsVersion": "1.2"}}, {"s3_TlsVersion": "1.1"}, True),
        ({"Null": {"aws:a": "false"}}, {"aws_a": "1"}, True),
        ({"Null": {"aws:a": "false"}}, {}, False),
        ({"Null": {"aws:a": "true"}}, {}, True),
    ],
)  # fmt: skip
def test_a_condition_holds_as_iam_reads_it(condition, facts, holds):
    expected = Said.DENIED if holds else Said.NOTHING
    assert word(one("Deny", Condition=condition), **facts) is expected


def test_all_conditions_have_to_hold():
    both = {"StringEquals": {"aws:a": "1"}, "Bool": {"aws:b": "true"}}
    assert word(one(Condition=both), aws_a="1", aws_b="false") is Said.NOTHING


def test_a_condition_that_nobody_can_judge_is_no_permission():
    with pytest.raises(UnknownConditionError, match="DateLessThan of aws:now"):
        word(one(Condition={"DateLessThan": {"aws:now": "2026-01-01"}}))
