"""What holds data is protected, unless an allowance names it."""

from datetime import date
from pathlib import Path

import pulumi
import pytest

from environments import Allowance, Allowances
from stacks import safeguard
from tests.support.aws_outputs import outputs_of

ALLOWED = Allowances(
    (
        Allowance(
            resource="lake",
            reason="moves to another account",
            approver="data protection officer",
            expires=date(2999, 12, 31),
        ),
    )
)


def protected(type_: str, name: str, allowed: Allowances) -> bool | None:
    result = safeguard.transform(allowed)(
        pulumi.ResourceTransformArgs(
            custom=True, type_=type_, name=name, props={}, opts=pulumi.ResourceOptions()
        )
    )
    return result.opts.protect if result else None


@pytest.mark.parametrize("type_", sorted(safeguard.STATEFUL))
def test_what_holds_data_is_protected(type_: str) -> None:
    assert outputs_of(type_), "the provider has no such type"
    assert protected(type_, "lake", Allowances()) is True
    assert protected(type_, "lake", ALLOWED) is False
    assert protected(type_, "models", ALLOWED) is True


def test_an_alias_may_go_with_its_key() -> None:
    (lake,) = ALLOWED.entries
    allowed = Allowances((lake.model_copy(update={"resource": "lake-key-key"}),))
    assert protected("aws:kms/alias:Alias", "lake-key-alias", allowed) is False
    assert protected("aws:kms/alias:Alias", "models-key-alias", allowed) is True


def test_what_holds_none_is_left_alone() -> None:
    assert protected("aws:ec2/vpc:Vpc", "network", Allowances()) is None


def test_an_expired_allowance_stops_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "allowances.yaml"
    file.write_text(
        "allowances: [{resource: lake, reason: moves elsewhere, approver: somebody, "
        "expires: 2020-01-01}]\n"
    )
    monkeypatch.setenv("MIZAN_ALLOWANCES", str(file))

    with pytest.raises(pulumi.RunError, match="has expired"):
        safeguard.protect("local")
