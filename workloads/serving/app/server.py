"""The listener: TLS with certificates that rotate, and a graceful end."""

import hashlib
import os
import ssl
import threading
import time
from collections.abc import Callable

from granian.constants import HTTPModes, Interfaces, Loops, SSLProtocols
from granian.log import LogLevels
from granian.server import Server

from app.failure import ConfigurationError
from app.journal import Journal
from app.settings import Settings

NAME = "mizan-serving"
GRACE_SECONDS = 30


def check_certificate(settings: Settings) -> str:
    """Returns a fingerprint of the certificate and key that are mounted now.

    Raises:
        ConfigurationError: A file is missing, or they do not fit each other.
    """
    seen = hashlib.sha256()
    for path in (settings.certificate, settings.private_key):
        try:
            seen.update(path.read_bytes())
        except OSError as error:
            raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error
    if b"BEGIN PRIVATE KEY" not in settings.private_key.read_bytes():
        raise ConfigurationError(f"{settings.private_key}: is not a PKCS#8 PEM private key")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            settings.certificate, settings.private_key
        )
    except ssl.SSLError as error:
        raise ConfigurationError(
            f"{settings.certificate}: is no certificate of {settings.private_key}: {error}"
        ) from error
    return seen.hexdigest()


class ModelServer(Server):  # type: ignore[misc, valid-type]  # chosen by Granian at import
    """Granian with one worker that is replaced, without a gap, when the certificate changes."""

    def __init__(self, settings: Settings, journal: Journal) -> None:
        """Prepares the listener; `serve` starts it.

        Args:
            settings: What the pod is told.
            journal: Where events go.

        Raises:
            ConfigurationError: Certificate or key cannot be used.
        """
        self._settings = settings
        self._journal = journal
        self._served = check_certificate(settings)
        self._stopping = threading.Event()
        super().__init__(
            NAME,
            address=settings.host,
            port=settings.port,
            interface=Interfaces.ASGI,
            # One process: the queue bound and the metrics are the pod's. More pods, not workers.
            workers=1,
            http=HTTPModes.auto,
            loop=Loops.uvloop,
            websockets=False,
            log_level=LogLevels.warning,
            respawn_interval=settings.reload_overlap_seconds,
            workers_kill_timeout=GRACE_SECONDS,
            ssl_cert=settings.certificate,
            ssl_key=settings.private_key,
            ssl_protocol_min=SSLProtocols.tls12,
        )
        self.on_startup(self._watch)
        self.on_reload(self._use_current_certificate)

    def shutdown(self, exit_code: int = 0) -> None:
        """Says "not ready", keeps answering while endpoints forget this pod, then ends."""
        self._stopping.set()
        if self.interrupt_signal:
            self._journal.write("draining", seconds=self._settings.drain_seconds)
            self._settings.drain_marker.touch()
            time.sleep(self._settings.drain_seconds)
        super().shutdown(exit_code)

    def _watch(self) -> None:
        threading.Thread(target=self._poll, name="certificate", daemon=True).start()

    def _poll(self) -> None:
        while not self._stopping.wait(self._settings.certificate_poll_seconds):
            try:
                current = check_certificate(self._settings)
            except ConfigurationError as error:
                # Half-written or broken: the old pair stays in use, and is looked at again.
                self._journal.write("certificate_refused", error=str(error))
                continue
            if current != self._served:
                self._served = current
                self._journal.write("certificate_changed", fingerprint=current)
                self.signal_handler_reload()

    def _use_current_certificate(self) -> None:
        # A mounted Secret is a chain of links, and Granian keeps where they pointed to.
        settings = self._settings
        self.build_ssl_context(
            cert=settings.certificate,
            key=settings.private_key,
            password=None,
            proto=SSLProtocols.tls12,
            ca=None,
            crl=[],
            client_verify=False,
        )


def prepare_environment(set_variable: Callable[[str, str], None] = os.environ.__setitem__) -> None:
    """Keeps numeric libraries from starting a thread for every core of the node."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        set_variable(name, "1")
