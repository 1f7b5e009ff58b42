"""The admission policies on a real API server: what is refused, by which one, and what is not."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from kubernetes import client, config, utils

from policies.layers.artefacts import FOLDER
from tests.sandbox.provider.control_plane import ControlPlane, running

pytestmark = pytest.mark.engine

FILES = sorted((FOLDER / "admission").glob("*.yaml"))
STORE = "52.95.0.0/16"
"""Addresses that a deployment names besides private ones."""
DIGEST = "sha256:" + "0" * 64
ECR = "111122223333.dkr.ecr.me-central-1.amazonaws.com"
IMAGE = f"{ECR}/serving@{DIGEST}"
POD_SECURITY = "pod-security.kubernetes.io/enforce"
RESTRICTED = {POD_SECURITY: "restricted"}
CONTEXT = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
PATIENCE_SECONDS = 30

Object = dict[str, Any]


def thing(kind: str, group: str = "v1", namespace: str | None = "room", **fields: Any) -> Object:
    metadata = {"name": "it", **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": group, "kind": kind, "metadata": metadata, **fields}


def pod(namespace: str = "room", image: str = IMAGE, **spec: Any) -> Object:
    container = {"name": "it", "image": image, "securityContext": CONTEXT}
    secure = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    return thing(
        "Pod",
        namespace=namespace,
        spec={"containers": [container], "securityContext": secure, **spec},
    )


def space(name: str, labels: dict[str, str]) -> Object:
    made = thing("Namespace", namespace=None)
    made["metadata"] = {"name": name, "labels": labels}
    return made


def wall(namespace: str, **spec: Any) -> Object:
    made = thing("NetworkPolicy", "networking.k8s.io/v1", namespace)
    made["metadata"]["name"] = "default-deny"
    return {**made, "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"], **spec}}


def conversation(**spec: Any) -> Object:
    return {**wall("room", **spec), "metadata": {"name": "it", "namespace": "room"}}


def to(*blocks: str) -> Object:
    return conversation(egress=[{"to": [{"ipBlock": {"cidr": block}} for block in blocks]}])


def service(**spec: Any) -> Object:
    return thing("Service", spec={"ports": [{"port": 443}], **spec})


def endpoint_slice(kind: str, address: str) -> Object:
    group = "discovery.k8s.io/v1"
    return thing("EndpointSlice", group, addressType=kind, endpoints=[{"addresses": [address]}])


def endpoints(address: str) -> Object:
    return thing("Endpoints", subsets=[{"addresses": [{"ip": address}], "ports": [{"port": 443}]}])


def storage_class(provisioner: str, **parameters: str) -> Object:
    made = thing("StorageClass", "storage.k8s.io/v1", None, provisioner=provisioner)
    return {**made, "parameters": parameters} if parameters else made


def claim(**spec: Any) -> Object:
    asked = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return thing("PersistentVolumeClaim", spec={**asked, **spec})


def node(**labels: str) -> Object:
    made = thing("Node", namespace=None)
    made["metadata"]["labels"] = {
        f"topology.kubernetes.io/{key}": value for key, value in labels.items()
    }
    return made


def agent(path: str, owner: str = "fabric-devices", **spec: Any) -> Object:
    made = pod("node-agents", volumes=[{"name": "v", "hostPath": {"path": path}}], **spec)
    made["metadata"]["ownerReferences"] = [
        {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": owner, "uid": "1"}
    ]
    return made


def more_containers(name: str, image: str) -> Object:
    made = pod()
    made["spec"][name] = [{**made["spec"]["containers"][0], "name": "more", "image": image}]
    return made


def annotated(made: Object, **annotations: str) -> Object:
    made["metadata"]["annotations"] = {
        f"service.beta.kubernetes.io/{key.replace('_', '-')}": value
        for key, value in annotations.items()
    }
    return made


BAD = {
    "an image of a foreign registry": ("images", pod(image=f"docker.io/library/nginx@{DIGEST}")),
    "an image of another region": (
        "images",
        pod(image=IMAGE.replace("me-central-1", "eu-west-1")),
    ),
    "an image of a registry that only looks alike": (
        "images",
        pod(image=f"{ECR}.evil.example/x@{DIGEST}"),
    ),
    "an allowed registry as part of a path": ("images", pod(image=f"evil.example/{IMAGE}")),
    "an image by tag": ("images", pod(image=f"{ECR}/serving:latest")),
    "a first container": ("images", more_containers("initContainers", "quay.io/x@" + DIGEST)),
    "an image as a volume": (
        "images",
        pod(volumes=[{"name": "v", "image": {"reference": f"ghcr.io/model@{DIGEST}"}}]),
    ),
    "a path of the node": ("node-reach", agent("/etc")),
    "an agent that is not listed": ("node-reach", agent("/dev/infiniband", owner="other")),
    "a listed agent's path elsewhere": (
        "node-reach",
        pod("walled", volumes=[{"name": "v", "hostPath": {"path": "/dev/infiniband"}}]),
    ),
    "the node's network": ("node-reach", pod("walled", hostNetwork=True)),
    "the node's processes": ("node-reach", pod("walled", hostPID=True)),
    "a pod beside the walls": ("walls", pod("open")),
    "a pod behind walls with a hole": ("walls", pod("holed")),
    "a pod where Kubernetes keeps nothing": ("walls", pod("default")),
    "a namespace without pod security": ("namespaces", space("more", {})),
    "a namespace with less": (
        "namespaces",
        space("more", {POD_SECURITY: "baseline"}),
    ),
    "a name that leads abroad": (
        "services",
        service(type="ExternalName", externalName="bucket.s3.eu-west-1.amazonaws.com"),
    ),
    "an external address": ("services", service(externalIPs=["203.0.113.7"])),
    "a public load balancer": ("services", service(type="LoadBalancer")),
    "an address abroad behind a Service": (
        "endpoint-slices",
        endpoint_slice("IPv4", "203.0.113.7"),
    ),
    "a name abroad behind a Service": ("endpoint-slices", endpoint_slice("FQDN", "evil.example")),
    "an address abroad, the old way": ("endpoints", endpoints("203.0.113.7")),
    "a way to everywhere": ("network-policies", to("0.0.0.0/0")),
    "a way to half of everywhere": ("network-policies", to("10.0.0.0/8", "128.0.0.0/1")),
    "a way to everywhere in the other protocol": ("network-policies", to("::/0")),
    "a way to a host abroad": ("network-policies", to("203.0.113.7/32")),
    "a way to all peers": ("network-policies", conversation(egress=[{}])),
    "a way to all peers on a port": (
        "network-policies",
        conversation(egress=[{"ports": [{"port": 443}]}]),
    ),
    "a way in for everybody": ("network-policies", conversation(ingress=[{}])),
    "a class that does not encrypt": ("storage-classes", storage_class("ebs.csi.aws.com")),
    "a provisioner that is not listed": (
        "storage-classes",
        storage_class("rancher.io/local-path", encrypted="true"),
    ),
    "a claim of another class": ("volume-claims", claim(storageClassName="gp2")),
    "a claim of whichever class": ("volume-claims", claim()),
    "a node abroad": ("nodes", node(region="eu-west-1")),
}
GOOD = {
    "an image of the account": pod(),
    "an image of the platform's registry": pod(
        image=f"registry.artifacts.svc.cluster.local:5000/serving@{DIGEST}"
    ),
    "a listed agent": agent("/dev/infiniband", hostNetwork=True),
    "a restricted namespace": space("more", RESTRICTED),
    "a system namespace": {**pod("kube-system", "public.example/agent:1", hostNetwork=True)},
    "a Service": service(),
    "an internal load balancer": annotated(
        service(type="LoadBalancer"), aws_load_balancer_scheme="internal"
    ),
    "private addresses behind a Service": endpoint_slice("IPv4", "10.1.2.3"),
    "private addresses, the old way": endpoints("10.1.2.3"),
    "a way to private addresses": to("10.1.0.0/16", "169.254.170.23/32"),
    "a way to the store": to("52.95.1.0/24"),
    "a way to pods": conversation(egress=[{"to": [{"podSelector": {}}]}]),
    "a way in for private addresses": conversation(
        ingress=[{"from": [{"ipBlock": {"cidr": "10.0.0.0/24"}}]}]
    ),
    "a class that encrypts": storage_class("ebs.csi.aws.com", encrypted="true"),
    "a claim of an encrypted class": claim(storageClassName="mizan-encrypted"),
    "a node inside": node(region="me-central-1"),
    "a node that tells nothing": node(zone="rack-7"),
}


def refusal(api: client.ApiClient, made: Object) -> str:
    """What the API server says against an object; nothing where it would keep it."""
    try:
        utils.create_from_dict(api, made, dry_run="All")
    except utils.FailToCreateError as error:
        return str(error)
    return ""


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    gate = "--feature-gates=ImageVolume=true"
    with running(tmp_path_factory.mktemp("control-plane"), gate) as started:
        yield started


@pytest.fixture(scope="module")
def api(plane: ControlPlane) -> client.ApiClient:
    """Its API, once every policy is in force."""
    api = config.new_client_from_config(str(plane.kubeconfig))
    for name in ("room", "open", "holed"):
        utils.create_from_dict(api, space(name, RESTRICTED))
    for name in ("walled", "node-agents"):
        utils.create_from_dict(api, space(name, {POD_SECURITY: "privileged"}))
    for name in ("room", "walled", "node-agents"):
        utils.create_from_dict(api, wall(name))
    utils.create_from_dict(api, wall("holed", egress=[{}]))
    # Nothing of what is refused below is refused by anything else.
    assert {name: refusal(api, made) for name, (_, made) in BAD.items() if refusal(api, made)} == {}
    for file in FILES:
        given = file.read_text().replace("<outside-blocks>", STORE)
        plane.kubectl("apply", "-f", "-", given=given)
    for _, made in BAD.values():
        _until_refused(api, made)
    return api


def _until_refused(api: client.ApiClient, made: Object) -> None:
    """Policies are in force a moment after they are made."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and not refusal(api, made):
        time.sleep(0.2)


