import json
from typing import Any

import pytest

from components.artifact_registry import (
    ArtifactRegistry,
    ArtifactRegistryArgs,
    InCluster,
    PublishedImages,
    PublishedImagesArgs,
)
from components.compute import Compute
from tests.components.recording import Deploy, Engine

COMPUTE = Compute(
    requests={"cpu": "70m", "memory": "300Mi"}, limits={"cpu": "700m", "memory": "600Mi"}
)

HOST = "registry.artifacts.svc.cluster.local:5000"
DIGEST = "@sha256:" + "a" * 64


def build(deploy: Deploy, repositories: tuple[str, ...] = ("mizan/serving",)) -> Any:
    site = InCluster(
        namespace="artifacts",
        address="10.96.0.50",
        registry_image="seed/registry" + DIGEST,
        token_service_image="seed/token-service" + DIGEST,
        storage_class="mizan-encrypted",
        volume_size_gib=20,
        compute=COMPUTE,
        tls_secret="registry-tls",  # noqa: S106 - the name of a Secret
        token_key_secret="registry-token-key",  # noqa: S106 - the name of a Secret
        account_secrets={"puller": "account-puller", "pusher": "account-pusher"},
    )
    arguments = ArtifactRegistryArgs(repositories=repositories, site=site)
    return deploy(lambda: ArtifactRegistry("registry", arguments).host)


def containers(engine: Engine) -> dict[str, Any]:
    pod = engine.one("StatefulSet").spec["template"]["spec"]
    return {container["name"]: container for container in pod["containers"]}


def volumes(engine: Engine) -> dict[str, Any]:
    pod = engine.one("StatefulSet").spec["template"]["spec"]
    return {volume["name"]: volume for volume in pod["volumes"]}


def test_nodes_find_it_at_a_fixed_address(engine: Engine, deploy: Deploy) -> None:
    assert build(deploy) == HOST
    service = engine.one("Service").spec
    assert service["clusterIP"] == "10.96.0.50"
    assert {port["port"] for port in service["ports"]} == {5000, 5001}


def test_the_registry_gets_the_compute_that_was_said(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    registry = containers(engine)["registry"]
    assert registry["resources"] == {"requests": COMPUTE.requests, "limits": COMPUTE.limits}


def test_the_registry_asks_for_tokens_over_tls_and_deletes_nothing(
    engine: Engine, deploy: Deploy
) -> None:
    build(deploy)
    config = json.loads(engine.one("ConfigMap").inputs["data"]["config.yml"])
    assert config["http"]["tls"]["certificate"] == "/etc/mizan/tls/tls.crt"
    assert "debug" not in config["http"]
    assert config["auth"]["token"]["realm"].startswith(
        "https://registry.artifacts.svc.cluster.local:5001/"
    )
    assert set(config["auth"]) == {"token"}
    assert config["storage"]["delete"] == {"enabled": False}
    (claim,) = engine.one("StatefulSet").spec["volumeClaimTemplates"]
    assert claim["spec"]["storageClassName"] == "mizan-encrypted"


def test_the_private_token_key_is_seen_by_the_token_service_only(
    engine: Engine, deploy: Deploy
) -> None:
    build(deploy)
    private = [
        name
        for name, volume in volumes(engine).items()
        for item in volume.get("secret", {}).get("items", [])
        if item["key"] == "token.key"
    ]
    assert private == ["token-private"]
    mounts = {
        name: {mount["name"] for mount in container["volumeMounts"]}
        for name, container in containers(engine).items()
    }
    assert "token-private" in mounts["token-service"]
    assert "token-private" not in mounts["registry"]
    assert "accounts" not in mounts["registry"]


def test_both_servers_are_probed_over_tls(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    for container in containers(engine).values():
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            assert container[probe]["httpGet"]["scheme"] == "HTTPS"


def test_a_new_repository_makes_a_new_pod_that_knows_it(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    template = engine.one("StatefulSet").spec["template"]
    engine.records.clear()
    build(deploy, repositories=("mizan/serving", "mizan/training"))
    rights = json.loads(engine.one("ConfigMap").inputs["data"]["rights.json"])
    assert rights["repositories"] == ["mizan/serving", "mizan/training"]
    changed = engine.one("StatefulSet").spec["template"]
    assert changed["metadata"]["annotations"] != template["metadata"]["annotations"]


def gate(deploy: Deploy, *images: str) -> Any:
    arguments = PublishedImagesArgs(
        namespace="artifacts",
        image="seed/token-service" + DIGEST,
        images=images,
        login_secret="registry-pull",  # noqa: S106 - the name of a Secret
        remedy="run make mirror",
        deadline_seconds=60,
    )
    return deploy(lambda: PublishedImages("images", arguments).images)


def test_the_gate_looks_for_every_image_and_says_the_remedy(engine: Engine, deploy: Deploy) -> None:
    image = f"{HOST}/mizan/serving{DIGEST}"
    assert gate(deploy, image) == [image]
    declared = json.loads(engine.one("ConfigMap").inputs["data"]["images.json"])
    assert declared == {"images": [image], "remedy": "run make mirror", "deadline_seconds": 60}
    job = engine.one("Job")
    assert int(job.metadata["annotations"]["pulumi.com/timeoutSeconds"]) > 60
    assert {p["port"] for p in engine.of("NetworkPolicy")[0].spec["egress"][0]["ports"]} == {
        5000,
        5001,
    }


def test_the_gate_refuses_a_tag(engine: Engine, deploy: Deploy) -> None:
    with pytest.raises(ValueError, match="serving:latest has no digest"):
        gate(deploy, f"{HOST}/mizan/serving:latest")
