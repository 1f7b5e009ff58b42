"""Brings the cluster's Secrets to what was declared, and leaves alone what is still good."""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from app import credential, material
from app.cluster import OWNER, Cluster, ClusterError, Stored
from app.declaration import Declaration, Place, place

logger = logging.getLogger("issuer")

OPAQUE = "Opaque"
TLS = "kubernetes.io/tls"
LOGIN = "kubernetes.io/dockerconfigjson"


class Reconciliation:
    """One pass over the declaration."""

    def __init__(self, cluster: Cluster, declaration: Declaration, now: datetime) -> None:
        """Take the cluster, what was declared, and the time to judge certificates by."""
        self._cluster = cluster
        self._declaration = declaration
        self._now = now
        self._read: dict[Place, Stored | None] = {}
        self.changes = 0

    def run(self) -> None:
        """Fill every request; raises what the cluster raises, and can simply be run again."""
        authority = self._authority()
        bundle = authority.bundle(self._now)
        # Trust goes out before what has to be trusted.
        for namespace in self._declaration.trust_namespaces:
            self._trust(namespace, bundle)
        fill: dict[str, Callable[[dict[str, Any]], None]] = {
            "tls-certificate": lambda request: self._tls(request, authority, bundle),
            "object-store-credential": lambda request: self._store_credential(request, bundle),
            "registry-account": lambda request: self._registry_account(request, bundle),
            "token-key": self._token_key,
            "signing-key": self._signing_key,
        }
        for request in self._declaration.requests:
            fill[request["kind"]](request)

    def _authority(self) -> material.Authority:
        """The authority of the Secret; a new one where there is none, or where it ends too soon."""
        where = self._declaration.authority
        held = self._data(where)
        if not held:
            authority = material.new_authority(self._declaration.authority_days, self._now, None)
            self._keep_authority(authority, "made the first authority")
            return authority
        key = material.read_key(held.get("ca.key"))
        certificate = material.read_certificate(held.get("ca.crt"))
        if key is None or certificate is None or not material.belong_together(key, certificate):
            raise ClusterError(
                f"the Secret {where} holds no authority that can be read (ca.key, ca.crt): restore "
                "it from a backup, or delete it to begin with a new authority"
            )
        previous = material.read_certificate(held.get("previous.crt"))
        needed = timedelta(
            hours=self._declaration.leaf_hours + self._declaration.renew_before_hours
        )
        end = certificate.not_valid_after_utc
        if end - self._now > needed:
            logger.info("kept     authority %s until %s", where, _day(end))
            return material.Authority(key=key, certificate=certificate, previous=previous)
        authority = material.new_authority(self._declaration.authority_days, self._now, certificate)
        self._keep_authority(authority, f"replaced the authority that ends {_day(end)}")
        return authority

    def _keep_authority(self, authority: material.Authority, what: str) -> None:
        data = {
            "ca.key": material.private_pem(authority.key),
            "ca.crt": material.pem(authority.certificate),
        }
        if authority.previous is not None:
            data["previous.crt"] = material.pem(authority.previous)
        self._write(self._declaration.authority, OPAQUE, data, what)

    def _trust(self, namespace: str, bundle: bytes) -> None:
        """The authority's certificate for whoever trusts it without a Secret."""
        name = self._declaration.trust_name
        held = self._cluster.config_map(namespace, name)
        if held is not None and held.data == {"ca.crt": bundle}:
            return
        if held is not None:
            _own(f"the ConfigMap {namespace}/{name}", held)
        version = held.version if held else ""
        self._cluster.write_config_map(
            namespace, name, Stored(data={"ca.crt": bundle}, version=version)
        )
        self._changed(f"trust {namespace}/{name}", "published the authority")

    def _tls(self, request: dict[str, Any], authority: material.Authority, bundle: bytes) -> None:
        """A server certificate, replaced when it is due or no longer what was asked for."""
        where = place(request["place"])
        held = self._data(where)
        certificate = material.read_certificate(held.get("tls.crt"))
        hosts, addresses = request["hosts"], request["addresses"]
        client = request["client"]
        fault = material.fault_of_leaf(
            material.read_key(held.get("tls.key")),
            certificate,
            authority,
            hosts,
            addresses,
            renew_before=timedelta(hours=self._declaration.renew_before_hours),
            now=self._now,
            client=client,
        )
        if fault is None and certificate is not None:
            self._write(where, TLS, {**held, "ca.crt": bundle}, "now trusts the new authority")
            logger.info("kept     %s until %s", where, _day(certificate.not_valid_after_utc))
            return
        key, leaf = material.new_leaf(
            authority,
            hosts,
            addresses,
            hours=self._declaration.leaf_hours,
            now=self._now,
            client=client,
        )
        data = {
            "tls.key": material.private_pem(key),
            "tls.crt": material.pem(leaf),
            "ca.crt": bundle,
        }
        reason = f"renewed, because {fault}" if held else f"issued for {hosts[0]}"
        self._write(where, TLS, data, f"{reason}; until {_day(leaf.not_valid_after_utc)}")

    def _store_credential(self, request: dict[str, Any], bundle: bytes) -> None:
        """One account's secret key, the same in every copy."""
        user = request["user"].encode()
        copies = [place(copy) for copy in request["copies"]]
        held = [self._data(copy) for copy in copies]
        known = [data["secret_key"] for data in held if data.get("secret_key")]
        secret = known[0] if known else credential.new_password().encode()
        data = {"access_key": user, "secret_key": secret, "ca.crt": bundle}
        for copy in copies:
            self._write(copy, OPAQUE, data, f"credential of {request['user']} written")

    def _registry_account(self, request: dict[str, Any], bundle: bytes) -> None:
        """One account's hash for the token service, and its login where it is used."""
        user, host = request["user"], request["host"]
        account = place(request["account"])
        logins = [place(login) for login in request["logins"]]
        known = [password for login in logins if (password := _password(self._data(login)))]
        password = known[0] if known else credential.new_password()
        stored = self._data(account).get("password_hash", b"").decode()
        kept = credential.is_hash_of(stored, password)
        data = {
            "user": user.encode(),
            "rights": ",".join(sorted(request["rights"])).encode(),
            "password_hash": (stored if kept else credential.password_hash(password)).encode(),
        }
        login = json.dumps({"auths": {host: {"username": user, "password": password}}}).encode()
        # The hash first: a login that nobody knows yet is refused, and that can be tried again.
        self._write(account, OPAQUE, data, f"account of {user} written")
        for where in logins:
            self._write(
                where,
                LOGIN,
                {".dockerconfigjson": login, "ca.crt": bundle},
                f"login of {user} written",
            )

    def _token_key(self, request: dict[str, Any]) -> None:
        """The key that signs registry tokens, and the set of keys that the registry trusts."""
        where = place(request["place"])
        held = material.read_key(self._data(where).get("token.key"))
        key = held or material.new_key()
        trusted = {"keys": [credential.json_web_key(key.public_key())]}
        data = {
            "token.key": material.private_pem(key),
            "jwks.json": json.dumps(trusted, sort_keys=True).encode(),
        }
        self._write(where, OPAQUE, data, "token key written")

    def _signing_key(self, request: dict[str, Any]) -> None:
        """The key that signs models: the private half in one place, the public half elsewhere."""
        where = place(request["private"])
        held = material.read_key(self._data(where).get("signing.key"))
        key = held or material.new_key()
        public = {"signing.pub": material.public_pem(key.public_key())}
        what = "signing key written"
        if held is None and any(self._data(place(copy)) for copy in request["public"]):
            what = "the signing key was gone: made a new one, so everything must be signed again"
        self._write(where, OPAQUE, {"signing.key": material.private_pem(key), **public}, what)
        for copy in request["public"]:
            self._write(place(copy), OPAQUE, public, "public half of the signing key written")

    def _data(self, where: Place) -> Mapping[str, bytes]:
        """What the Secret holds; nothing where it does not exist."""
        if where not in self._read:
            self._read[where] = self._cluster.secret(where.namespace, where.name)
        stored = self._read[where]
        return stored.data if stored else {}

    def _write(self, where: Place, kind: str, data: Mapping[str, bytes], what: str) -> None:
        """Write the Secret, unless it already says so."""
        self._data(where)
        held = self._read[where]
        if held is not None:
            _own(f"the Secret {where}", held)
            if held.type != kind:
                raise ClusterError(
                    f"the Secret {where} is of type {held.type} and {kind} was asked for, which "
                    "Kubernetes does not change: delete the Secret, and it is made anew"
                )
            if dict(held.data) == dict(data):
                return
        version = held.version if held else ""
        self._cluster.write_secret(
            where.namespace, where.name, Stored(data=data, type=kind, version=version)
        )
        self._changed(str(where), what)

    def _changed(self, where: str, what: str) -> None:
        self.changes += 1
        logger.info("changed  %s: %s", where, what)


def _own(what: str, held: Stored) -> None:
    """Refuse to write over what somebody else made."""
    if not OWNER.items() <= held.labels.items():
        raise ClusterError(
            f"{what} exists and the issuer did not make it (no label "
            f"{'='.join(next(iter(OWNER.items())))}): delete it, or ask for another name"
        )


def _password(login: Mapping[str, bytes]) -> str | None:
    """The password in a login; None where there is none that can be read."""
    try:
        auths = json.loads(login[".dockerconfigjson"])["auths"]
        return str(next(iter(auths.values()))["password"])
    except (KeyError, ValueError, TypeError, AttributeError, StopIteration):
        return None


def _day(moment: datetime) -> str:
    """A moment as the log writes it."""
    return f"{moment:%Y-%m-%dT%H:%MZ}"
