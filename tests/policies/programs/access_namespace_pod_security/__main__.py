"""A closed namespace that lets privileged pods in."""

from tests.policies.programs.compliant import bare_namespace, deny

lax = bare_namespace("lax", {"pod-security.kubernetes.io/enforce": "privileged"})
deny(lax, "Ingress", "Egress")
