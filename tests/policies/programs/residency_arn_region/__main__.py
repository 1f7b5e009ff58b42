"""A backup that is copied into a vault abroad."""

from tests.policies.programs.compliant import Resource, inside

abroad = "arn:aws:backup:eu-west-1:123456789012:backup-vault:abroad"
rule = {
    "ruleName": "nightly",
    "targetVaultName": "inside",
    "copyActions": [{"destinationVaultArn": abroad}],
}
Resource("aws:backup/plan:Plan", "nightly", inside(), rules=[rule])
