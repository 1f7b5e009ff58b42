"""The issuer against a real API server, with the rights that its component declares."""

import base64
import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from components.certificate_authority import (
    CertificateAuthority,
    CertificateAuthorityArgs,
    ObjectStoreCredential,
    RegistryAccount,
    SecretPlace,
    SigningKey,
    TlsCertificate,
    TokenKey,
)
from components.compute import Compute
from tests.components.apps.issuer.conftest import ApiServer
from tests.components.apps.loading import load
from tests.components.recording import Deploy, Engine

app = load(
    "certificate_authority",
    "__main__",
    "cluster",
    "declaration",
    "reconcile",
    "material",
    "credential",
)
HOST = "registry.artifacts.svc.cluster.local:5000"
SECRETS = {
    "artifacts": ["registry-tls", "token-key", "account-puller"],
    "identity": ["certificate-authority"],
    "serving": ["signing-public"],
    "signing": ["signing-key"],
    "storage": ["store-training"],
    "training": ["store-credential", "registry-pull"],
}


def at(namespace: str, name: str) -> SecretPlace:
    return SecretPlace(namespace=namespace, name=name)


ARGUMENTS = CertificateAuthorityArgs(
    compute=Compute(requests={"cpu": "50m"}, limits={"cpu": "500m"}),
    namespace="identity",
    image="seed/issuer@sha256:" + "0" * 64,
    requests=[
        TlsCertificate(
            place=at("artifacts", "registry-tls"),
            hosts=[HOST.split(":", maxsplit=1)[0]],
            addresses=["10.0.0.1"],
        ),
        TokenKey(place=at("artifacts", "token-key")),
        RegistryAccount(
            user="puller",
            rights=["pull"],
            host=HOST,
            account=at("artifacts", "account-puller"),
            logins=[at("training", "registry-pull")],
        ),
        ObjectStoreCredential(
            user="training",
            copies=[at("storage", "store-training"), at("training", "store-credential")],
        ),
        SigningKey(private=at("signing", "signing-key"), public=[at("serving", "signing-public")]),
    ],
    trusting_namespaces=["serving"],
    authority_days=30,
    leaf_hours=24,
    renew_before_hours=8,
)


class World:
    """A cluster with the namespaces and the rights, and an issuer that can be run in it."""

    def __init__(self, server: ApiServer, requests: Path, token: Path) -> None:
        self.server = server
        self.requests = requests
        trust = server.folder / "pki/apiserver.crt"
        self.cluster = app.cluster.Cluster(server.url, token, trust)
        self.reader = app.cluster.Cluster(server.url, server.folder / "admin", trust)

    def issue(self, after: timedelta = timedelta()) -> int:
        """One pass at a time after now; the number of objects that it changed."""
        wanted = app.declaration.read(self.requests)
        attempt = app.reconcile.Reconciliation(self.cluster, wanted, datetime.now(tz=UTC) + after)
        attempt.run()
        return int(attempt.changes)

    def data(self, namespace: str, name: str) -> dict[str, bytes]:
        found = self.reader.secret(namespace, name)
        assert found is not None, f"no Secret {namespace}/{name}"
        return dict(found.data)

    def everything(self) -> dict[str, dict[str, bytes]]:
        return {f"{ns}/{name}": self.data(ns, name) for ns in SECRETS for name in SECRETS[ns]}

    def delete(self, namespace: str, name: str) -> None:
        self.server.kubectl("delete", "secret", "-n", namespace, name)


@pytest.fixture
def world(
    api_server: ApiServer, engine: Engine, deploy: Deploy, tmp_path: Path, token_file: Path
) -> World:
    deploy(lambda: CertificateAuthority("authority", ARGUMENTS).trust_config_map)
    namespaces: list[dict[str, Any]] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in SECRETS
    ]
    rights = [
        {
            **record.inputs,
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": record.type.split(":")[-1],
        }
        for record in [*engine.of("Role"), *engine.of("RoleBinding")]
    ]
    api_server.apply(*namespaces, *rights)
    api_server.kubectl("delete", "secret,configmap", "--all", "--all-namespaces")
    requests = tmp_path / "requests.json"
    requests.write_text(engine.one("ConfigMap").inputs["data"]["requests.json"])
    return World(api_server, requests, token_file)


