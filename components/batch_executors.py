"""What a Spark driver may do: start executors in its own namespace, and talk with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_kubernetes.rbac.v1 import Role, RoleBinding

from components.api_server_connection import ApiServerConnection, ApiServerConnectionArgs
from components.connection import Connection, ConnectionArgs, Peer

PODS: Final = ("create", "delete", "deletecollection", "get", "list", "watch")
"""What Spark asks of pods; it needs neither ConfigMaps nor Services where executors have a
template and find the driver by its address."""


@dataclass(frozen=True, kw_only=True)
class BatchExecutorsArgs:
    """Who drives, and what is started."""

    namespace: str
    """Namespace of the driver and of the executors."""
    service_account: str
    """Service account of the driver."""
    template: str
    """PodTemplate that executors are made from."""
    driver: Mapping[str, str]
    """Labels of the driver's pod."""
    executor: Mapping[str, str]
    """Labels of an executor's pod."""
    driver_port: int
    """TCP port on which the driver tells executors what to do."""
    block_port: int
    """TCP port on which driver and executors give each other data."""
    api_server_blocks: Sequence[str]
    """Address blocks (CIDR) of the API server itself."""
    api_server_port: int
    """TCP port on which it listens there."""


class BatchExecutors(pulumi.ComponentResource):
    """A driver may make and end pods in its namespace, read one template, and nothing more.

    Driver and executors reach each other on two ports; executors do not reach the API server.
    Make the driver depend on this component.
    """

    role: pulumi.Output[str]

    def __init__(
        self, name: str, args: BatchExecutorsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mizan:components:BatchExecutors", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        rules: list[Any] = [
            {"api_groups": [""], "resources": ["pods"], "verbs": list(PODS)},
            {
                "api_groups": [""],
                "resources": ["podtemplates"],
                "verbs": ["get"],
                "resource_names": [args.template],
            },
        ]
        role = Role(
            f"{name}-role",
            metadata={"name": args.service_account, "namespace": args.namespace},
            rules=rules,
            opts=child,
        )
        self.role = role.metadata.apply(lambda metadata: str(metadata.name))
        RoleBinding(
            f"{name}-binding",
            metadata={"name": args.service_account, "namespace": args.namespace},
            role_ref={
                "api_group": "rbac.authorization.k8s.io",
                "kind": "Role",
                "name": self.role,
            },
            subjects=[
                {
                    "kind": "ServiceAccount",
                    "name": args.service_account,
                    "namespace": args.namespace,
                }
            ],
            opts=child,
        )
        driver = Peer(namespace=args.namespace, labels=args.driver)
        executor = Peer(namespace=args.namespace, labels=args.executor)
        ways: dict[str, tuple[Peer, Peer, list[int]]] = {
            "to-driver": (executor, driver, [args.driver_port, args.block_port]),
            "from-driver": (driver, executor, [args.block_port]),
            "shuffle": (executor, executor, [args.block_port]),
        }
        for way, (source, target, ports) in ways.items():
            Connection(
                f"{name}-{way}",
                ConnectionArgs(source=source, target=target, ports=ports),
                opts=child,
            )
        ApiServerConnection(
            f"{name}-to-api-server",
            ApiServerConnectionArgs(
                source=driver, addresses=args.api_server_blocks, port=args.api_server_port
            ),
            opts=child,
        )
        self.register_outputs({"role": self.role})
