import json
from collections.abc import Sequence
from typing import Any

import pytest

from components.compute import Compute
from components.object_store import Access, Grant, InCluster, ObjectStore, ObjectStoreArgs
from tests.components.recording import Deploy, Engine

COMPUTE = Compute(
    requests={"cpu": "70m", "memory": "300Mi"}, limits={"cpu": "700m", "memory": "600Mi"}
)

LANDING = Grant(user="landing", bucket="lake", access=Access.WRITE)
TRAINING = Grant(user="training", bucket="lake", access=Access.READ, prefix="flights/")


def build(
    deploy: Deploy,
    grants: Sequence[Grant] = (LANDING, TRAINING),
    users: Sequence[str] = ("landing", "training"),
) -> Any:
    site = InCluster(
        namespace="storage",
        image="registry:5000/mizan/object-store@sha256:" + "1" * 64,
        setup_image="registry:5000/mizan/object-store-setup@sha256:" + "2" * 64,
        pull_secret="registry-pull",  # noqa: S106 - the name of a Secret
        storage_class="mizan-encrypted",
        volume_size_gib=5,
        compute=COMPUTE,
        tls_secret="store-tls",  # noqa: S106 - the name of a Secret
        root_secret="store-root",  # noqa: S106 - the name of a Secret
        credential_secrets={user: f"store-{user}" for user in users},
    )
    arguments = ObjectStoreArgs(
        buckets=["lake", "models"], grants=grants, region="me-central-1", site=site
    )
    return deploy(lambda: ObjectStore("store", arguments).endpoint)


def test_it_says_where_it_is(engine: Engine, deploy: Deploy) -> None:
    assert build(deploy) == "https://store.storage.svc.cluster.local:7070"
    (port,) = engine.one("Service").spec["ports"]
    assert port["port"] == port["targetPort"] == 7070


def test_data_lies_on_the_encrypted_class(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    (claim,) = engine.one("StatefulSet").spec["volumeClaimTemplates"]
    assert claim["spec"]["storageClassName"] == "mizan-encrypted"
    assert claim["spec"]["resources"]["requests"]["storage"] == "5Gi"


def test_the_server_gets_the_compute_that_was_said(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    (container,) = engine.one("StatefulSet").spec["template"]["spec"]["containers"]
    assert container["resources"] == {"requests": COMPUTE.requests, "limits": COMPUTE.limits}


def test_the_server_is_asked_for_its_health_over_tls_and_holds_no_other_port(
    engine: Engine, deploy: Deploy
) -> None:
    build(deploy)
    (container,) = engine.one("StatefulSet").spec["template"]["spec"]["containers"]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["scheme"] == "HTTPS"
    assert [port["containerPort"] for port in container["ports"]] == [7070]


def test_the_root_credential_comes_from_its_secret_only(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    (container,) = engine.one("StatefulSet").spec["template"]["spec"]["containers"]
    references = {
        variable["name"]: variable["valueFrom"]["secretKeyRef"]
        for variable in container["env"]
        if "ROOT" in variable["name"]
    }
    assert references == {
        "ROOT_ACCESS_KEY_ID": {"name": "store-root", "key": "access_key"},
        "ROOT_SECRET_ACCESS_KEY": {"name": "store-root", "key": "secret_key"},
    }


def test_the_setup_job_reads_what_was_declared(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    declaration = json.loads(
        engine.named("ConfigMap", "store-setup").inputs["data"]["declaration.json"]
    )
    assert declaration["buckets"] == ["lake", "models"]
    assert declaration["users"] == ["landing", "training"]
    assert declaration["grants"] == [
        {"user": "landing", "bucket": "lake", "access": "write", "prefix": ""},
        {"user": "training", "bucket": "lake", "access": "read", "prefix": "flights/"},
    ]


def test_the_setup_job_reaches_the_store_and_is_the_only_one_let_in(
    engine: Engine, deploy: Deploy
) -> None:
    build(deploy)
    (ingress,) = [p for p in engine.of("NetworkPolicy") if p.spec["policyTypes"] == ["Ingress"]]
    (rule,) = ingress.spec["ingress"]
    (source,) = rule["from"]
    job = engine.one("Job").spec["template"]["metadata"]["labels"]
    assert source["podSelector"]["matchLabels"] == job


@pytest.mark.parametrize(
    ("grant", "message"),
    [
        (Grant(user="landing", bucket="lack", access=Access.READ), "bucket lack.*not declared"),
        (Grant(user="serving", bucket="models", access=Access.READ), "serving.*no credential"),
    ],
)
def test_a_grant_for_nobody_or_nothing_is_refused(
    engine: Engine, deploy: Deploy, grant: Grant, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        build(deploy, grants=[grant])
