"""The catalog finds every rule, and refuses a file that is none."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
from pulumi_policy import Severity

from policies import catalog, describe
from policies.judging import resource_rule


def test_ids_are_stable() -> None:
    assert [policy.name for policy in catalog.discover()] == [
        "access-account-token",
        "access-broad-rights",
        "access-cluster-rights",
        "access-identity-provider",
        "access-instance-metadata",
        "access-namespace-default-deny",
        "access-namespace-pod-security",
        "access-open-ingress",
        "access-open-policy",
        "access-plain-secret",
        "access-pod-security-context",
        "access-public-access",
        "access-service-exposure",
        "access-standing-credentials",
        "access-webhook-in-cluster",
        "audit-access-logs",
        "audit-service-logs",
        "audit-trail-kept",
        "cost-monthly-budget",
        "data-loss-bucket-versions",
        "data-loss-deletion",
        "data-loss-zones",
        "encryption-bucket-encrypted",
        "encryption-cloud-plaintext-listener",
        "encryption-cloud-storage-encrypted",
        "encryption-cluster-transit",
        "encryption-database-transit",
        "encryption-node-transit",
        "encryption-node-volume",
        "encryption-plaintext-listener",
        "encryption-plaintext-setting",
        "encryption-secret-in-clear",
        "encryption-storage-encrypted",
        "residency-ai-opt-out",
        "residency-arn-region",
        "residency-bucket-known",
        "residency-cluster-region",
        "residency-copy-in-country",
        "residency-cross-region-inference",
        "residency-edge",
        "residency-egress-policy",
        "residency-endpoint-service",
        "residency-foreign-account",
        "residency-gathering",
        "residency-image-registry",
        "residency-internet-exit",
        "residency-isolated-learning",
        "residency-kubernetes-kind",
        "residency-name-resolution",
        "residency-network-destination",
        "residency-outbound-delivery",
        "residency-provider-known",
        "residency-provider-region",
        "residency-resource-region",
        "residency-service-host",
        "residency-storage-uri",
        "residency-type-classified",
        "residency-unknown-origin",
        "retention-locked",
        "retention-periods",
        "supply-chain-image-digest",
        "supply-chain-opaque-content",
        "supply-chain-remote-source",
        "supply-chain-repository",
        "supply-chain-service-image",
        "tagging-mandatory-tags",
    ]


def test_nothing_shadows_the_standard_library() -> None:
    """The engine puts the folder first on sys.path."""
    names = {path.stem for path in catalog.ROOT.rglob("*.py")}
    names |= {path.name for path in catalog.ROOT.iterdir() if path.is_dir()}

    assert names & set(sys.stdlib_module_names) == set()


def test_only_main_serves_and_nothing_is_served_by_the_sdk() -> None:
    """Serving never returns, and the SDK's own server tells an unknown value as advice."""
    for words, allowed in (("PolicyPack(", set()), (" serve(", {"__main__.py", "serving.py"})):
        holders = {
            path.name
            for path in catalog.ROOT.rglob("*.py")
            if words in path.read_text(encoding="utf-8")
        }

        assert holders == allowed


def fake_module(name: str, policy: object) -> ModuleType:
    module = ModuleType(name)
    module.policy = policy  # type: ignore[attr-defined]
    return module


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (None, "defines no `policy`"),
        ("a rule", "defines no `policy`"),
        (
            resource_rule(
                "policies.access.other",
                description="d.",
                severity=Severity.LOW,
                remediation="r.",
                judge=lambda _: [],
            ),
            "named 'access-other'; its file says 'access-some-rule'",
        ),
    ],
)
def test_what_is_no_rule_is_refused(
    monkeypatch: pytest.MonkeyPatch, policy: object, message: str
) -> None:
    module = fake_module("policies.access.some_rule", policy)
    monkeypatch.setattr(catalog, "modules", lambda _root: [module])

    with pytest.raises(catalog.CatalogError, match=message):
        catalog.discover()


def test_the_page_is_what_the_rules_say() -> None:
    page = Path(describe.PAGE).read_text(encoding="utf-8")

    assert page == describe.render(), "run: python -m policies.describe"