def test_the_rights_that_are_declared_suffice_and_reach_no_further(world: World) -> None:
    assert world.issue() == 10
    issuer = "--as=system:serviceaccount:identity:issuer"
    allowed = ["get", "secret/store-credential", "-n", "training"]
    world.server.kubectl("auth", "can-i", *allowed, issuer)
    for refused in (
        ["get", "secret/other", "-n", "training"],
        ["list", "secrets", "-n", "training"],
        ["delete", "secret/store-credential", "-n", "training"],
        ["create", "pods", "-n", "identity"],
        ["get", "secret/signing-key", "-n", "kube-system"],
    ):
        with pytest.raises(AssertionError):
            world.server.kubectl("auth", "can-i", *refused, issuer)


def test_a_second_pass_changes_nothing(world: World) -> None:
    world.issue()
    before = world.everything()
    assert world.issue() == 0
    assert world.everything() == before


def test_the_certificate_is_signed_by_the_authority_whose_key_stays_home(world: World) -> None:
    world.issue()
    held = world.data("artifacts", "registry-tls")
    leaf = x509.load_pem_x509_certificate(held["tls.crt"])
    leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(held["ca.crt"]))
    assert set(held) == {"tls.crt", "tls.key", "ca.crt"}
    key = world.data("identity", "certificate-authority")["ca.key"]
    for place, data in world.everything().items():
        assert place == "identity/certificate-authority" or key not in data.values()
    published = json.loads(
        world.server.kubectl("get", "configmap", "mizan-ca", "-n", "serving", "-o", "json")
    )
    assert published["data"]["ca.crt"].encode() == held["ca.crt"]


def test_the_private_signing_key_is_in_its_own_namespace_only(world: World) -> None:
    world.issue()
    private = world.data("signing", "signing-key")["signing.key"]
    public = world.data("serving", "signing-public")
    assert set(public) == {"signing.pub"}
    made = load_pem_private_key(private, password=None).public_key()
    assert made == load_pem_public_key(public["signing.pub"])
    holders = [place for place, data in world.everything().items() if private in data.values()]
    assert holders == ["signing/signing-key"]


def test_the_password_is_where_it_is_used_and_its_hash_where_it_is_checked(world: World) -> None:
    world.issue()
    login = json.loads(world.data("training", "registry-pull")[".dockerconfigjson"])
    account = world.data("artifacts", "account-puller")
    password = login["auths"][HOST]["password"]
    assert login["auths"][HOST]["username"] == "puller"
    assert account["rights"] == b"pull"
    assert app.credential.is_hash_of(account["password_hash"].decode(), password)
    assert password.encode() not in b"".join(account.values())


def test_a_certificate_is_renewed_in_time_and_nothing_else_moves(world: World) -> None:
    world.issue()
    before = world.everything()
    assert world.issue(after=timedelta(hours=17)) == 1
    after = world.everything()
    assert [place for place in before if before[place] != after[place]] == [
        "artifacts/registry-tls"
    ]


def test_a_certificate_that_has_expired_is_renewed_and_nothing_else_moves(world: World) -> None:
    world.issue()
    before = world.everything()
    late = timedelta(hours=25)
    expired = x509.load_pem_x509_certificate(before["artifacts/registry-tls"]["tls.crt"])
    assert expired.not_valid_after_utc < datetime.now(tz=UTC) + late

    assert world.issue(after=late) == 1

    after = world.everything()
    assert [place for place in before if before[place] != after[place]] == [
        "artifacts/registry-tls"
    ]
    renewed = x509.load_pem_x509_certificate(after["artifacts/registry-tls"]["tls.crt"])
    assert renewed.not_valid_after_utc > datetime.now(tz=UTC) + late
    assert world.issue(after=late) == 0