@pytest.mark.parametrize("name", BAD)
def test_it_is_refused_by_name(name: str, api: client.ApiClient) -> None:
    policy, made = BAD[name]
    told = refusal(api, made)
    assert f"ValidatingAdmissionPolicy 'mizan-{policy}'" in told
    assert "denied request" in told


@pytest.mark.parametrize("name", GOOD)
def test_it_is_admitted(name: str, api: client.ApiClient) -> None:
    assert not refusal(api, GOOD[name])


def test_each_policy_refuses_something() -> None:
    assert {f"{policy}.yaml" for policy, _ in BAD.values()} == {file.name for file in FILES}


def test_what_is_there_is_not_changed_into_what_is_refused(
    plane: ControlPlane, api: client.ApiClient
) -> None:
    utils.create_from_dict(api, GOOD["a Service"])
    patch = json.dumps({"spec": {"externalIPs": ["203.0.113.7"]}})
    with pytest.raises(AssertionError, match="mizan-services"):
        plane.kubectl("-n", "room", "patch", "service", "it", "-p", patch)


def test_the_api_server_understands_every_expression(
    plane: ControlPlane, api: client.ApiClient
) -> None:
    """It checks types once a policy is stored, and tells what it cannot make sense of."""
    del api
    listed = json.loads(plane.kubectl("get", "validatingadmissionpolicies", "-o", "json"))
    assert len(listed["items"]) == len(FILES)
    told = {item["metadata"]["name"]: item["status"]["typeChecking"] for item in listed["items"]}
    assert {name: checked for name, checked in told.items() if checked} == {}
