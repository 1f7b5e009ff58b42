"""The stand-in as one WSGI application: faults first, then what is kept, then moto."""

import contextlib
import io
import json
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import run_wsgi_app

from sandbox.aws.cloud.authorisation import judge
from sandbox.aws.cloud.call import Answer, Call, RefusedCallError, Settings, called
from sandbox.aws.cloud.faults import Fault, Faults
from sandbox.aws.cloud.inventory import things
from sandbox.aws.cloud.keeping import PASS, Operation, Service, Store
from sandbox.aws.cloud.ledger import Ledger

CONTROL = "/mizan/"
NOBODY = "neither moto nor the stand-in has it"


class StandIn:
    """Answers every request to AWS; one at a time, since neither moto nor the store is locked.

    Args:
        settings: account and region, and who plays the clusters.
        services: the kept services.
    """

    def __init__(self, settings: Settings, services: Iterable[Service]) -> None:
        self.settings = settings
        self._kept: dict[str, dict[str, Operation]] = {}
        for service in services:  # a large one may have several files
            self._kept.setdefault(service.name, {}).update(service.operations)
        self._store = Store()
        self._faults = Faults()
        self._ledger = Ledger()
        self._counts: dict[str, Counter[str]] = {"kept": Counter(), "moto": Counter()}
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._one_at_a_time = threading.RLock()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request, as a WSGI server asks."""
        # Read as a whole: what is left unread would be taken for the connection's next request.
        length = environ.get("CONTENT_LENGTH")
        if length or environ.get("wsgi.input_terminated"):
            stream = environ["wsgi.input"]
            body = stream.read(int(length)) if length else stream.read()
            environ["wsgi.input"] = io.BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        with self._one_at_a_time:
            if environ["PATH_INFO"].startswith(CONTROL):
                status, headers, answer = self._control(environ)
            else:
                status, headers, answer = self._answer(environ)
        headers = [pair for pair in headers if pair[0].lower() != "content-length"]
        if environ["REQUEST_METHOD"] != "HEAD":
            headers.append(("Content-Length", str(len(answer))))
        start(f"{status} {_phrase(status)}", headers)
        return [answer]

    def _answer(self, environ: dict[str, Any]) -> Answer:
        call = called(environ, self.settings)
        if call is None:
            return self._from_moto(environ, None)
        answer = self._of_call(environ, call)
        self._ledger.note(call, answer)
        return answer

    def _of_call(self, environ: dict[str, Any], call: Call) -> Answer:
        if (error := self._faults.of(call)) is not None:
            return call.answer(error)
        try:
            judge(call)
        except RefusedCallError as refusal:
            return call.answer(refusal)
        operation = self._kept.get(call.service, {}).get(call.operation)
        if operation is not None:
            try:
                result = operation(call.read(), self._store)
            except RefusedCallError as refusal:
                result = refusal
            except Exception as error:  # noqa: BLE001 - a client gets an answer, whatever happens
                traceback.print_exc()
                return _failed(call, f"the stand-in failed: {error!r}")
            if result is not PASS:
                self._counts["kept"][str(call)] += 1
                return call.answer(result)
        return self._from_moto(environ, call)

    def _from_moto(self, environ: dict[str, Any], call: Call | None) -> Answer:
        name = str(call) if call else f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        self._counts["moto"][name] += 1
        if call and not self._in_moto(environ):
            return _failed(call, NOBODY)
        try:
            body, status, headers = run_wsgi_app(self._moto, environ, buffered=True)
            content = b"".join(body)
        except NotImplementedError:
            return _failed(call, NOBODY)
        except Exception as error:  # noqa: BLE001 - a client gets an answer, whatever happens
            traceback.print_exc()
            return _failed(call, f"moto failed: {error!r}")
        code = int(status.split()[0])
        if (
            call
            and code == HTTPStatus.NOT_FOUND
            and call.service != "s3"
            and (not content or b"<title>404 Not Found" in content)
        ):
            return _failed(call, NOBODY)
        return code, list(headers.items()), content

    def _in_moto(self, environ: dict[str, Any]) -> bool:
        with contextlib.redirect_stdout(io.StringIO()):  # moto tells its own developers
            host = self._moto.infer_service_region_host(environ, environ["PATH_INFO"])
            return self._moto.get_backend_for_host(host) is not None

    def _control(self, environ: dict[str, Any]) -> Answer:
        asked = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO'].removeprefix(CONTROL)}"
        told: dict[str, Callable[[], Any]] = {
            "GET report": self.report,
            "GET ledger": self._ledger.entries,
            "GET inventory": lambda: things(self._store.all()),
            "DELETE faults": self._faults.clear,
            "POST faults": lambda: self._faults.add(Fault(**json.load(environ["wsgi.input"]))),
        }
        if asked not in told:
            return _json({"message": f"there is no {asked}"}, HTTPStatus.NOT_FOUND)
        try:
            return _json(told[asked]())
        except (TypeError, ValueError) as error:
            return _json({"message": str(error)}, HTTPStatus.BAD_REQUEST)

    def report(self) -> dict[str, Any]:
        """Say which operations were called, who answered, and what is kept now."""
        return {
            "account": self.settings.account,
            "region": self.settings.region,
            **{name: dict(sorted(counts.items())) for name, counts in self._counts.items()},
            "faults": self._faults.injected,
            "records": self._store.everything(),
        }


def _failed(call: Call | None, why: str) -> Answer:
    """Say what the stand-in cannot do: 501, which no client tries again."""
    name = str(call) if call else "this request"
    message = f"{name} is not to be had here: {why}"
    if call is None:
        return _json({"message": message}, HTTPStatus.NOT_IMPLEMENTED)
    return call.answer(RefusedCallError("NotInStandIn", message, HTTPStatus.NOT_IMPLEMENTED))


def _json(body: Any, status: int = HTTPStatus.OK) -> Answer:
    return int(status), [("Content-Type", "application/json")], json.dumps(body).encode()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
