"""Who judges: the pack, the pack as far as OPA has its rules too, OPA, and checkov."""

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from policies import documents
from policies.boundary import BOUNDARY
from policies.scanning.material import lay
from policies.scanning.running import PROGRAM
from policies.tagging import mandatory_tags
from sandbox import toolchain
from sandbox.progress import Steps

RULES: Final = (
    "access-namespace-pod-security",
    "encryption-bucket-encrypted",
    "residency-resource-region",
    "supply-chain-image-digest",
    "tagging-mandatory-tags",
)
"""What OPA judges by, in `rego/`."""

_REGO: Final = Path(__file__).parent / "rego"


@dataclass(frozen=True)
class Judge:
    """One program that judges plans.

    Attributes:
        name: How the results call it.
        prepare: Turns a plan into what the program reads; that is not measured.
        command: What runs, given what was prepared.
        found: How many violations its output tells.
        allowed: How the program may end.
    """

    name: str
    prepare: Callable[[str, Path], Path]
    command: Callable[[Path], list[str]]
    found: Callable[[str], int]
    allowed: tuple[int, ...] = (0,)


def everyone(work: Path) -> tuple[Judge, ...]:
    """All judges; OPA is compiled if this machine has not done so yet.

    Args:
        work: A folder for what they need beside the plan.
    """
    with Steps().step("OPA") as step:
        opa = toolchain.built(toolchain.POLICY_AGENT, step) / "opa"
    facts = work / "facts.json"
    facts.write_text(json.dumps(_facts()))
    return (
        Judge("pack", _as_it_is, _pack(()), _count),
        Judge("pack, the rules that OPA has", _as_it_is, _pack(RULES), _count),
        Judge("OPA", _as_it_is, _opa(opa, facts), lambda text: len(opa_found(text))),
        Judge("checkov", _converted, _checkov, _failed, allowed=(0, 1)),
    )


def opa_found(text: str) -> set[tuple[str, str]]:
    """Rule and URN of each violation in the output of OPA."""
    (result,) = json.loads(text)["result"]
    return {(rule, urn) for rule, urn in result["expressions"][0]["value"]}


def pack_found(text: str) -> set[tuple[str, str]]:
    """Rule and URN of each violation in the output of the pack."""
    return {(rule, urn) for rule, urn in json.loads(text)}


def _facts() -> dict[str, object]:
    untaggable = Path(mandatory_tags.__file__).with_name("untaggable.txt").read_text()
    return {
        "untaggable": dict.fromkeys(untaggable.split(), True),
        "regions": sorted(BOUNDARY.region_names),
        "agent_namespaces": sorted(BOUNDARY.agent_namespaces),
    }


def _as_it_is(text: str, folder: Path) -> Path:
    file = folder / "plan.json"
    file.write_text(text)
    return file


def _converted(text: str, folder: Path) -> Path:
    material = folder / "material"
    material.mkdir()
    lay(documents.read(text).resources, None, material)
    return material


def _pack(rules: Iterable[str]) -> Callable[[Path], list[str]]:
    return lambda plan: [sys.executable, "-m", "benchmarks.policies.judge", str(plan), *rules]


def _opa(program: Path, facts: Path) -> Callable[[Path], list[str]]:
    data = [word for file in (_REGO, facts) for word in ("--data", str(file))]
    return lambda plan: [
        str(program), "eval", "--format", "json", *data, "--input", str(plan),
        "data.mizan.violations",
    ]  # fmt: skip


def _checkov(material: Path) -> list[str]:
    return [
        str(PROGRAM), "--directory", str(material), "--framework", "terraform_plan", "kubernetes",
        "--skip-download", "--output", "json", "--compact",
    ]  # fmt: skip


def _count(text: str) -> int:
    return len(json.loads(text))


def _failed(text: str) -> int:
    told = json.loads(text)
    reports = told if isinstance(told, list) else [told]
    return sum(report["summary"]["failed"] for report in reports if "summary" in report)
