"""The load balancer's targets are the pods of a service that is there."""

from collections.abc import Iterator
from typing import Any, Final

from botocore.exceptions import ClientError
from kubernetes import client

from sandbox.rehearsal.live import Found, Live

GROUP: Final = "elbv2.k8s.aws"
VERSION: Final = "v1beta1"
BINDINGS: Final = "targetgroupbindings"
CONTROLLER: Final = "app.kubernetes.io/name=load-balancer-controller"
TARGET_GROUP: Final = "aws:lb/targetGroup:TargetGroup"


def verify(live: Live) -> Found:
    """Ask AWS for each target group, and the API server for what is bound to it."""
    declared = live.of(TARGET_GROUP)
    if not declared:
        return Found(0, [])
    bindings = client.CustomObjectsApi(live.api).list_cluster_custom_object(
        GROUP, VERSION, BINDINGS
    )["items"]
    core = client.CoreV1Api(live.api)
    faults = [fault for one in bindings for fault in _faults(one, live, core)]
    bound = {one["spec"]["targetGroupARN"] for one in bindings}
    faults += [
        f"target group {one['id']} is bound to no service"
        for one in declared
        if one["id"] not in bound
    ]
    faults += _controller(core)
    return Found(len(declared) + len(bindings), faults)


def _faults(binding: Any, live: Live, core: Any) -> Iterator[str]:
    spec, namespace = binding["spec"], binding["metadata"]["namespace"]
    name = f"binding {namespace}/{binding['metadata']['name']}"
    balancers = live.cloud.client("elbv2")
    try:
        (group,) = balancers.describe_target_groups(TargetGroupArns=[spec["targetGroupARN"]])[
            "TargetGroups"
        ]
    except ClientError as error:
        yield f"{name}: {spec['targetGroupARN']} is not there: {error}"
        return
    if (group["TargetType"], group["Protocol"]) != ("ip", spec["targetGroupProtocol"]):
        yield f"{name}: its target group takes {group['TargetType']} by {group['Protocol']}"
    if group["VpcId"] != spec["vpcID"]:
        yield f"{name}: its target group is in {group['VpcId']}, not in {spec['vpcID']}"
    wanted = spec["serviceRef"]
    try:
        service = core.read_namespaced_service(wanted["name"], namespace)
    except client.ApiException as error:
        yield f"{name}: there is no service {wanted['name']}: {error.reason}"
        return
    if wanted["port"] not in {port.port for port in service.spec.ports}:
        yield f"{name}: the service {wanted['name']} has no port {wanted['port']}"
    gate = f"target-health.{GROUP}/{binding['metadata']['name']}"
    selector = ",".join(f"{key}={value}" for key, value in service.spec.selector.items())
    pods = core.list_namespaced_pod(namespace, label_selector=selector).items
    if not pods:
        yield f"{name}: the service {wanted['name']} selects no pod"
    for pod in pods:
        if gate not in {one.condition_type for one in pod.spec.readiness_gates or ()}:
            yield f"pod {namespace}/{pod.metadata.name} does not wait for {gate}"


def _controller(core: Any) -> list[str]:
    pods = core.list_pod_for_all_namespaces(label_selector=CONTROLLER).items
    placed = [pod for pod in pods if pod.spec.node_name]
    return [] if placed else [f"nothing registers targets: {len(pods)} pods of it, none on a node"]
