"""The token endpoint over TLS, as the distribution project specifies it."""

import base64
import json
import logging
import socket
import ssl
import threading
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app import bearer
from app.account import ACCOUNTS_FOLDER, Account, authenticate
from app.scope import granted

logger = logging.getLogger("token-service")

# A client that says nothing for this long gives its thread back.
PATIENCE_SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Whose tokens these are, what there is, and where the mounted files lie."""

    issuer: str
    service: str
    repositories: tuple[str, ...]
    accounts: Path = ACCOUNTS_FOLDER
    token_key: Path = bearer.KEY_FILE
    tls: Path = Path("/etc/mizan/tls")


class Certificate:
    """The server's certificate, read again when the mounted Secret changed."""

    def __init__(self, folder: Path) -> None:
        """Take the folder with `tls.crt` and `tls.key`."""
        self._files = (folder / "tls.crt", folder / "tls.key")
        self._lock = threading.Lock()
        self._seen: object = None
        self._context: ssl.SSLContext | None = None

    def context(self) -> ssl.SSLContext:
        """A context with the certificate of now; connections that stand keep theirs."""
        with self._lock:
            now = [(stat.st_ino, stat.st_mtime_ns) for stat in map(Path.stat, self._files)]
            if self._context is None or now != self._seen:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.minimum_version = ssl.TLSVersion.TLSv1_2
                context.load_cert_chain(*self._files)
                self._context, self._seen = context, now
            return self._context


class TokenServer(ThreadingHTTPServer):
    """A thread for each connection; the handshake happens there, so nobody waits for another's."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], settings: Settings) -> None:
        """Listen at the address, and refuse to start on files that cannot be used."""
        bearer.read_key(settings.token_key)
        self.settings = settings
        self._certificate = Certificate(settings.tls)
        self._certificate.context()
        super().__init__(address, TokenHandler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Speak TLS with the client, and nothing else."""
        connection: socket.socket = request
        connection.settimeout(PATIENCE_SECONDS)
        try:
            with self._certificate.context().wrap_socket(connection, server_side=True) as secure:
                super().finish_request(secure, client_address)
        except OSError as failed:
            logger.debug("connection from %s ended: %s", client_address, failed)


class TokenHandler(BaseHTTPRequestHandler):
    """`GET /token` for tokens, `GET /health` for probes."""

    server: TokenServer
    server_version = "token-service"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer one request."""
        url = urlsplit(self.path)
        if url.path == "/health":
            self._answer(HTTPStatus.OK, {"status": "ok"})
        elif url.path == "/token":
            self._token(parse_qs(url.query))
        else:
            self._answer(HTTPStatus.NOT_FOUND, {"details": "only /token and /health are here"})

    def do_POST(self) -> None:
        """Say that there is no OAuth2 endpoint here; clients then ask with GET."""
        self._answer(HTTPStatus.METHOD_NOT_ALLOWED, {"details": "ask with GET"})

    def _token(self, query: dict[str, list[str]]) -> None:
        settings = self.server.settings
        if query.get("service") != [settings.service]:
            details = f"tokens are for the service {settings.service} only"
            self._answer(HTTPStatus.BAD_REQUEST, {"details": details})
            return
        account = self._account()
        if account is None:
            self._answer(HTTPStatus.UNAUTHORIZED, {"details": "unknown user or wrong password"})
            return
        scopes = query.get("scope", [])
        access = granted(account, scopes, settings.repositories)
        logger.info("token for %s: asked %s, granted %s", account.user, scopes, access)
        token = bearer.token(
            bearer.read_key(settings.token_key),
            issuer=settings.issuer,
            service=settings.service,
            user=account.user,
            access=access,
        )
        self._answer(
            HTTPStatus.OK,
            {"token": token, "access_token": token, "expires_in": bearer.LIFETIME_SECONDS},
        )

    def _account(self) -> Account | None:
        """Who asks, by the password that was sent; None for nobody."""
        scheme, _, encoded = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, separator, password = base64.b64decode(encoded).decode().partition(":")
        except ValueError:
            return None
        if not separator:
            return None
        account = authenticate(user, password, self.server.settings.accounts)
        if account is None:
            logger.warning("refused a wrong password for %r from %s", user, self.client_address[0])
        return account

    def _answer(self, status: HTTPStatus, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        if status == HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", 'Basic realm="token-service"')
        self.send_header("Content-Type", "application/json")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the inherited name
        """Say nothing of each request: most are probes, and decisions log themselves."""