def test_an_authority_that_ended_is_replaced_with_everything_it_signed(world: World) -> None:
    world.issue()
    before = world.everything()
    late = timedelta(days=31)
    world.issue(after=late)
    after = world.everything()
    leaf = x509.load_pem_x509_certificate(after["artifacts/registry-tls"]["tls.crt"])
    bundle = after["artifacts/registry-tls"]["ca.crt"]
    leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(bundle))
    assert bundle != before["artifacts/registry-tls"]["ca.crt"]
    assert bundle.count(b"BEGIN CERTIFICATE") == 1
    for place in ("storage/store-training", "training/store-credential"):
        assert after[place]["secret_key"] == before[place]["secret_key"]
        assert after[place]["ca.crt"] == bundle
    assert after["signing/signing-key"] == before["signing/signing-key"]
    assert world.issue(after=late) == 0


def test_a_lost_copy_is_filled_from_the_one_that_is_left(world: World) -> None:
    world.issue()
    before = world.everything()
    world.delete("training", "store-credential")
    world.delete("serving", "signing-public")
    world.delete("artifacts", "account-puller")
    assert world.issue() == 3
    after = world.everything()
    assert after["training/store-credential"] == before["training/store-credential"]
    assert after["serving/signing-public"] == before["serving/signing-public"]
    password = json.loads(after["training/registry-pull"][".dockerconfigjson"])["auths"][HOST]
    hashed = after["artifacts/account-puller"]["password_hash"].decode()
    assert app.credential.is_hash_of(hashed, password["password"])


def test_a_lost_signing_key_is_said_aloud(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.issue()
    world.delete("signing", "signing-key")
    with caplog.at_level(logging.INFO):
        world.issue()
    assert "everything must be signed again" in caplog.text


def test_what_somebody_else_made_is_not_overwritten(world: World) -> None:
    world.server.kubectl(
        "create", "secret", "generic", "token-key", "-n", "artifacts", "--from-literal=mine=1"
    )
    with pytest.raises(app.cluster.ClusterError, match="artifacts/token-key exists and the issuer"):
        world.issue()
    assert world.data("artifacts", "token-key") == {"mine": b"1"}


def test_an_authority_that_cannot_be_read_is_not_silently_replaced(world: World) -> None:
    world.issue()
    patch = json.dumps({"data": {"ca.key": base64.b64encode(b"broken").decode()}})
    world.server.kubectl("patch", "secret", "certificate-authority", "-n", "identity", "-p", patch)
    with pytest.raises(app.cluster.ClusterError, match="restore it from a backup"):
        world.issue()


def test_a_missing_right_ends_with_its_name_after_the_patience(world: World) -> None:
    world.server.kubectl("delete", "rolebinding", "issuer", "-n", "storage")
    with pytest.raises(app.cluster.ClusterError, match=r"gave up.*403.*store-training"):
        app.main_module.issue(world.requests, world.cluster, patience_seconds=1, pause_seconds=0.1)


def test_an_api_server_out_of_reach_is_said_with_the_remedy(world: World, tmp_path: Path) -> None:
    nobody = app.cluster.Cluster(
        "https://127.0.0.1:1", tmp_path / "token", world.server.folder / "pki/apiserver.crt"
    )
    with pytest.raises(app.cluster.ClusterError, match="needs an ApiServerConnection"):
        app.main_module.issue(world.requests, nobody, patience_seconds=0, pause_seconds=0)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("renew_before_hours", 24, "must be less than"),
        ("renew_before_hours", 0, "more than nothing"),
        ("leaf_hours", 1000, "outlives"),
        ("requests", [{"kind": "tea"}], "known are"),
        ("requests", [{"kind": "token-key"}], "lacks place"),
        ("authority", {}, "is not a declaration"),
    ],
)
def test_a_declaration_that_cannot_be_met_is_refused(
    world: World, field: str, value: Any, message: str
) -> None:
    document = json.loads(world.requests.read_text())
    world.requests.write_text(json.dumps({**document, field: value}))
    with pytest.raises(app.declaration.DeclarationError, match=message):
        world.issue()


def test_outside_a_pod_it_ends_with_one_clear_line(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    assert app.main_module.main([]) == 2
    assert app.main_module.main(["requests.json"]) == 1
    assert "runs as a pod with automountServiceAccountToken" in caplog.messages[-1]
