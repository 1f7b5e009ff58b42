"""The token endpoint itself: who gets a token, and what stands in it."""

import base64
import json
import socket
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from components.artifact_registry import in_cluster
from tests.components.apps.certificates import issuer
from tests.components.apps.loading import load
from tests.components.apps.token_service.conftest import PASSWORDS, Registry

app = load("artifact_registry/token_service", "__main__", "account", "bearer", "scope", "server")
SERVICE = in_cluster.host("artifacts")


def ask(
    registry: Registry,
    user: str | None,
    *scopes: str,
    password: str | None = None,
    service: str = SERVICE,
    method: str = "GET",
) -> tuple[int, dict[str, Any]]:
    """The status and the answer of the token endpoint."""
    query = urlencode({"service": service, "scope": list(scopes)}, doseq=True)
    request = urllib.request.Request(f"{registry.realm}?{query}", method=method)  # noqa: S310 - https
    if user is not None:
        pair = f"{user}:{password or PASSWORDS.get(user, '')}".encode()
        request.add_header("Authorization", f"Basic {base64.b64encode(pair).decode()}")
    context = ssl.create_default_context(cafile=str(registry.trust))
    try:
        with urllib.request.urlopen(request, context=context, timeout=10) as answer:  # noqa: S310 - https
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def claims(answer: dict[str, Any]) -> Any:
    payload = answer["token"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=="))


def access(registry: Registry, user: str, *scopes: str) -> Any:
    status, answer = ask(registry, user, *scopes)
    assert status == 200
    return claims(answer)["access"]


def test_a_puller_gets_the_right_to_pull_however_it_asks(registry: Registry) -> None:
    pull = [{"type": "repository", "name": "mizan/serving", "actions": ["pull"]}]
    assert access(registry, "puller", "repository:mizan/serving:pull") == pull
    assert access(registry, "puller", "repository:mizan/serving:pull,push") == pull
    assert access(registry, "puller", "repository:mizan/serving:push") == []
    assert access(registry, "puller", "repository:mizan/serving:*,delete") == []


def test_a_pusher_gets_both_on_every_repository_it_names(registry: Registry) -> None:
    both = ["pull", "push"]
    expected = [
        {"type": "repository", "name": "mizan/serving", "actions": both},
        {"type": "repository", "name": "mizan/base", "actions": ["pull"]},
    ]
    scopes = ("repository:mizan/serving:pull,push", "repository:mizan/base:pull")
    assert access(registry, "pusher", *scopes) == expected
    assert access(registry, "pusher", " ".join(scopes)) == expected


@pytest.mark.parametrize(
    "scope",
    ["registry:catalog:*", "repository:other/thing:pull", "repository", "repository:x", ":::", ""],
)
def test_what_is_no_declared_repository_is_granted_to_nobody(
    registry: Registry, scope: str
) -> None:
    assert access(registry, "pusher", scope) == []


@pytest.mark.parametrize(
    ("user", "password"),
    [
        (None, None),
        ("puller", "wrong"),
        ("puller", PASSWORDS["pusher"]),
        ("stranger", "x"),
        ("../accounts/puller", PASSWORDS["puller"]),
        ("", "x"),
    ],
)
def test_a_wrong_password_gets_no_token(
    registry: Registry, user: str | None, password: str | None
) -> None:
    status, answer = ask(registry, user, "repository:mizan/serving:pull", password=password)
    assert status == 401
    assert "token" not in answer


def test_tokens_are_for_this_registry_only(registry: Registry) -> None:
    status, answer = ask(registry, "puller", service="another")
    assert status == 400
    assert SERVICE in answer["details"]
    _, answer = ask(registry, "puller")
    said = claims(answer)
    assert (said["aud"], said["iss"], said["sub"]) == (SERVICE, in_cluster.TOKEN_ISSUER, "puller")
    assert said["exp"] - said["iat"] == app.bearer.LIFETIME_SECONDS


def test_post_is_refused_so_that_clients_ask_with_get(registry: Registry) -> None:
    assert ask(registry, "puller", method="POST")[0] == 405


def test_a_client_that_says_nothing_holds_nobody_up(registry: Registry) -> None:
    silent = [socket.create_connection(("localhost", registry.token_port)) for _ in range(20)]
    try:
        assert ask(registry, "puller")[0] == 200
    finally:
        for connection in silent:
            connection.close()


def test_plain_http_gets_no_answer(registry: Registry) -> None:
    with socket.create_connection(("localhost", registry.token_port), timeout=5) as plain:
        plain.sendall(b"GET /health HTTP/1.0\r\n\r\n")
        try:
            answer = plain.recv(1024)
        except ConnectionResetError:
            answer = b""
        assert not answer.startswith(b"HTTP")


def test_the_log_names_decisions_and_holds_no_password(registry: Registry) -> None:
    ask(registry, "puller", "repository:mizan/serving:pull,push", password="a-wrong-one")  # noqa: S106 - a wrong one
    ask(registry, "puller", "repository:mizan/serving:pull,push")
    log = (registry.folder / "token.log").read_text()
    assert "a-wrong-one" not in log
    assert PASSWORDS["puller"] not in log


def test_a_hash_that_cannot_be_read_lets_nobody_in(tmp_path: Path) -> None:
    account = tmp_path / "puller"
    account.mkdir()
    (account / "user").write_text("puller")
    (account / "rights").write_text("pull,admin")
    for broken in (
        "",
        "plain",
        "scrypt$x$8$1$AAAA$AAAA",
        "scrypt$3$8$1$AAAA$AAAA",
        "md5$1$1$1$A$A",
    ):
        (account / "password_hash").write_text(broken)
        assert app.account.authenticate("puller", broken, tmp_path) is None
    (account / "password_hash").write_text(issuer.credential.password_hash("right"))
    found = app.account.authenticate("puller", "right", tmp_path)
    assert found is not None
    assert found.rights == {"pull"}
    assert "scrypt" not in repr(found)


def test_a_key_that_cannot_sign_stops_the_start(
    registry: Registry, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rights = tmp_path / "rights.json"
    rights.write_text(json.dumps({"issuer": "i", "service": "s", "repositories": []}))
    # Nothing is mounted at the places that an image has, so the start is refused with the file.
    assert app.main_module.main(["--port", "0", "--rights", str(rights)]) == 1
    assert "/etc/mizan/token/token.key" in caplog.text
