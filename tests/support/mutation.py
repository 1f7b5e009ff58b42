"""Mutation testing of the rules: each mutant is one small fault put into a function of the pack.

Mutants are made by mutmut. What must notice them are the fixtures and the evasion corpus, asked of
the rules in this process: everything is imported once, and each mutant is tried in a fork by the
cases that reach its function, until one answers differently from what it says. Mutated are the
functions of the rules and those that they reach; tables are data, and are not. A mutant that only
changes what a violation tells people (the words allowed, and defects' texts) is not counted.

Runs in an environment of its own (`locks/mutation.txt`), by `tests/run accept`.
"""

import argparse
import ast
import functools
import importlib
import os
import pickle
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
DEMANDED: Final = 0.85
"""Share of mutants that must be noticed."""
_LONGEST_SECONDS: Final = 20
_WORKERS: Final = os.cpu_count() or 2
_SEED: Final = 5
_IMPORT: Final = "import"
_TRIED_ELSEWHERE: Final = ("policies.costing.", "policies.catalog.", "policies.describe.")
"""What has tests of its own that are not asked here: prices, and how rules are found and told."""
_WORDS: Final = ("allowed", "description", "remediation", "errors", "encoding")


def mutate(folder: Path) -> list[str]:
    """Puts a mutated copy of the pack into a folder.

    Returns:
        Names of all mutants: module, mangled function and number.
    """
    from mutmut.mutation.file_mutation import mutate_file_contents  # noqa: PLC0415 - only there

    copy = shutil.copytree(ROOT / "policies", folder / "policies")
    names: list[str] = []
    for file in sorted(copy.rglob("*.py")):
        module = ".".join(file.relative_to(folder).with_suffix("").parts)
        if f"{module}.".startswith(_TRIED_ELSEWHERE):
            continue
        text = file.read_text(encoding="utf-8")
        mutated = mutate_file_contents(str(file), text)
        if mutated.mutant_names:
            file.write_text(mutated.code, encoding="utf-8")
            silent = _wordings(mutated.code)
            names += [f"{module}.{name}" for name in mutated.mutant_names if name not in silent]
    return names


def _wordings(code: str) -> set[str]:
    """Mutants that differ from their original in nothing but words for people."""
    functions = {
        node.name: node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef)
    }
    plain: Callable[[str], str] = functools.cache(lambda name: _without_words(functions[name]))
    found = set()
    for name in functions:
        original = name.partition("__mutmut_")[0] + "__mutmut_orig"
        if original in functions and name != original and plain(name) == plain(original):
            found.add(name)
    return found


def _without_words(function: ast.FunctionDef) -> str:
    class Silence(ast.NodeTransformer):
        def visit_keyword(self, node: ast.keyword) -> ast.AST | None:
            return None if node.arg in _WORDS else self.generic_visit(node)

        def visit_Raise(self, _: ast.Raise) -> ast.AST:
            return ast.Pass()

    whole = ast.Module(body=function.body, type_ignores=[])
    return ast.unparse(Silence().visit(ast.parse(ast.unparse(whole))))


class Questions:
    """All that the rules are asked, a unit at a time: what each must find and must not."""

    def __init__(self) -> None:
        from policies import catalog  # noqa: PLC0415 - the mutated ones, imported late
        from tests.support import evasions, policy_fixtures  # noqa: PLC0415 - as above

        self._fixtures = policy_fixtures
        self._blames = evasions.blames
        self.rules = {policy.name: policy for policy in catalog.discover()}
        self._corpus = evasions.corpus()

    def units(self) -> Iterator[tuple[str, Callable[[], bool]]]:
        """Yields each unit with its name; asking it tells whether all is as it should be."""
        for rule in self.rules:
            for kind in ("good", "bad"):
                yield f"{rule}/{kind}", functools.partial(self._fixture, rule, kind)
        for evasion in self._corpus:
            yield evasion.title, functools.partial(self._evasion, evasion)

    def _fixture(self, rule: str, kind: str) -> bool:
        cases = self._fixtures.load(self._fixtures.FIXTURES / rule / f"{kind}.yaml")
        found = self._fixtures.violations(self.rules[rule], cases)
        expected = {case.urn: case.expect for case in cases if case.expect is not None}
        if kind == "good":
            return not found
        return set(found) == set(expected) and all(
            message.startswith(f"{urn}: {path}: given ")
            for urn, path in expected.items()
            for message in found[urn]
        )

    def _evasion(self, evasion: Any) -> bool:
        for rule, path in evasion.stopped_by.items():
            found = self._fixtures.violations(self.rules[rule], evasion.resources)
            if not any(
                self._blames(message, case.urn, path)
                for case in evasion.resources
                for message in found.get(case.urn, [])
            ):
                return False
        silent = evasion.may_not_stop(self.rules)
        return not any(
            self._fixtures.violations(self.rules[rule], evasion.resources) for rule in silent
        )


