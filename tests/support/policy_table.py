"""What `make policy` shows: the booted pack, asked by the engine's protocol, rule by rule.

Every fixture and every case of the evasion corpus is sent as the engine would send it: each
resource by itself, then all of them as one stack. The exit code is 1 if a rule has no case, lets a
fault pass, blocks what is sound, or answers with anything but a mandatory violation.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from pulumi.runtime.proto import analyzer_pb2

from policies.guards import GUARD
from tests.support.evasions import CORPUS, Evasion, blames, corpus
from tests.support.policy_fixtures import FIXTURES, Case, load
from tests.support.policy_pack import PACK, Pack, running

_HEAD = ("good passed", "bad blocked", "evasions blocked", "look-alikes passed")


@dataclass
class Row:
    """What one rule was asked, and how often it answered as it should.

    Attributes:
        asked: Questions by column.
        right: Right answers by column.
        wrong: What was answered wrongly, in a line each.
    """

    asked: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def count(self, column: str, right: bool, what: str) -> None:  # noqa: FBT001 - the answer
        """Counts one answer."""
        self.asked[column] += 1
        self.right[column] += right
        if not right:
            self.wrong.append(f"{column}: {what}")

    def lacks_a_case(self) -> bool:
        """Whether the rule was never asked to pass something, or never to block something."""
        return not self.asked["good passed"] or not self.asked["bad blocked"]


@dataclass
class Table:
    """The answers of a whole pack.

    Attributes:
        rows: By rule.
        advisory: What was answered, or is enforced, less than mandatory.
    """

    rows: dict[str, Row]
    advisory: list[str]

    def faults(self) -> list[str]:
        """Everything that must not be, in a line each."""
        lacking = [f"{rule}: has no case" for rule, row in self.rows.items() if row.lacks_a_case()]
        wrong = [f"{rule}: {what}" for rule, row in self.rows.items() for what in row.wrong]
        return [*lacking, *wrong, *(f"not mandatory: {what}" for what in self.advisory)]

    def text(self) -> str:
        """The table as it is printed."""
        width = max(len(rule) for rule in [*self.rows, "rule"])
        total = Row()
        for row in self.rows.values():
            total.asked += row.asked
            total.right += row.right
        lines = [f"{'rule':{width}}  " + "  ".join(_HEAD)]
        for rule, row in [*sorted(self.rows.items()), ("all", total)]:
            cells = (f"{_cell(row, column):>{len(column)}}" for column in _HEAD)
            lines.append(f"{rule:{width}}  " + "  ".join(cells))
        faults = self.faults()
        advisory = f"{len(self.advisory)} advisory" if self.advisory else "nothing advisory"
        lines.append(f"{len(self.rows)} rules, all asked over gRPC; {advisory}; faults: ")
        return "\n".join(lines) + (str(len(faults)) if faults else "none")


def _cell(row: Row, column: str) -> str:
    return f"{row.right[column]}/{row.asked[column]}" if row.asked[column] else "-"


def ask(pack: Pack, fixtures: Path = FIXTURES, evasions: Iterable[Evasion] = ()) -> Table:
    """Asks a running pack everything there is to ask."""
    info = pack.info()
    table = Table(
        # Guards judge the judging, which fixtures cannot show; tests of their own hold them.
        rows={policy.name: Row() for policy in info.policies if not policy.name.startswith(GUARD)},
        advisory=[
            policy.name
            for policy in info.policies
            if policy.enforcementLevel != analyzer_pb2.MANDATORY
        ],
    )
    for rule, row in table.rows.items():
        _ask_fixtures(pack, rule, row, fixtures, table.advisory)
    for evasion in evasions:
        told = _Answers(pack, evasion.resources, table.advisory)
        urns = {case.urn for case in evasion.resources}
        for rule, path in evasion.stopped_by.items():
            blocked = any(told.blames(rule, urn, path) for urn in urns)
            table.rows[rule].count("evasions blocked", blocked, evasion.title)
        for rule in evasion.may_not_stop(table.rows):
            table.rows[rule].count("look-alikes passed", not told.of(rule), evasion.title)
    return table


def _ask_fixtures(pack: Pack, rule: str, row: Row, fixtures: Path, advisory: list[str]) -> None:
    for kind in ("good", "bad"):
        path = fixtures / rule / f"{kind}.yaml"
        if not path.exists():
            continue
        cases = [replace(case, stack=f"{rule}-{kind}") for case in load(path)]
        told = _Answers(pack, cases, advisory)
        for case in cases:
            if kind == "good":
                row.count("good passed", case.urn not in told.blamed(rule), case.urn)
            elif case.expect is not None:
                row.count("bad blocked", told.blames(rule, case.urn, case.expect), case.urn)


class _Answers:
    """All that a pack says of one stack."""

    def __init__(self, pack: Pack, cases: list[Case], advisory: list[str]) -> None:
        self._told = [diagnostic for case in cases for diagnostic in pack.analyze(case)]
        self._told += pack.analyze_stack(cases)
        advisory += [
            f"{one.policyName}: {one.message}"
            for one in self._told
            if one.enforcementLevel != analyzer_pb2.MANDATORY
        ]

    def of(self, rule: str) -> list[str]:
        return [one.message for one in self._told if one.policyName == rule]

    def blamed(self, rule: str) -> set[str]:
        return {one.urn for one in self._told if one.policyName == rule}

    def blames(self, rule: str, urn: str, path: str) -> bool:
        return any(blames(message, urn, path) for message in self.of(rule))


def _shown(table: Table) -> Iterator[str]:
    yield table.text()
    yield from table.faults()


def main() -> int:
    """Boots the pack of the repository, asks it everything and prints the table."""
    with tempfile.TemporaryDirectory() as elsewhere, running(PACK, cwd=Path(elsewhere)) as pack:
        table = ask(pack, FIXTURES, corpus(CORPUS))
    sys.stdout.write("\n".join(_shown(table)) + "\n")
    return 1 if table.faults() else 0


if __name__ == "__main__":
    sys.exit(main())
