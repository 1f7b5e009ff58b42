"""What the certificate authority can be asked for, each request naming the Secrets it fills."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class SecretPlace:
    """Where a Secret lies."""

    namespace: str
    """Namespace of the Secret."""
    name: str
    """Name of the Secret."""

    def document(self) -> dict[str, str]:
        """The place as the issuer reads it."""
        return {"namespace": self.namespace, "name": self.name}


@dataclass(frozen=True, kw_only=True)
class TlsCertificate:
    """A server certificate in a `kubernetes.io/tls` Secret: `tls.crt`, `tls.key`, `ca.crt`."""

    place: SecretPlace
    """The Secret."""
    hosts: Sequence[str]
    """Host names that the certificate is good for; the first one is its common name."""
    addresses: Sequence[str] = ()
    """IP addresses that the certificate is good for."""
    client: bool = False
    """Whether its holder shows it to servers too, to which its common name says who it is."""

    def places(self) -> list[SecretPlace]:
        """Every Secret that the request fills."""
        return [self.place]

    def document(self) -> dict[str, Any]:
        """The request as the issuer reads it."""
        return {
            "kind": "tls-certificate",
            "place": self.place.document(),
            "hosts": list(self.hosts),
            "addresses": list(self.addresses),
            "client": self.client,
        }


@dataclass(frozen=True, kw_only=True)
class ObjectStoreCredential:
    """An object store account with a random secret: `access_key`, `secret_key`, `ca.crt`."""

    user: str
    """Name of the account, which is also its access key."""
    copies: Sequence[SecretPlace]
    """The Secrets: one beside the store, one where the workload runs."""

    def places(self) -> list[SecretPlace]:
        """Every Secret that the request fills."""
        return list(self.copies)

    def document(self) -> dict[str, Any]:
        """The request as the issuer reads it."""
        return {
            "kind": "object-store-credential",
            "user": self.user,
            "copies": [place.document() for place in self.copies],
        }


@dataclass(frozen=True, kw_only=True)
class RegistryAccount:
    """A registry account with a random password that only its logins hold in the clear."""

    user: str
    """Name of the account."""
    rights: Sequence[Literal["pull", "push"]]
    """What the account may do."""
    host: str
    """Host and port of the registry, as image references begin."""
    account: SecretPlace
    """The Secret that the token service reads: `user`, `rights`, `password_hash` (scrypt)."""
    logins: Sequence[SecretPlace]
    """Image pull Secrets (`kubernetes.io/dockerconfigjson`) with the login, and `ca.crt`."""

    def places(self) -> list[SecretPlace]:
        """Every Secret that the request fills."""
        return [self.account, *self.logins]

    def document(self) -> dict[str, Any]:
        """The request as the issuer reads it."""
        return {
            "kind": "registry-account",
            "user": self.user,
            "rights": list(self.rights),
            "host": self.host,
            "account": self.account.document(),
            "logins": [place.document() for place in self.logins],
        }


@dataclass(frozen=True, kw_only=True)
class TokenKey:
    """The key that signs registry tokens: `token.key`, and `jwks.json` for who checks them."""

    place: SecretPlace
    """The Secret, read by the token service and by the registry in the same pod."""

    def places(self) -> list[SecretPlace]:
        """Every Secret that the request fills."""
        return [self.place]

    def document(self) -> dict[str, Any]:
        """The request as the issuer reads it."""
        return {"kind": "token-key", "place": self.place.document()}


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """The EC P-256 key that signs models; the private half lies in one namespace only."""

    private: SecretPlace
    """The Secret with `signing.key` and `signing.pub`, where only the signing Job runs."""
    public: Sequence[SecretPlace]
    """Secrets with `signing.pub` alone, for whoever verifies."""

    def places(self) -> list[SecretPlace]:
        """Every Secret that the request fills."""
        return [self.private, *self.public]

    def document(self) -> dict[str, Any]:
        """The request as the issuer reads it."""
        return {
            "kind": "signing-key",
            "private": self.private.document(),
            "public": [place.document() for place in self.public],
        }


Request = TlsCertificate | ObjectStoreCredential | RegistryAccount | TokenKey | SigningKey


def secrets_by_namespace(
    requests: Sequence[Request], authority: SecretPlace
) -> dict[str, list[str]]:
    """The Secrets that the issuer keeps, by namespace, each namespace and name in order.

    Raises:
        ValueError: if two requests fill the same Secret, since each would undo the other.
    """
    places = [authority, *chain.from_iterable(request.places() for request in requests)]
    for place in places:
        if places.count(place) > 1:
            raise ValueError(
                f"the Secret {place.name} in namespace {place.namespace} is asked for more than "
                "once: give every request a Secret of its own"
            )
    return {
        namespace: sorted(place.name for place in places if place.namespace == namespace)
        for namespace in sorted({place.namespace for place in places})
    }