def reached() -> dict[str, list[str]]:
    """Tells, by function, which units call it; `import` where it runs while a rule is imported."""
    from mutmut.mutation import trampoline  # noqa: PLC0415 - only there

    hits: dict[str, dict[str, None]] = defaultdict(dict)
    now = _IMPORT

    def hit(name: str, caller: object = None) -> None:
        del caller
        hits[name][now] = None

    trampoline.record_trampoline_hit = hit
    trampoline.set_mutant_under_test("stats")
    questions = Questions()
    for name, ask in questions.units():
        _forget_answers()
        now = name
        if not ask():
            raise SystemExit(f"mutation: {name} is not as it should be before anything is mutated")
    return {function: list(units) for function, units in hits.items()}


def _forget_answers() -> None:
    for name, module in list(sys.modules.items()):
        if name.startswith("policies"):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


def _in_a_fork(work: Callable[[], Any]) -> Any:
    """Gives back what work answers in a fork of this process."""
    here, there = os.pipe()
    if (child := os.fork()) == 0:
        os.close(here)
        with os.fdopen(there, "wb") as out:
            pickle.dump(work(), out)
        os._exit(0)
    os.close(there)
    with os.fdopen(here, "rb") as answer:
        text = answer.read()
    os.waitpid(child, 0)
    if not text:
        raise SystemExit("mutation: the rules could not be asked without a mutant")
    return pickle.loads(text)  # noqa: S301 - written by this very process


def survivors(mutants: dict[str, list[str]], questions: Questions | None) -> set[str]:
    """Tries each mutant in a fork of its own.

    Args:
        mutants: By name, the units that reach it.
        questions: Imported already; None to import them in each fork, with the mutant at work.

    Returns:
        The mutants that nobody noticed.
    """
    running: dict[int, str] = {}
    alive: set[str] = set()

    def ended() -> None:
        child, status = os.wait()
        if status == 0:
            alive.add(running.pop(child))
        else:
            running.pop(child)

    for mutant, units in mutants.items():
        if (child := os.fork()) == 0:
            _try(mutant, set(units), questions)
        running[child] = mutant
        while len(running) >= _WORKERS:
            ended()
    while running:
        ended()
    return alive


def _try(mutant: str, units: set[str], questions: Questions | None) -> None:
    """Ends the process: with 0 if all is as it should be, which no mutant should get."""
    from mutmut.mutation import trampoline  # noqa: PLC0415 - only there

    signal.alarm(_LONGEST_SECONDS)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    trampoline.set_mutant_under_test(mutant)
    noticed = True
    try:
        asked = questions or Questions()
        _forget_answers()
        chosen = [ask for name, ask in asked.units() if name in units or _IMPORT in units]
        noticed = not all(ask() for ask in chosen)
    finally:
        os._exit(1 if noticed else 0)


def main() -> int:
    """Mutates, tries and tells; 1 if too few mutants are noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.mutation", description=__doc__)
    parser.add_argument(
        "--sample", type=int, default=0, help="try so many mutants, by a fixed seed"
    )
    parser.add_argument("--only", default="", help="try those whose name holds this")
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        names = mutate(Path(folder))
        sys.path.insert(0, folder)
        for library in ("pulumi", "pulumi_policy", "yaml", "pydantic"):
            importlib.import_module(library)
        sys.setrecursionlimit(5000)
        hits = _in_a_fork(reached)
        function = {name: name.rpartition("__mutmut_")[0] for name in names}
        judged = {name: hits[function[name]] for name in names if function[name] in hits}
        rules = {f"{name}." for name in _rule_modules()}
        unreached = [name for name in names if name not in judged and name.startswith(tuple(rules))]
        chosen = [name for name in [*judged, *unreached] if asked.only in name]
        if asked.sample and asked.sample < len(chosen):
            chosen = sorted(random.Random(_SEED).sample(chosen, asked.sample))  # noqa: S311 - chosen, not secret
        imported = {name: judged[name] for name in chosen if _IMPORT in judged.get(name, ())}
        later = {name: judged.get(name, []) for name in chosen if name not in imported}
        alive = survivors(imported, None)
        alive |= survivors(later, Questions())
    for name in sorted(alive):
        sys.stdout.write(f"survived: {name}\n")
    score = 1 - len(alive) / len(chosen)
    of = f", a sample of {len(judged) + len(unreached)}" if len(chosen) < len(judged) else ""
    sys.stdout.write(
        f"{len(chosen) - len(alive)} of {len(chosen)} mutants noticed{of}: {score:.1%}, "
        f"demanded {DEMANDED:.0%}; {time.monotonic() - began:.0f} s\n"
    )
    return 0 if score >= DEMANDED else 1


def _rule_modules() -> list[str]:
    rules = (ROOT / "tests" / "policies" / "fixtures").iterdir()
    names = []
    for rule in rules:
        topics = [path.name for path in (ROOT / "policies").iterdir() if path.is_dir()]
        for topic in topics:
            prefix = topic.replace("_", "-") + "-"
            if rule.name.startswith(prefix):
                names.append(f"policies.{topic}.{rule.name.removeprefix(prefix).replace('-', '_')}")
    return names


if __name__ == "__main__":
    sys.exit(main())
