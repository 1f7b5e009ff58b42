"""A service that says itself that it speaks plain text."""

from tests.policies.programs.compliant import Resource, closed_namespace

Resource(
    "kubernetes:core/v1:Service",
    "serving",
    metadata={"namespace": closed_namespace("serving")},
    spec={"selector": {"app": "serving"}, "ports": [{"name": "http", "port": 9000}]},
)
