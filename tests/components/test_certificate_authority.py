import json
from typing import Any

import pytest

from components.certificate_authority import (
    CertificateAuthority,
    CertificateAuthorityArgs,
    ObjectStoreCredential,
    RegistryAccount,
    SecretPlace,
    SigningKey,
    TlsCertificate,
)
from components.certificate_authority.request import Request
from components.compute import Compute
from tests.components.recording import Deploy, Engine

COMPUTE = Compute(
    requests={"cpu": "70m", "memory": "300Mi"}, limits={"cpu": "700m", "memory": "600Mi"}
)


def at(namespace: str, name: str) -> SecretPlace:
    return SecretPlace(namespace=namespace, name=name)


STORE_TLS = TlsCertificate(place=at("storage", "store-tls"), hosts=["store.storage.svc"])
TRAINING = ObjectStoreCredential(
    user="training", copies=[at("storage", "store-training"), at("training", "store-credential")]
)
SIGNING = SigningKey(private=at("signing", "signing-key"), public=[at("serving", "signing-public")])
PULLER = RegistryAccount(
    user="puller",
    rights=["pull"],
    host="registry:5000",
    account=at("artifacts", "registry-account-puller"),
    logins=[at("training", "registry-pull")],
)


def build(deploy: Deploy, *requests: Request, leaf_hours: int = 24) -> Any:
    arguments = CertificateAuthorityArgs(
        namespace="identity",
        image="registry:5000/mizan/issuer@sha256:" + "0" * 64,
        requests=requests,
        trusting_namespaces=["serving", "storage"],
        authority_days=30,
        leaf_hours=leaf_hours,
        renew_before_hours=8,
        compute=COMPUTE,
    )
    return deploy(lambda: CertificateAuthority("authority", arguments).trust_config_map)


def rules_in(engine: Engine, namespace: str) -> Any:
    return engine.named("Role", "issuer", namespace).inputs["rules"]


def test_the_issuer_may_write_only_the_secrets_that_it_keeps(
    engine: Engine, deploy: Deploy
) -> None:
    build(deploy, STORE_TLS, TRAINING, SIGNING, PULLER)
    namespaces = {role.metadata["namespace"] for role in engine.of("Role")}
    assert namespaces == {"artifacts", "identity", "serving", "signing", "storage", "training"}
    assert not engine.of("ClusterRole")
    for role in engine.of("Role"):
        for rule in role.inputs["rules"]:
            # Kubernetes cannot limit `create` by name; every other verb is limited.
            assert rule["verbs"] == ["create"] or (
                rule["verbs"] == ["get", "update"] and rule["resourceNames"]
            )
            assert set(rule["resources"]) <= {"secrets", "configmaps"}
    named = [
        rule["resourceNames"] for rule in rules_in(engine, "training") if "get" in rule["verbs"]
    ]
    assert named == [["registry-pull", "store-credential"]]
    identity = [rule.get("resourceNames") for rule in rules_in(engine, "identity")]
    assert identity == [None, ["certificate-authority"]]


def test_every_role_is_bound_to_the_issuer_alone(engine: Engine, deploy: Deploy) -> None:
    build(deploy, STORE_TLS)
    for binding in engine.of("RoleBinding"):
        assert binding.inputs["subjects"] == [
            {"kind": "ServiceAccount", "name": "issuer", "namespace": "identity"}
        ]


def test_a_namespace_that_only_trusts_gives_no_right_to_secrets(
    engine: Engine, deploy: Deploy
) -> None:
    build(deploy, STORE_TLS)
    resources = {tuple(rule["resources"]) for rule in rules_in(engine, "serving")}
    assert resources == {("configmaps",)}


def test_only_the_issuers_pods_get_a_token(engine: Engine, deploy: Deploy) -> None:
    build(deploy, STORE_TLS)
    assert engine.one("ServiceAccount").inputs["automountServiceAccountToken"] is False
    job = engine.one("Job").spec["template"]["spec"]
    rotation = engine.one("CronJob").spec
    assert job["automountServiceAccountToken"] is True
    assert rotation["concurrencyPolicy"] == "Forbid"
    pod = rotation["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["containers"] == job["containers"]
    assert pod["serviceAccountName"] == job["serviceAccountName"] == "issuer"


def test_issuing_and_rotation_get_the_compute_that_was_said(engine: Engine, deploy: Deploy) -> None:
    build(deploy, STORE_TLS)
    rotation = engine.one("CronJob").spec["jobTemplate"]["spec"]["template"]["spec"]
    for pod in (engine.one("Job").spec["template"]["spec"], rotation):
        (container,) = pod["containers"]
        assert container["resources"] == {"requests": COMPUTE.requests, "limits": COMPUTE.limits}


def test_the_requests_hold_no_secret_and_name_every_place(engine: Engine, deploy: Deploy) -> None:
    build(deploy, STORE_TLS, TRAINING, SIGNING, PULLER)
    requests = json.loads(engine.one("ConfigMap").inputs["data"]["requests.json"])
    assert [request["kind"] for request in requests["requests"]] == [
        "tls-certificate",
        "object-store-credential",
        "signing-key",
        "registry-account",
    ]
    assert requests["authority"]["place"] == {
        "namespace": "identity",
        "name": "certificate-authority",
    }


def test_the_job_runs_again_exactly_when_the_requests_change(
    engine: Engine, deploy: Deploy
) -> None:
    def declaration(**more: Any) -> Any:
        engine.records.clear()
        build(deploy, STORE_TLS, **more)
        return engine.one("Job").spec["template"]["metadata"]["annotations"]["mizan/declaration"]

    assert declaration() == declaration()
    assert declaration() != declaration(leaf_hours=48)


def test_two_requests_for_one_secret_are_refused(engine: Engine, deploy: Deploy) -> None:
    with pytest.raises(ValueError, match="Secret store-tls in namespace storage"):
        build(deploy, STORE_TLS, STORE_TLS)
