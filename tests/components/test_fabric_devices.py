from components.compute import Compute
from components.fabric_devices import FabricDevices, FabricDevicesArgs
from tests.components import estate
from tests.components.complying import faults
from tests.components.estate import FABRIC, INFERENCE
from tests.components.recording import Deploy, Engine


def build(deploy: Deploy) -> object:
    return deploy(
        lambda: (
            FabricDevices(
                "fabric",
                FabricDevicesArgs(
                    image=estate.IMAGE,
                    compute=Compute(requests={"cpu": "10m"}, limits={"cpu": "100m"}),
                ),
            ).resource
        )
    )


def test_the_plugin_runs_where_the_fabric_is_and_nowhere_else(
    engine: Engine, deploy: Deploy
) -> None:
    assert build(deploy) == "vpc.amazonaws.com/efa"
    pod = engine.one("DaemonSet").spec["template"]["spec"]
    selector = pod["nodeSelector"].items()
    assert selector <= FABRIC.labels().items()
    assert not selector <= INFERENCE.labels().items()
    tolerated = {one["key"] for one in pod["tolerations"]}
    assert {taint.key for taint in FABRIC.taints()} <= tolerated


def test_what_reaches_into_the_node_has_no_other_privilege(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    assert faults(engine.records) == []


def test_its_namespace_lets_no_traffic_through(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    policy = engine.one("NetworkPolicy")
    assert policy.metadata["namespace"] == "node-agents"
    assert policy.spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
