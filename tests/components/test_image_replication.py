import json
from typing import Any

import pytest

from components.compute import Compute
from components.connection import Peer
from components.image_replication import (
    CopyList,
    CopyListArgs,
    ImageReplication,
    ImageReplicationArgs,
    Own,
    Primary,
)
from tests.components.recording import Deploy, Engine

THERE = "111122223333.dkr.ecr.me-central-1.amazonaws.com"
HERE = "registry.artifacts.svc.cluster.local:5000"
DIGEST = f"sha256:{'1' * 64}"


def primary(**changes: Any) -> Primary:
    given: dict[str, Any] = {
        "host": THERE,
        "region": "me-central-1",
        "blocks": ["10.40.0.0/16"],
        "secret": "there",
        **changes,
    }
    return Primary(**given)


OWN = Own(
    host=HERE,
    peer=Peer(namespace="artifacts", labels={"app": "registry"}),
    ports=[5000, 5001],
    secret="here",  # noqa: S106 - the name of a Secret
)


def listed(deploy: Deploy, images: dict[str, str | None]) -> Any:
    arguments = CopyListArgs(namespace="replication", primary=primary(), own=OWN, images=images)
    return deploy(lambda: CopyList("images", arguments).config_map)


def job(deploy: Deploy, engine: Engine, **changes: Any) -> Any:
    arguments = ImageReplicationArgs(
        namespace="replication",
        image=f"{HERE}/mizan/image-replication@{DIGEST}",
        pull_secret="registry-pull",  # noqa: S106 - the name of a Secret
        config_map="image-replication",
        primary=primary(**changes),
        own=OWN,
        compute=Compute(
            requests={"cpu": "1", "memory": "1Gi"}, limits={"cpu": "1", "memory": "1Gi"}
        ),
    )
    deploy(lambda: ImageReplication("images", arguments).schedule)
    return engine.one("CronJob").spec["jobTemplate"]["spec"]["template"]["spec"]


def test_each_image_is_named_by_its_digest_on_both_sides(deploy: Deploy, engine: Engine) -> None:
    listed(deploy, {"mizan/serving": DIGEST, "mizan/not-built": None})

    told = json.loads(engine.one("ConfigMap").inputs["data"]["regsync.json"])
    assert told["sync"] == [
        {
            "type": "image",
            "source": f"{THERE}/mizan/serving@{DIGEST}",
            "target": f"{HERE}/mizan/serving@{DIGEST}",
        }
    ]
    assert not any("tls" in one for one in told["creds"])


def test_it_may_reach_the_two_registries_only(deploy: Deploy, engine: Engine) -> None:
    listed(deploy, {"mizan/serving": DIGEST})

    ways = [
        (sorted(rule["to"][0]), [port["port"] for port in rule["ports"]])
        for policy in engine.of("NetworkPolicy")
        for rule in policy.spec.get("egress", [])
    ]
    assert sorted(ways, key=str) == [
        (["ipBlock"], [443]),
        (["namespaceSelector", "podSelector"], [5000, 5001]),
    ]


def test_a_list_of_nothing_is_refused(deploy: Deploy) -> None:
    with pytest.raises(ValueError, match="no image is given"):
        listed(deploy, {})


def test_it_shows_the_regions_credential_to_the_region_and_the_sites_login_to_the_site(
    deploy: Deploy, engine: Engine
) -> None:
    pod = job(deploy, engine)

    (container,) = pod["containers"]
    secrets = {
        one["name"]: one["valueFrom"]["secretKeyRef"]
        for one in container["env"]
        if "valueFrom" in one
    }
    assert {one["name"] for one in secrets.values()} == {"there"}
    assert secrets["AWS_SESSION_TOKEN"]["optional"]
    (login,) = [volume["secret"] for volume in pod["volumes"] if "secret" in volume]
    assert (login["secretName"], [item["path"] for item in login["items"]]) == (
        "here",
        ["config.json", "ca.crt"],
    )
    assert not pod.get("hostAliases")


def test_the_names_of_aws_lead_to_the_addresses_that_were_told(
    deploy: Deploy, engine: Engine
) -> None:
    pod = job(
        deploy, engine, addresses={"ecr.dkr": ["10.40.0.9", "10.40.1.9"], "s3": ["10.40.0.8"]}
    )

    assert pod["hostAliases"] == [
        {"ip": "10.40.0.9", "hostnames": [THERE]},
        {"ip": "10.40.1.9", "hostnames": [THERE]},
        {
            "ip": "10.40.0.8",
            "hostnames": ["prod-me-central-1-starport-layer-bucket.s3.me-central-1.amazonaws.com"],
        },
    ]


def test_an_address_of_something_else_is_refused(deploy: Deploy, engine: Engine) -> None:
    with pytest.raises(ValueError, match=r"allowed are ecr\.api, ecr\.dkr, s3"):
        job(deploy, engine, addresses={"sts": ["10.40.0.9"]})
