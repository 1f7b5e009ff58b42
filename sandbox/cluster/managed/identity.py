"""Who a pod is to the provider: by its service account's token, the credentials of its role.

https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
"""

import json
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from kubernetes import client

from sandbox.cluster.address import NODE_BRIDGE

AGENT: Final = ("169.254.170.23", 80)
PATH: Final = "/v1/credentials"
AUDIENCE: Final = "pods.eks.amazonaws.com"
ACCOUNT_PREFIX: Final = "system:serviceaccount:"
SESSION_SECONDS: Final = 3600
KEPT_SECONDS: Final = 600
"""How long a session is handed out: clients ask again when little is left of its hour."""


class StrangerError(Exception):
    """Whoever asks gets no credentials; the message says why."""


class Identities:
    """The agent of the node, and which pods it serves.

    Args:
        eks: Client of EKS, which knows what is associated.
        sts: Client of STS, which opens sessions.
        reviews: Client of the API server, which knows its own tokens.
    """

    def __init__(self, eks: Any, sts: Any, reviews: Any) -> None:
        self._eks = eks
        self._sts = sts
        self._reviews = reviews
        self._sessions: dict[tuple[str, str], tuple[float, dict[str, str]]] = {}

    def associated(self, namespace: str, account: str) -> Mapping[str, Any] | None:
        """The association of a service account; None where it has none."""
        for one in self._associations():
            if (one["namespace"], one["serviceAccount"]) == (namespace, account):
                found: dict[str, Any] = self._eks.describe_pod_identity_association(
                    clusterName=one["clusterName"], associationId=one["associationId"]
                )["association"]
                return found
        return None

    def _associations(self) -> Iterator[Mapping[str, Any]]:
        for cluster in self._eks.list_clusters()["clusters"]:
            yield from self._eks.list_pod_identity_associations(clusterName=cluster)["associations"]

    def credentials(self, token: str) -> dict[str, str]:
        """Credentials of the role of the pod that bears a token.

        Raises:
            StrangerError: The API server does not know the token, or nothing is associated.
        """
        review = client.V1TokenReview(
            spec=client.V1TokenReviewSpec(token=token, audiences=[AUDIENCE])
        )
        status = self._reviews.create_token_review(review).status
        if not status.authenticated or not status.user.username.startswith(ACCOUNT_PREFIX):
            raise StrangerError(f"the token is not one of a pod for {AUDIENCE}: {status.error}")
        namespace, account = status.user.username.removeprefix(ACCOUNT_PREFIX).split(":")
        until, known = self._sessions.get((namespace, account), (0.0, {}))
        if time.monotonic() > until:
            known = self._session(namespace, account)
            self._sessions[namespace, account] = time.monotonic() + KEPT_SECONDS, known
        return known

    def _session(self, namespace: str, account: str) -> dict[str, str]:
        found = self.associated(namespace, account)
        if found is None:
            raise StrangerError(f"no role is associated with {namespace}/{account}")
        session = self._sts.assume_role(
            RoleArn=found["roleArn"],
            RoleSessionName=f"{namespace}-{account}",
            DurationSeconds=SESSION_SECONDS,
            Tags=[
                {"Key": "eks-cluster-name", "Value": found["clusterName"]},
                {"Key": "kubernetes-namespace", "Value": namespace},
                {"Key": "kubernetes-service-account", "Value": account},
            ],
        )["Credentials"]
        return {
            "AccessKeyId": session["AccessKeyId"],
            "SecretAccessKey": session["SecretAccessKey"],
            "Token": session["SessionToken"],
            "AccountId": found["roleArn"].split(":")[4],
            "Expiration": session["Expiration"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def serve(self) -> None:
        """Answer pods on the agent's address until the node ends."""
        address, port = AGENT
        words = ["ip", "address", "replace", f"{address}/32", "dev", NODE_BRIDGE]
        subprocess.run(words, check=True)
        ThreadingHTTPServer((address, port), _handler(self)).serve_forever()


def _handler(identities: Identities) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != PATH:
                self._answer(HTTPStatus.NOT_FOUND, {"message": f"there is no {self.path}"})
                return
            try:
                found = identities.credentials(self.headers.get("Authorization", ""))
            except StrangerError as error:
                self._answer(HTTPStatus.FORBIDDEN, {"message": str(error)})
            except Exception as error:  # noqa: BLE001 - the pod asks again
                told = {"message": f"{type(error).__name__}: {error}"}
                self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, told)
            else:
                self._answer(HTTPStatus.OK, found)

        def _answer(self, status: HTTPStatus, facts: Mapping[str, str]) -> None:
            if status is not HTTPStatus.OK:
                print(f"identity: {status.value}: {facts['message'][:500]}", flush=True)
            body = json.dumps(facts).encode()
            with suppress(ConnectionError):  # an impatient client asks again
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing of what went well."""

    return Handler
