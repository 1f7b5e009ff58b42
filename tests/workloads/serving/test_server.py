"""The real server as a process of its own: TLS, rotation, drain, refusal."""

import json
import socket
import ssl
import threading
import time
from pathlib import Path
from unittest.mock import ANY

import httpx
import pytest
from servers import ObjectStore, Pod, write_certificate

BODY = {
    "inputs": [
        {"name": "carrier", "datatype": "BYTES", "shape": [1, 1], "data": ["EK"]},
        {"name": "distance", "datatype": "FP32", "shape": [1, 1], "data": [500.0]},
        {"name": "month", "datatype": "INT64", "shape": [1, 1], "data": [7]},
    ],
    "parameters": {"subject_id": "passenger-1"},
}


def test_the_lifespan_of_the_application_ends_with_the_server(pod: Pod) -> None:
    pod.start().wait_ready()
    assert pod.stop() == 0
    assert json.loads([line for line in pod.log if line.startswith("{")][-1]) == {
        "event": "draining",
        "time": ANY,
        "seconds": 1,
    }
    assert not any("Lifespan" in line or "Killing" in line for line in pod.log)


def test_serves_over_tls_with_http_1_and_2_and_names_the_variant(pod: Pod) -> None:
    pod.start().wait_ready()
    answers = []
    for http2 in (False, True):
        with pod.client(http2=http2) as client:
            answer = client.post("/v2/models/delay/infer", json=BODY)
            assert answer.http_version == ("HTTP/2" if http2 else "HTTP/1.1")
            answers.append(answer)
    assert [one.status_code for one in answers] == [200, 200]
    variants = {one.headers["x-model-variant"] for one in answers}
    assert variants == {answers[0].json()["parameters"]["variant"]}
    assert answers[0].json()["outputs"] == answers[1].json()["outputs"]
    assert pod.stop() == 0
    lines = [json.loads(line) for line in pod.log if line.startswith("{")]
    exposures = [line for line in lines if line["event"] == "exposure"]
    assert [line["variant"] for line in exposures] == [*variants, *variants]
    assert "passenger-1" not in "".join(pod.log)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1")
def test_refuses_tls_below_1_2_and_plain_text(pod: Pod) -> None:
    pod.start().wait_ready()
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", pod.port)) as plain, pytest.raises(ssl.SSLError):
        old.wrap_socket(plain)
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"http://127.0.0.1:{pod.port}/v2/health/live")
    allowed = ssl.create_default_context(cafile=str(pod.mounts / "tls" / "ca.crt"))
    allowed.maximum_version = ssl.TLSVersion.TLSv1_2
    with (
        socket.create_connection(("127.0.0.1", pod.port)) as plain,
        allowed.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        assert secure.version() == "TLSv1.2"


def test_a_rotated_certificate_is_served_without_a_failed_request(pod: Pod) -> None:
    # As in a mounted Secret: the files are links into a folder that is swapped and removed.
    tls = pod.mounts / "tls"
    first = tls.rename(pod.mounts / "first")
    tls.symlink_to(first)
    pod.start().wait_ready()
    old = ssl.get_server_certificate(("127.0.0.1", pod.port))
    second = write_certificate(pod.mounts / "second")
    trust = ssl.create_default_context(cafile=str(first / "ca.crt"))
    trust.load_verify_locations(str(second / "ca.crt"))
    (pod.mounts / "next").symlink_to(second)
    (pod.mounts / "next").rename(tls)
    for file in first.iterdir():
        file.unlink()

    failures, served, in_a_row = [], 0, 0
    deadline = time.monotonic() + 120  # a busy machine starts the new worker late
    # Old and new worker answer side by side for a while; then only the new one does.
    while in_a_row < 60 and time.monotonic() < deadline:
        try:
            answer = httpx.get(f"https://localhost:{pod.port}/v2/health/live", verify=trust)
            served += answer.status_code == 200
        except httpx.HTTPError as error:
            failures.append(repr(error))
        new = ssl.get_server_certificate(("127.0.0.1", pod.port))
        in_a_row = in_a_row + 1 if new != old else 0
        time.sleep(0.05)
    assert in_a_row == 60
    assert failures == []
    assert served > 10
    assert any('"certificate_changed"' in line for line in pod.log)


def test_a_broken_certificate_keeps_the_old_one_in_use(pod: Pod) -> None:
    pod.start().wait_ready()
    old = ssl.get_server_certificate(("127.0.0.1", pod.port))
    (pod.mounts / "tls" / "tls.crt").write_text("half a certif")
    deadline = time.monotonic() + 10
    while not any('"certificate_refused"' in line for line in pod.log):
        assert time.monotonic() < deadline, pod.log
        time.sleep(0.1)
    assert ssl.get_server_certificate(("127.0.0.1", pod.port)) == old


def test_sigterm_turns_readiness_false_then_finishes_what_is_in_flight(pod: Pod) -> None:
    pod.environ["DRAIN_SECONDS"] = "2"
    pod.start().wait_ready()
    assert pod.process is not None
    body = json.dumps(BODY).encode()
    head = (
        f"POST /v2/models/delay/infer HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    with (
        socket.create_connection(("127.0.0.1", pod.port)) as plain,
        pod.trust().wrap_socket(plain, server_hostname="localhost") as slow,
        pod.client() as client,
    ):
        # In flight: the body arrives only after the signal, and after the drain time.
        slow.sendall(head + body[:10])
        time.sleep(0.2)
        pod.process.terminate()
        deadline = time.monotonic() + 1.5
        while client.get("/v2/health/ready").status_code != 503:
            assert time.monotonic() < deadline
        assert client.get("/v2/health/live").status_code == 200
        assert client.post("/v2/models/delay/infer", json=BODY).status_code == 200
        threading.Timer(2.5, slow.sendall, [body[10:]]).start()
        slow.settimeout(20)
        assert slow.recv(4096).startswith(b"HTTP/1.1 200 ")
    assert pod.process.wait(30) == 0


@pytest.mark.parametrize("name", ["model.onnx", "contract.json", "provenance.dsse.json"])
def test_one_flipped_byte_in_the_store_ends_the_start_with_78_and_the_file(
    pod: Pod, store: ObjectStore, objects: dict[str, bytes], name: str
) -> None:
    key = next(key for key in objects if key.startswith("delay/wide/") and key.endswith(name))
    flipped = bytearray(objects[key])
    flipped[len(flipped) // 2] ^= 1
    bucket = f"flipped-{name.replace('.', '-').replace('_', '-')}"
    store.put(bucket, objects | {key: bytes(flipped)})
    pod.environ["STORE_MODELS"] = bucket
    pod.start()
    assert pod.process is not None
    assert pod.process.wait(60) == 78
    last = json.loads(pod.log[-1])
    assert last["event"] == "refused"
    assert last["error"].startswith(f"{key}: has SHA-256 ")


def test_a_missing_certificate_ends_the_start_with_78_and_the_file(pod: Pod) -> None:
    (Path(pod.mounts) / "tls" / "tls.key").unlink()
    pod.start()
    assert pod.process is not None
    assert pod.process.wait(60) == 78
    assert "tls.key: cannot be read" in json.loads(pod.log[-1])["error"]
