"""A load balancer that listens in plain text; its address is not known at preview."""

from tests.policies.programs.compliant import Resource, inside

options = inside()
balancer = Resource("aws:lb/loadBalancer:LoadBalancer", "balancer", options, internal=True)
Resource(
    "aws:lb/listener:Listener",
    "web",
    options,
    loadBalancerArn=balancer.output("arn"),
    port=80,
    protocol="HTTP",
    defaultActions=[{"type": "fixed-response", "fixedResponse": {"contentType": "text/plain"}}],
)
