"""The program of the organisation: its policies, and what they are attached to."""

import pulumi

from components.organisation import OrganisationPolicies
from stacks.organisation import settings

policies = OrganisationPolicies(
    "organisation",
    settings.policies(),
    pulumi.ResourceOptions(provider=settings.provider()),
)
pulumi.export("policies", policies.policy_ids)
