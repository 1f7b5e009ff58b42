"""What guards the law itself: rules about the judging, which no file of a topic can state."""

from typing import Final

from pulumi_policy import Severity

from policies.judging import (
    ResourceJudge,
    ResourceRule,
    Rule,
    StackJudge,
    StackRule,
    resource_rule,
    stack_rule,
)

GUARD: Final = "guard-"
"""What the ids of these rules begin with."""


def waivers_hold(judge: StackJudge) -> StackRule:
    """Gives the rule that a waiver is dated, narrow, founded in law and used."""
    return stack_rule(
        "policies.guard.waivers_hold",
        description="Every waiver of the stack is in force, narrow, founded in the law and used.",
        severity=Severity.CRITICAL,
        remediation="renew it with its approver, or take its file and what it excused away.",
        judge=judge,
    )


def previewed(judge: ResourceJudge) -> ResourceRule:
    """Gives the rule that what is made was judged as a whole before."""
    return resource_rule(
        "policies.guard.previewed",
        description="What an update makes was judged with the whole stack in a preview before.",
        severity=Severity.CRITICAL,
        remediation="run `pulumi up` without --skip-preview and with the same pack.",
        judge=judge,
    )


def guards() -> list[Rule]:
    """Gives the guards as they are described, without what they judge by."""
    return [waivers_hold(lambda _: ()), previewed(lambda _: ())]
