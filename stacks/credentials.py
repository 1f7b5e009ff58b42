"""Who holds which certificate, credential and key: the whole list, on one page."""

from collections.abc import Mapping, Sequence

from components.artifact_registry import in_cluster as registry
from components.certificate_authority import (
    ObjectStoreCredential,
    RegistryAccount,
    SecretPlace,
    SigningKey,
    TlsCertificate,
    TokenKey,
)
from components.certificate_authority.request import Request
from components.object_store import in_cluster as store
from components.target_registration import host_names as registration_host_names
from stacks import place
from workloads.serving.workload import host_names as serving_host_names


def for_workloads(*, signs: bool, in_bulk: bool) -> list[Request]:
    """What the workloads need on every kind of site.

    Args:
        signs: Whether models are signed there; else serving trusts a key of another site.
        in_bulk: Whether Spark is among them.
    """
    key = SigningKey(
        private=_secret(place.SIGNING, place.SIGNING_KEY),
        public=[_secret(place.SERVING, place.SIGNING_PUBLIC)],
    )
    # Driver and executors prove themselves to each other with it. No account has this name.
    rpc = ObjectStoreCredential(
        user=place.BATCH_RPC, copies=[_secret(place.BATCH, place.BATCH_RPC)]
    )
    return [
        *([rpc] if in_bulk else []),
        TlsCertificate(
            place=_secret(place.SERVING, place.SERVING_TLS),
            hosts=serving_host_names(place.SERVING),
        ),
        *([key] if signs else []),
        # A random value that only serving ever reads. No account of the store has this name.
        ObjectStoreCredential(
            user=place.EXPERIMENT_SALT, copies=[_secret(place.SERVING, place.EXPERIMENT_SALT)]
        ),
    ]


def in_cluster(
    *,
    registry_host: str,
    registry_address: str,
    accounts: Mapping[str, str],
    publishers: Mapping[str, str],
    pulling: Sequence[str] = (),
) -> list[Request]:
    """What a registry and an object store inside the cluster need besides.

    Args:
        registry_host: Host and port of the registry.
        registry_address: Fixed address of its Service.
        accounts: Namespace of each account of the object store.
        publishers: Namespace of each account that fills the registry from inside the cluster.
        pulling: Namespaces besides, into which images are pulled.
    """
    homes = [place.ARTIFACTS, place.STORAGE, *accounts.values(), *publishers.values()]
    return [
        TlsCertificate(
            place=_secret(place.ARTIFACTS, place.REGISTRY_TLS),
            hosts=registry.host_names(place.ARTIFACTS),
            addresses=[registry_address],
        ),
        TlsCertificate(
            place=_secret(place.STORAGE, place.STORE_TLS), hosts=store.host_names(place.STORAGE)
        ),
        *_registry_accounts(registry_host, list(dict.fromkeys([*homes, *pulling])), publishers),
        *_store_credentials(accounts),
        TokenKey(place=_secret(place.ARTIFACTS, place.REGISTRY_TOKEN_KEY)),
    ]


def at_the_door() -> list[Request]:
    """What a load balancer's controller needs, which nobody calls but the API server could."""
    return [
        TlsCertificate(
            place=_secret(place.DOOR, place.DOOR_TLS), hosts=registration_host_names(place.DOOR)
        )
    ]


def _registry_accounts(
    host: str, pulling: Sequence[str], publishers: Mapping[str, str]
) -> list[Request]:
    return [
        RegistryAccount(
            user="puller",
            rights=["pull"],
            host=host,
            account=_secret(place.ARTIFACTS, place.registry_account("puller")),
            logins=_secrets(pulling, place.REGISTRY_PULL),
        ),
        *(
            RegistryAccount(
                user=user,
                # Whoever pushes looks first what is there already.
                rights=["pull", "push"],
                host=host,
                account=_secret(place.ARTIFACTS, place.registry_account(user)),
                logins=[_secret(namespace, place.REGISTRY_PUSH)],
            )
            for user, namespace in {"pusher": place.ARTIFACTS, **publishers}.items()
        ),
    ]


def _store_credentials(accounts: Mapping[str, str]) -> list[Request]:
    return [
        ObjectStoreCredential(user="root", copies=[_secret(place.STORAGE, place.STORE_ROOT)]),
        *(
            ObjectStoreCredential(
                user=user,
                copies=[
                    _secret(place.STORAGE, place.store_account(user)),
                    _secret(namespace, place.STORE_CREDENTIAL),
                ],
            )
            for user, namespace in accounts.items()
        ),
    ]


def _secret(namespace: str, name: str) -> SecretPlace:
    return SecretPlace(namespace=namespace, name=name)


def _secrets(namespaces: Sequence[str], name: str) -> list[SecretPlace]:
    return [_secret(namespace, name) for namespace in namespaces]
