"""The providers of a region: one account, one region, and the tags that nobody can forget."""

import pulumi
import pulumi_aws
import pulumi_kubernetes

from stacks.region.facts import Facts


def aws(facts: Facts) -> pulumi_aws.Provider:
    """The provider of the account in the region. Credentials for another account are refused."""
    return pulumi_aws.Provider(
        "region",
        region=facts.region,
        allowed_account_ids=[facts.account],
        default_tags={"tags": facts.environment.tags},
    )


def cluster(kubeconfig: pulumi.Input[str]) -> pulumi_kubernetes.Provider:
    """The provider of the region's cluster, by a kubeconfig without a secret in it."""
    return pulumi_kubernetes.Provider("cluster", kubeconfig=kubeconfig)
