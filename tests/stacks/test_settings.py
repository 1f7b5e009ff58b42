import hashlib
import json

import pulumi
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from environments import CloudRegion, Environment, OnPremises, stacks
from stacks import settings
from tests.support.engine import build

SITE = OnPremises(kind="on-premises", name="here", country="AE", zones=("a",))


def cluster(config: dict[str, str] | None = None) -> settings.Cluster:
    found: list[settings.Cluster] = []
    build("any", config=config, program=lambda: found.append(settings.cluster(SITE)))
    return found[0]


def test_the_projects_defaults_are_those_of_the_embedded_cluster() -> None:
    assert cluster() == settings.Cluster(
        site="here",
        api_address="10.255.255.1",
        api_port=6443,
        encrypted_provisioner="mizan.sandbox/encrypted-path",
    )


def test_a_cluster_sets_its_own_facts() -> None:
    found = cluster({"mizan:apiServerAddress": "192.0.2.7", "mizan:apiServerPort": "443"})

    assert (found.api_address, found.api_port) == ("192.0.2.7", 443)


def test_a_name_is_no_address() -> None:
    with pytest.raises(pulumi.RunError, match=r"'api\.example'.*network policies know no names"):
        cluster({"mizan:apiServerAddress": "api.example"})


def test_no_cluster_is_taken_that_nobody_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)

    with pytest.raises(pulumi.RunError, match="no cluster was named"):
        cluster({"kubernetes:kubeconfig": ""})


def test_the_variable_names_a_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "somewhere")

    assert cluster({"kubernetes:kubeconfig": ""}).site == "here"


def test_an_unknown_environment_is_one_clear_message() -> None:
    with pytest.raises(pulumi.RunError, match="nowhere"):
        build("nowhere")


BANK, SECOND = next(name.split(".") for name in stacks() if "." in name)


def test_a_stack_without_a_dot_is_the_primary_site() -> None:
    assert settings.site(BANK) == settings.environment(BANK).sites.primary


def test_a_stack_with_a_dot_is_the_recovery_site_of_the_same_environment() -> None:
    assert settings.site(f"{BANK}.{SECOND}").name == SECOND
    assert settings.environment(f"{BANK}.{SECOND}").name == BANK


@pytest.mark.parametrize("wanted", ["elsewhere", "me-central-1", "", f"{SECOND}.more"])
def test_what_is_no_recovery_site_is_refused_with_those_there_are(wanted: str) -> None:
    with pytest.raises(pulumi.RunError, match=rf"allowed: {BANK} for .*{BANK}\.{SECOND} for"):
        settings.site(f"{BANK}.{wanted}")


def test_an_environment_with_one_site_has_one_stack() -> None:
    with pytest.raises(pulumi.RunError, match=r"allowed: local for its primary site sandbox$"):
        settings.site("local.elsewhere")


def copied(config: dict[str, str], *, preview: bool = False) -> settings.Copied:
    region = settings.site(BANK)
    assert isinstance(region, CloudRegion)
    found: list[settings.Copied] = []
    build("any", config=config, preview=preview,
          program=lambda: found.append(settings.copied(region, ["lake", "models"])))  # fmt: skip
    return found[0]


def test_the_buckets_that_are_copied_are_told() -> None:
    names = {"lake": "mizan-lake-1", "models": "mizan-models-2"}

    found = copied({"mizan:copiedBuckets": json.dumps(names)})

    assert found.buckets == names
    assert found.endpoint == "https://s3.me-central-1.amazonaws.com"


def test_an_update_refuses_a_bucket_that_nobody_named() -> None:
    config = {"mizan:copiedBuckets": '{"lake": "mizan-lake-1"}'}

    with pytest.raises(pulumi.RunError, match=r"mizan:copiedBuckets\.models"):
        copied(config)
    assert copied(config, preview=True).buckets["lake"] == "mizan-lake-1"


