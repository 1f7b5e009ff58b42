"""The evidence of a plan as one document: what `report.json` holds and the page shows."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Any, Final

from policies.boundary import BOUNDARY
from policies.catalog import ROOT
from policies.documents import Document
from policies.evidence import results, transfers, unjudged
from policies.evidence.environment import Environment
from policies.evidence.estate import Estate, kind
from policies.evidence.inventory import inventory, place
from policies.evidence.undescribed import undescribed
from policies.frameworks import shelf
from policies.judging import Declared
from policies.scanning import conflicts
from policies.waiving import WAIVERS, Waiver

FORMAT: Final = "mizan-evidence/1"
_RESIDENCY: Final = "residency-"


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a report is about and where that comes from."""

    plan: str
    """The plan or state, as the engine wrote it."""
    dated: str
    dated_by: str
    revision: str
    """The commit, or what else names the program whose plan it is."""


def build(
    source: Source,
    document: Document,
    environment: Environment,
    waivers: Iterable[Waiver] = WAIVERS,
) -> dict[str, Any]:
    """Judges a plan and gives everything that its evidence says.

    Args:
        source: The plan, its date and its commit. Waivers are judged as of that date.
        document: The plan, as it was read.
        environment: Whom it is for.
        waivers: What may excuse; by default those of the pack.

    Raises:
        FrameworkError: The frameworks cannot be read.
        EvidenceError: The stack is none of the environment.
    """
    waivers = [waiver for waiver in waivers if waiver.concerns(document.stack)]
    estate = Estate(document.resources)
    site = environment.site_of(document.stack)
    judged = results.of_rules(document.resources, date.fromisoformat(source.dated[:10]), waivers)
    rules = [results.of_rule(result, number) for number, result in enumerate(judged, 1)]
    violations = [violation for rule in rules for violation in rule["violations"]]
    crossings = Counter(
        one["urn"] for one in violations if one["rule"].startswith(_RESIDENCY) and one["urn"]
    )
    stores = inventory(estate, site)
    frameworks = results.of_frameworks(shelf.load(), judged, environment, document.resources)
    unknown = unjudged.unknown(estate)
    return {
        "format": FORMAT,
        "stack": document.stack,
        "dated": {"at": source.dated, "by": source.dated_by},
        "environment": {
            "name": environment.name,
            "owner": environment.owner,
            "contact": environment.contact,
            "dpo_contact": environment.dpo_contact,
            "dpia_id": environment.dpia_id,
            "perimeter": environment.perimeter,
            "sector": environment.sector,
            "data_classes": list(environment.data_classes),
            "site": vars(site),
            "sites": [vars(one) for one in environment.sites],
        },
        "source": {
            "revision": source.revision,
            "plan_sha256": hashlib.sha256(source.plan.encode()).hexdigest(),
            "pack_sha256": _pack(),
            "resources": len(document.resources),
            "rules": len(rules),
        },
        "modes": _modes(environment),
        "statuses": results.STATUSES,
        "summary": _summary(frameworks, rules, violations, stores, document.resources),
        "frameworks": frameworks,
        "violations": violations,
        "waivers": _waivers(waivers, violations),
        "transfers": {
            "documented": [dict(one) for one in environment.transfers],
            "register": transfers.register(stores, crossings),
            "ways_out": transfers.ways_out(estate, environment, document.stack, crossings),
        },
        "stores": stores,
        "conflicts": _conflicts(document.resources),
        "unjudged": {
            "unknown": unknown,
            "unknown_by_type": unjudged.by_type(unknown),
            "undescribed": undescribed(estate),
            "invisible": unjudged.invisible(),
        },
        "rules": rules,
        "resources": _resources(document.resources, judged, place_of=lambda one: place(one, site)),
    }


def _modes(environment: Environment) -> list[dict[str, Any]]:
    """How strictly each class of data stays, and which provisions say so."""
    kind = (environment.perimeter, environment.sector)
    return [
        {
            "data_class": data_class,
            "mode": str(BOUNDARY.mode(*kind, data_class)),
            "provisions": [
                {
                    "mode": str(row.mode),
                    "instrument": row.instrument,
                    "article": row.article,
                    "reason": row.reason,
                }
                for row in BOUNDARY.modes_of(*kind, data_class)
            ],
        }
        for data_class in environment.data_classes
    ]


def _waivers(waivers: Iterable[Waiver], violations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The waivers of a stack, each with the resources that it excuses and what makes it void."""
    return [
        {
            **waiver.model_dump(mode="json"),
            "uses": sorted({one["urn"] for one in violations if one["waiver"] == waiver.id}),
            "faults": [
                {key: one[key] for key in ("path", "given", "allowed")}
                for one in violations
                if one["path"].startswith(f"waivers/{waiver.id}.")
            ],
        }
        for waiver in waivers
    ]


def _conflicts(resources: list[Declared]) -> list[dict[str, Any]]:
    """What other standards ask for and the law overrules, with the resources that it is about."""
    found = [
        {
            **conflict.model_dump(mode="json", include={"check", "kind", "article", "reason"}),
            "covered_by": list(conflict.covered_by),
            "resources": sum(
                any(fnmatchcase(resource.urn, pattern) for pattern in conflict.scope)
                for resource in resources
            ),
        }
        for conflict in conflicts.load()
    ]
    return sorted(found, key=lambda one: (one["kind"] != "conflict", one["kind"], one["check"]))


def _summary(
    frameworks: list[dict[str, Any]],
    rules: list[dict[str, Any]],
    violations: list[dict[str, Any]],
    stores: list[dict[str, Any]],
    resources: list[Declared],
) -> dict[str, Any]:
    binding = [one for one in frameworks if one["binds"]]
    return {
        "frameworks": len(frameworks),
        "binding": len(binding),
        "controls": {
            status: sum(one["counts"][status] for one in frameworks) for status in results.STATUSES
        },
        "rules": dict(Counter(rule["status"] for rule in rules)),
        "violations": sum(one["waiver"] is None for one in violations),
        "waived": sum(one["waiver"] is not None for one in violations),
        "stores": len(stores),
        "resources": len(resources),
    }


def _resources(
    resources: list[Declared], judged: list[results.RuleResult], place_of: Any
) -> list[dict[str, Any]]:
    found = []
    for resource in sorted(resources, key=lambda one: (one.type, one.urn)):
        if resource.type == "pulumi:pulumi:Stack":
            continue
        against = [
            violation
            for result in judged
            for violation in result.violations
            if violation["urn"] == resource.urn
        ]
        found.append(
            {
                "urn": resource.urn,
                "type": resource.type,
                "kind": kind(resource),
                "name": resource.name,
                "place": place_of(resource),
                "rules": [
                    number for number, one in enumerate(judged, 1) if resource.urn in one.read
                ],
                "result": _result(against),
            }
        )
    return found


def _result(against: list[dict[str, Any]]) -> str:
    if any(violation["waiver"] is None for violation in against):
        return results.VIOLATED
    return results.WAIVED if against else results.KEPT


def _pack() -> str:
    """One digest of all rules, tables and frameworks, so that the law that judged can be named."""
    whole = hashlib.sha256()
    for file in sorted(ROOT.rglob("*")):
        if file.suffix in (".py", ".yaml", ".csv") and "__pycache__" not in file.parts:
            whole.update(f"{file.relative_to(ROOT).as_posix()}\0".encode())
            whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()
