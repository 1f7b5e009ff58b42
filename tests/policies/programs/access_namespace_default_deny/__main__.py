"""A namespace made inside a component, whose network policy denies one way only."""

import pulumi

from tests.policies.programs.compliant import RESTRICTED, bare_namespace, deny


class HalfClosed(pulumi.ComponentResource):
    """A namespace that only looks closed."""

    def __init__(self, name: str) -> None:
        super().__init__("fault:components:HalfClosed", name)
        child = pulumi.ResourceOptions(parent=self)
        deny(bare_namespace(name, RESTRICTED, child), "Ingress", opts=child)
        self.register_outputs({})


HalfClosed("open")
