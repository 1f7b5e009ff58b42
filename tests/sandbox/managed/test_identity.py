"""Credentials go to the pods that a role is associated with, and to nobody else."""

import json
import threading
import urllib.error
import urllib.request
from http.server import ThreadingHTTPServer
from types import SimpleNamespace

import boto3
import pytest
from moto import mock_aws

from sandbox.cluster.managed.identity import Identities, StrangerError, _handler

ROLE = "arn:aws:iam::123456789012:role/landing"
KNOWN = {
    "landing-token": "system:serviceaccount:data:landing",
    "serving-token": "system:serviceaccount:serving:serving",
    "node-token": "system:node:node1",
}


class Eks:
    """EKS with one association."""

    def list_clusters(self):
        return {"clusters": ["one"]}

    def list_pod_identity_associations(self, clusterName):  # noqa: N803 - EKS's own spelling
        named = {"namespace": "data", "serviceAccount": "landing", "associationId": "a-1"}
        return {"associations": [{"clusterName": clusterName, **named}]}

    def describe_pod_identity_association(self, clusterName, associationId):  # noqa: N803 - as above
        assert associationId == "a-1"
        return {"association": {"clusterName": clusterName, "roleArn": ROLE}}


class Reviews:
    """An API server that knows three tokens, all for the audience of pod identities."""

    def create_token_review(self, review):
        assert review.spec.audiences == ["pods.eks.amazonaws.com"]
        user = KNOWN.get(review.spec.token)
        status = SimpleNamespace(
            authenticated=user is not None, user=SimpleNamespace(username=user), error="unknown"
        )
        return SimpleNamespace(status=status)


@pytest.fixture
def identities(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "made-up")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield Identities(Eks(), boto3.client("sts", "me-central-1"), Reviews())


def test_a_pod_gets_a_session_of_its_own_role(identities):
    found = identities.credentials("landing-token")
    session = boto3.client(
        "sts", "me-central-1", aws_access_key_id=found["AccessKeyId"],
        aws_secret_access_key=found["SecretAccessKey"], aws_session_token=found["Token"],
    )  # fmt: skip
    assert session.get_caller_identity()["Arn"].endswith("assumed-role/landing/data-landing")
    assert found["AccountId"] == "123456789012"


@pytest.mark.parametrize(
    ("token", "told"),
    [
        ("", "not one of a pod"),
        ("made-up", "not one of a pod"),
        ("node-token", "not one of a pod"),
        ("serving-token", "no role is associated with serving/serving"),
    ],
)
def test_whoever_else_asks_is_refused(identities, token, told):
    with pytest.raises(StrangerError, match=told):
        identities.credentials(token)


def test_the_agent_answers_in_the_form_that_sdks_read(identities):
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(identities))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    try:
        asked = urllib.request.Request(  # noqa: S310 - loopback
            f"{url}/v1/credentials", headers={"Authorization": "landing-token"}
        )
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 - loopback
            found = json.load(answer)
        assert {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"} <= found.keys()
        for path, status in (("/v1/credentials", 403), ("/latest/meta-data", 404)):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"{url}{path}", timeout=10)  # noqa: S310 - loopback
            assert refused.value.code == status
    finally:
        server.shutdown()
