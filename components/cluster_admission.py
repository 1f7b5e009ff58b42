"""What the API server of a cluster refuses, whoever asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.admissionregistration.v1 import (
    ValidatingAdmissionPolicy,
    ValidatingAdmissionPolicyBinding,
)

KINDS = {
    "ValidatingAdmissionPolicy": ValidatingAdmissionPolicy,
    "ValidatingAdmissionPolicyBinding": ValidatingAdmissionPolicyBinding,
}


@dataclass(frozen=True, kw_only=True)
class ClusterAdmissionArgs:
    """What is refused."""

    documents: Sequence[Mapping[str, Any]]
    """Policies, each before the binding that puts it in force, as Kubernetes writes them."""


class ClusterAdmission(pulumi.ComponentResource):
    """Policies of the API server, in force in every namespace that they do not exempt by name.

    Whatever lives in the cluster depends on this component: nothing is made before it is judged.
    """

    names: pulumi.Output[list[str]]
    """Names of the policies."""

    def __init__(
        self, name: str, args: ClusterAdmissionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the policies.

        Raises:
            ValueError: if a document is of another kind, or a policy is not in force.
        """
        super().__init__("mizan:components:ClusterAdmission", name, None, opts)
        _check(args.documents)
        made: dict[str, pulumi.Resource] = {}
        for document in args.documents:
            kind, called = document["kind"], document["metadata"]["name"]
            part = "policy" if kind == "ValidatingAdmissionPolicy" else "binding"
            before = [made[called]] if part == "binding" else []
            made[called] = KINDS[kind](
                f"{name}-{called}-{part}",
                metadata=dict(document["metadata"]),
                spec=document["spec"],
                opts=pulumi.ResourceOptions(parent=self, depends_on=before),
            )
        self.names = pulumi.Output.from_input(sorted(made))
        self.register_outputs({"names": self.names})


def _check(documents: Sequence[Mapping[str, Any]]) -> None:
    strange = sorted({str(document["kind"]) for document in documents} - set(KINDS))
    if strange:
        raise ValueError(f"there are documents of {strange}; allowed are {', '.join(KINDS)}")
    declared, bound = (
        {document["metadata"]["name"] for document in documents if document["kind"] == kind}
        for kind in KINDS
    )
    if not declared or declared != bound:
        raise ValueError(
            f"policies are {sorted(declared)} and bindings {sorted(bound)}: each policy has one "
            "binding of its name, or it is not in force"
        )