def test_copies_are_never_fetched_without_tls() -> None:
    names = '{"lake": "a", "models": "b"}'

    with pytest.raises(pulumi.RunError, match="https://"):
        copied({"mizan:copiedBuckets": names, "mizan:copiedEndpoint": "http://x"})


def release_key(given: str | None, *, preview: bool = False) -> settings.ReleaseKey:
    region = settings.site(BANK)
    assert isinstance(region, CloudRegion)
    found: list[settings.ReleaseKey] = []
    build("any", config={"mizan:releaseKey": given} if given else {}, preview=preview,
          program=lambda: found.append(settings.release_key(region)))  # fmt: skip
    return found[0]


def pem(key: ec.EllipticCurvePublicKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode()


def test_the_key_of_the_primary_site_is_told() -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    der = key.public_bytes(serialization.Encoding.DER, form)

    found = release_key(pem(key))

    assert found == settings.ReleaseKey(pem=pem(key), digest=hashlib.sha256(der).hexdigest())


def test_an_update_refuses_to_serve_what_it_could_not_check() -> None:
    with pytest.raises(pulumi.RunError, match=r"set mizan:releaseKey < signing\.pub"):
        release_key(None)
    assert release_key(None, preview=True).pem == "not-told"


def test_a_private_key_is_refused_and_not_repeated() -> None:
    secret = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )

    with pytest.raises(pulumi.RunError, match="a private key, which nobody") as refusal:
        release_key(secret.decode())
    assert secret.decode().splitlines()[1] not in str(refusal.value)


@pytest.mark.parametrize(
    "wrong", ["abc", pem(ec.generate_private_key(ec.SECP384R1()).public_key())]
)
def test_what_is_no_such_key_is_refused(wrong: str) -> None:
    with pytest.raises(pulumi.RunError, match="allowed: an EC P-256 public key"):
        release_key(wrong)


def copied_registry(addresses: dict[str, list[str]]) -> settings.CopiedRegistry:
    found: list[settings.CopiedRegistry] = []
    stack = f"{BANK}.{SECOND}"
    build("any", config={"mizan:copiedAddresses": json.dumps(addresses)},
          program=lambda: found.append(settings.copied_registry(stack)))  # fmt: skip
    return found[0]


def test_images_come_from_the_first_sites_registry() -> None:
    found = copied_registry({"ecr.dkr": ["10.40.0.9"]})

    assert found.host == settings.environment(BANK).registry.host
    assert found.addresses == {"ecr.dkr": ["10.40.0.9"]}


def test_a_name_is_no_address_of_an_endpoint() -> None:
    with pytest.raises(pulumi.RunError, match=r"copiedAddresses\.s3 holds 's3\.example'"):
        copied_registry({"s3": ["s3.example"]})


def copied_brokers(config: dict[str, str], *, preview: bool = False) -> str:
    region = settings.site(BANK)
    assert isinstance(region, CloudRegion)
    found: list[str] = []
    build("any", config=config, preview=preview,
          program=lambda: found.append(settings.copied_brokers(region, 9098)))  # fmt: skip
    return found[0]


def test_the_brokers_that_are_mirrored_are_told() -> None:
    addresses = "b-1.example:9098,b-2.example:9098"

    assert copied_brokers({"mizan:copiedBrokers": addresses}) == addresses
    assert copied_brokers({}, preview=True).endswith(".invalid:9098")
    with pytest.raises(pulumi.RunError, match="mizan:copiedBrokers <addresses>"):
        copied_brokers({})


@pytest.mark.parametrize("address", ["b-1.example:9092", "b-1.example", "b-1:9098, b-2:9098"])
def test_an_address_without_the_port_that_speaks_tls_is_refused(address: str) -> None:
    with pytest.raises(pulumi.RunError, match="hosts with the port 9098"):
        copied_brokers({"mizan:copiedBrokers": address})


def test_an_environment_is_found_by_the_stacks_name() -> None:
    assert isinstance(settings.environment("local"), Environment)
