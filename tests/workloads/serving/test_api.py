"""The protocol against the real model, in process."""

import asyncio
import io
import json
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from signed_model import expected_probability

from app.admission import Admission
from app.api import Application
from app.contract import Contract, TensorContract
from app.inference import Address, Inference
from app.journal import Journal
from app.model import Variant
from app.release import Release
from app.settings import Settings
from app.tensors import write_outputs
from app.worker import build

SLOPES = {"wide": 0.001, "deep": -0.002}
INFER = "/v2/models/delay/infer"
Sent = Callable[..., httpx.Response]


def body(
    carrier: Any = ("EK",), distance: Any = (500.0,), month: Any = (7,), **more: Any
) -> dict[str, Any]:
    rows = len(month)
    return {
        "inputs": [
            {"name": "carrier", "datatype": "BYTES", "shape": [rows, 1], "data": carrier},
            {"name": "distance", "datatype": "FP32", "shape": [rows, 1], "data": distance},
            {"name": "month", "datatype": "INT64", "shape": [rows, 1], "data": month},
        ],
        "parameters": {"subject_id": "passenger-1"},
        **more,
    }


class Client:
    """Asks the application in this process, each request in a loop of its own."""

    def __init__(self, api: Application, log: io.BytesIO) -> None:
        self.api = api
        self._log = log

    async def ask_many(self, *requests: tuple[str, str, dict[str, Any]]) -> list[httpx.Response]:
        transport = httpx.ASGITransport(self.api)
        async with httpx.AsyncClient(transport=transport, base_url="https://serving") as client:
            return await asyncio.gather(
                *(client.request(method, url, **options) for method, url, options in requests)
            )

    def __call__(self, method: str, url: str, **options: Any) -> httpx.Response:
        return asyncio.run(self.ask_many((method, url, options)))[0]

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._log.getvalue().splitlines()]

    def metric(self, name: str, **labels: str) -> float | None:
        for family in text_string_to_metric_families(self("GET", "/metrics").text):
            for sample in family.samples:
                if sample.name == name and labels.items() <= sample.labels.items():
                    return sample.value
        return None

    @property
    def inference(self) -> Inference:
        return self.api.inference


@pytest.fixture
def ask(unpacked: Settings, release: Release) -> Client:
    log = io.BytesIO()
    return Client(build(unpacked, release, Journal(log)), log)


@pytest.fixture
def small(unpacked: Settings, release: Release) -> Client:
    log = io.BytesIO()
    limited = replace(unpacked, max_rows=3, max_body_bytes=1024, queue_limit=2)
    return Client(build(limited, release, Journal(log)), log)


def probabilities(answer: httpx.Response) -> list[float]:
    assert answer.status_code == 200, answer.text
    [output] = answer.json()["outputs"]
    assert (output["name"], output["datatype"]) == ("probability", "FP32")
    data: list[float] = output["data"]
    return data


def error_of(answer: httpx.Response, status: int = 400) -> str:
    assert answer.status_code == status, answer.text
    assert list(answer.json()) == ["error"]
    message: str = answer.json()["error"]
    return message


@pytest.mark.parametrize("variant", ["wide", "deep"])
def test_answers_what_the_graph_says_unseen_and_missing_included(ask: Client, variant: str) -> None:
    sent = body(["EK", "??", ""], [500.0, None, 1200], [7, 1, 12])
    answer = ask("POST", f"/v2/models/delay/versions/{variant}/infer", json=sent)
    expected = [
        expected_probability(SLOPES[variant], *row)
        for row in (("EK", 500.0, 7), ("??", float("nan"), 1), ("", 1200.0, 12))
    ]
    assert probabilities(answer) == pytest.approx(expected, abs=1e-6)
    assert answer.json()["outputs"][0]["shape"] == [3, 1]


def test_the_variant_is_named_in_answer_header_log_and_metrics(
    ask: Client, release: Release
) -> None:
    answer = ask("POST", INFER, json=body(id="request-7"))
    said = answer.json()
    variant = said["parameters"]["variant"]
    assert said["model_name"] == "delay"
    assert said["id"] == answer.headers["x-request-id"] == "request-7"
    assert said["model_version"] == release.variants[variant].version
    assert answer.headers["x-model-variant"] == variant
    assert answer.headers["x-model-version"] == said["model_version"]
    exposure, request = ask.events
    assert (exposure["event"], request["event"]) == ("exposure", "request")
    assert exposure["variant"] == request["variant"] == variant
    assert exposure["version"] == request["version"] == said["model_version"]
    assert exposure["weights"] == {"deep": 20, "wide": 80}
    assert exposure["request_id"] == request["request_id"] == "request-7"
    assert "passenger-1" not in json.dumps(ask.events)
    assert ask.metric("mizan_serving_exposures_total", variant=variant) == 1
    assert ask.metric("mizan_serving_requests_total", variant=variant, code="200") == 1
    assert ask.metric("mizan_serving_request_duration_seconds_count", variant=variant) == 1
    assert ask.metric("mizan_serving_requests_in_flight") == 0
    assert ask.metric("mizan_serving_variant_weight_percent", variant="wide") == 80
    digest = release.variants[variant].digest
    assert ask.metric("mizan_serving_model_info", variant=variant, digest=digest) == 1


def test_a_subject_always_gets_the_same_variant(ask: Client) -> None:
    def variant(subject: str) -> str:
        sent = body(parameters={"subject_id": subject})
        return str(ask("POST", INFER, json=sent).headers["x-model-variant"])

    first = {str(number): variant(str(number)) for number in range(30)}
    assert set(first.values()) == {"wide", "deep"}
    assert {subject: variant(subject) for subject in first} == first


def test_an_addressed_variant_needs_no_subject_and_is_no_exposure(
    ask: Client, release: Release
) -> None:
    for address in ("deep", release.variants["deep"].version):
        answer = ask("POST", f"/v2/models/delay/versions/{address}/infer", json=body(parameters={}))
        assert answer.headers["x-model-variant"] == "deep"
    assert [event["event"] for event in ask.events] == ["request", "request"]


@pytest.mark.parametrize("subject", [None, "", 7, "x" * 257, ["a"]])
def test_a_request_without_a_subject_says_how_to_go_on(ask: Client, subject: Any) -> None:
    parameters = {} if subject is None else {"subject_id": subject}
    message = error_of(ask("POST", INFER, json=body(parameters=parameters)))
    assert message.startswith("parameters.subject_id must be a text")


def binary_body(rows: int, *, outputs: bool = True) -> tuple[bytes, dict[str, str]]:
    texts = b"".join(struct.pack("<I", 2) + b"EK" for _ in range(rows))
    numbers = np.linspace(0, 1000, rows, dtype="<f4").tobytes()
    months = np.full(rows, 7, dtype="<i8").tobytes()
    parts = [("carrier", "BYTES", texts), ("distance", "FP32", numbers), ("month", "INT64", months)]
    head = json.dumps(
        {
            "inputs": [
                {
                    "name": name,
                    "datatype": datatype,
                    "shape": [rows, 1],
                    "parameters": {"binary_data_size": len(part)},
                }
                for name, datatype, part in parts
            ],
            "parameters": {"subject_id": "passenger-1", "binary_data_output": outputs},
        }
    ).encode()
    whole = head + b"".join(part for _, _, part in parts)
    return whole, {"Inference-Header-Content-Length": str(len(head))}


def test_binary_tensors_give_the_same_answer_as_json(ask: Client) -> None:
    rows = 5
    sent, headers = binary_body(rows)
    binary = ask("POST", INFER, content=sent, headers=headers)
    assert binary.headers["content-type"] == "application/octet-stream"
    length = int(binary.headers["inference-header-content-length"])
    [output] = json.loads(binary.content[:length])["outputs"]
    assert output["parameters"] == {"binary_data_size": 4 * rows}
    values = np.frombuffer(binary.content[length:], dtype="<f4")
    distances = np.linspace(0, 1000, rows, dtype="<f4").tolist()
    as_json = ask("POST", INFER, json=body(["EK"] * rows, distances, [7] * rows))
    assert np.array(probabilities(as_json), dtype="<f4").tobytes() == values.tobytes()
    mixed, headers = binary_body(rows, outputs=False)
    assert probabilities(ask("POST", INFER, content=mixed, headers=headers)) == values.tolist()


def test_an_output_can_be_asked_for_by_name_and_form(ask: Client) -> None:
    wanted = [{"name": "probability", "parameters": {"binary_data": True}}]
    answer = ask("POST", INFER, json=body(outputs=wanted))
    assert len(answer.content) - int(answer.headers["inference-header-content-length"]) == 4
    message = error_of(ask("POST", INFER, json=body(outputs=[{"name": "score"}])))
    assert message == "output 'score' does not exist; there is ['probability']"


def test_nested_data_equals_flat_data(ask: Client) -> None:
    flat = ask("POST", INFER, json=body(["EK", "EY"], [1.0, 2.0], [1, 2]))
    nested = ask("POST", INFER, json=body([["EK"], ["EY"]], [[1.0], [2.0]], [[1], [2]]))
    assert probabilities(flat) == probabilities(nested)


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (body(["EK", "EY"]), "input carrier: has 2 values, shape [1, 1] needs 1"),
        (body([7]), "input carrier: data is not a list of BYTES"),
        (body(["x" * 257]), "input carrier: a value has 257 characters"),
        (body(["a\0b"]), "input carrier: a value has 3 characters or a NUL"),
        (body(distance=["5"]), "input distance: data is not a list of FP32"),
        (body(distance=[True]), "input distance: data is not a list of FP32"),
        (body(distance=[-1]), "input distance: has values from -1.0 to -1.0, allowed are finite"),
        (body(distance=[10001]), "from 0.0 to 10000.0 miles"),
        (body(distance=[1e300]), "input distance: has values from inf"),
        (body(["EK"] * 2, [1, 1e9], [1, 1]), "input distance: has values from 1.0 to 1000000000"),
        (body(month=[13]), "input month: has values from 13 to 13"),
        (body(month=[1.5]), "input month: data is not a list of INT64"),
        (body(month=[None]), "input month: data is not a list of INT64"),
        (body(month=[2**64]), "input month: data is not a list of INT64"),
        (body([], [], []), "has 0 rows; 1 to 1000 are allowed"),
        (body(surprise=1), "body is not an inference request: Object contains unknown field"),
        ({"inputs": []} | {"parameters": {"subject_id": "a"}}, "inputs must be exactly"),
        ({}, "body is not an inference request: Object missing required field `inputs`"),
        (body() | {"id": "x" * 129}, "body is not an inference request"),
        (body(["EK"] * 2, [1, -1e9], [1, 1]), "input distance: has values from -1000000000.0"),
    ],
)
def test_a_request_outside_the_contract_is_refused_in_words(
    ask: Client, sent: dict[str, Any], message: str
) -> None:
    assert message in error_of(ask("POST", INFER, json=sent))
    assert ask.metric("mizan_serving_rejections_total", reason="invalid") == 1
    assert ask.events[-1]["status"] == 400
    assert message in ask.events[-1]["error"]


def changed(place: int, **change: Any) -> dict[str, Any]:
    sent = body()
    sent["inputs"][place] = sent["inputs"][place] | change
    return sent


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (changed(0, name="airline"), "missing ['carrier'], unknown ['airline']"),
        (changed(0, name="month"), "an input is given twice"),
        (changed(1, datatype="FP64"), "input distance: datatype is 'FP64', must be FP32"),
        (changed(1, shape=[1]), "input distance: shape is [1], must be [1, 1]"),
        (changed(1, shape=[2, 1]), "input distance: shape is [2, 1], must be [1, 1]"),
        (changed(0, shape=[]), "input carrier: shape [] has 0 rows"),
        (changed(0, shape=[-1, 1]), "input carrier: shape [-1, 1] has -1 rows"),
        (changed(1, parameters={"binary_data_size": 4}), "binary_data_size 4 does not fit"),
        (changed(1, parameters={"binary_data_size": "4"}), "binary_data_size '4' does not fit"),
        (changed(1, parameters={"binary_data_size": 0}), "give either data or binary_data_size"),
    ],
)
def test_a_wrong_tensor_is_named(ask: Client, sent: dict[str, Any], message: str) -> None:
    assert message in error_of(ask("POST", INFER, json=sent))


def test_binary_data_that_does_not_add_up_is_refused(ask: Client) -> None:
    sent, headers = binary_body(2)
    length = int(headers["Inference-Header-Content-Length"])

    def error(content: bytes, json_length: object = length) -> str:
        named = {"Inference-Header-Content-Length": str(json_length)}
        return error_of(ask("POST", INFER, content=content, headers=named))

    assert "1 bytes behind the JSON part belong to no input" in error(sent + b"x")
    assert "does not fit the" in error(sent[:-1])
    assert "give the length of the JSON part" in error(sent, len(sent) + 1)
    assert "give the length of the JSON part" in error(sent, "-1")
    assert "not an inference request" in error(sent, 0)
    assert "datatype" not in error(sent[:length] + b"\xff" * (len(sent) - length))
    wrong_size = sent.replace(b'"binary_data_size": 8', b'"binary_data_size": 7')
    assert "7 bytes are no whole number of FP32" in error(wrong_size[:-1])
    not_text = sent[: length + 4] + b"\xff\xfe" + sent[length + 6 :]
    assert "input carrier: value 0 is not UTF-8" in error(not_text)
    endless = sent[:length] + b"\xff" + sent[length + 1 :]
    assert "ends in the middle of value 0" in error(endless)


def test_too_many_rows_and_too_many_bytes_are_refused(small: Client) -> None:
    sent = body(["EK"] * 4, [1.0] * 4, [1] * 4)
    assert "has 4 rows; 1 to 3 are allowed" in error_of(small("POST", INFER, json=sent))
    message = error_of(small("POST", INFER, content=b" " * 1025), 413)
    assert message == "body is larger than the 1024 bytes allowed"

    async def chunks() -> Any:
        for _ in range(5):
            yield b" " * 300

    assert "1024" in error_of(small("POST", INFER, content=chunks()), 413)


def test_a_body_nested_too_deeply_is_refused(ask: Client) -> None:
    content = b'{"inputs": [], "parameters": {"a": ' + b"[" * 100_000
    assert "nested too deeply" in error_of(ask("POST", INFER, content=content))


def test_rows_that_all_lack_a_value_are_answered(ask: Client) -> None:
    url = "/v2/models/delay/versions/wide/infer"
    found = probabilities(ask("POST", url, json=body(["EK", "EK"], [None, None], [7, 7])))
    assert found == pytest.approx([expected_probability(0.001, "EK", float("nan"), 7)] * 2)


def test_texts_as_output_are_packed_with_their_lengths() -> None:
    tensor = TensorContract("label", "BYTES", [-1, 1])
    answer: dict[str, Any] = {}
    labels = np.array([["late"], ["م"]], dtype=object)
    sent, length = write_outputs(answer, [labels], [(0, True)], Contract([tensor], [tensor]))
    assert sent[length:] == b"\x04\0\0\0late\x02\0\0\0\xd9\x85"


class Gate:
    """Holds the computation of a variant until opened."""

    def __init__(self, variant: Variant) -> None:
        self._compute = variant.compute
        self.opened = threading.Event()

    def __call__(self, tensors: dict[str, np.ndarray]) -> list[np.ndarray]:
        assert self.opened.wait(10)
        return self._compute(tensors)


@pytest.fixture
def gate(small: Client) -> Iterator[Gate]:
    variant = small.inference.addressed["wide"]
    gate = Gate(variant)
    variant.compute = gate  # type: ignore[method-assign]
    yield gate
    gate.opened.set()


def test_beyond_the_queue_requests_get_429_and_probes_still_answer(
    small: Client, gate: Gate
) -> None:
    async def scenario() -> tuple[httpx.Response, httpx.Response, list[httpx.Response]]:
        url = "/v2/models/delay/versions/wide/infer"
        one = ("POST", url, {"json": body()})
        admitted = asyncio.create_task(small.ask_many(one, one))
        while small.inference._admission.in_flight < 2:  # noqa: ASYNC110 - a plain counter
            await asyncio.sleep(0.01)
        [refused] = await small.ask_many(one)
        [probe] = await small.ask_many(("GET", "/v2/health/live", {}))
        gate.opened.set()
        return refused, probe, await admitted

    refused, probe, admitted = asyncio.run(scenario())
    assert "2 requests are in flight" in error_of(refused, 429)
    assert refused.headers["retry-after"] == "1"
    assert probe.json() == {"live": True}
    assert [answer.status_code for answer in admitted] == [200, 200]
    assert small.metric("mizan_serving_rejections_total", reason="queue_full") == 1
    assert small("POST", INFER, json=body()).status_code == 200


def test_closing_finishes_what_waits_and_nobody_is_left_behind() -> None:
    async def scenario() -> list[int]:
        admission = Admission(limit=8, threads=2)
        given_up, *kept = [admission.run(pow, base, 2) for base in range(4)]
        given_up.cancel()
        admission.close()
        assert not any(thread.is_alive() for thread in admission._threads)
        return await asyncio.gather(*kept)

    assert asyncio.run(scenario()) == [1, 4, 9]


def test_a_failing_computation_is_a_500_that_says_nothing_of_the_inside(ask: Client) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("/inside/path")

    for variant in ("wide", "deep"):
        ask.inference.addressed[variant].compute = fail  # type: ignore[method-assign,assignment]
    message = error_of(ask("POST", INFER, json=body()), 500)
    assert message == "the model could not compute this request"
    assert "/inside/path" in ask.events[-1]["error"]
    assert ask.inference._admission.in_flight == 0


def test_a_body_that_does_not_come_is_given_up(
    ask: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.inference.BODY_SECONDS", 0.05)
    sent: list[Any] = []

    async def never() -> Any:
        await asyncio.sleep(5)

    async def gone() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"headers": [], "method": "POST"}
    address = Address(model="delay", version=None)
    for receive, status in ((never, 408), (gone, 499)):
        asyncio.run(ask.inference.answer(address, scope, receive, send))
        assert sent[-2]["status"] == status
    assert ask.inference._admission.in_flight == 0


@pytest.mark.parametrize(
    ("method", "url", "status", "message"),
    [
        ("POST", "/v2/models/other/infer", 404, "model 'other' does not exist; 'delay' does"),
        ("POST", "/v2/models/delay/versions/x/infer", 404, "version 'x' does not exist"),
        ("GET", "/v2/models/other", 404, "model 'other' does not exist"),
        ("GET", "/v2/models/delay/versions/x", 404, "version 'x' does not exist"),
        ("GET", "/v2/models/delay/versions/x/ready", 404, "version 'x' does not exist"),
        ("GET", "/nowhere", 404, "Not Found"),
        ("GET", "/docs", 404, "Not Found"),
        ("GET", INFER, 405, "GET is not allowed here, only POST is"),
    ],
)
def test_what_does_not_exist_says_so_in_the_protocols_shape(
    ask: Client, method: str, url: str, status: int, message: str
) -> None:
    assert message in error_of(ask(method, url), status)


def test_metadata_describes_the_model_and_its_variants(ask: Client, release: Release) -> None:
    assert ask("GET", "/v2").json()["extensions"] == ["binary_tensor_data"]
    said = ask("GET", "/v2/models/delay").json()
    assert said["name"] == "delay"
    assert set(said["versions"]) == {one.version for one in release.variants.values()}
    assert {name: one["weight"] for name, one in said["parameters"]["variants"].items()} == {
        "wide": 80,
        "deep": 20,
    }
    assert said["inputs"][1] == {
        "name": "distance",
        "datatype": "FP32",
        "shape": [-1, 1],
        "parameters": {
            "description": "route length",
            "unit": "miles",
            "min": 0.0,
            "max": 10000.0,
        },
    }
    one = ask("GET", "/v2/models/delay/versions/deep").json()
    assert list(one["parameters"]["variants"]) == ["deep"]


def test_readiness_follows_the_drain_marker(ask: Client, unpacked: Settings) -> None:
    paths = ("/v2/health/ready", "/v2/models/delay/ready", "/v2/models/delay/versions/wide/ready")
    assert [ask("GET", path).status_code for path in paths] == [200] * 3
    unpacked.drain_marker.touch()
    assert [ask("GET", path).status_code for path in paths] == [503] * 3
    assert ask("GET", "/v2/health/live").status_code == 200


def test_the_request_id_of_the_header_is_kept_where_the_body_has_none(ask: Client) -> None:
    answer = ask("POST", INFER, json=body(), headers={"X-Request-Id": "from-the-edge"})
    assert answer.json()["id"] == answer.headers["x-request-id"] == "from-the-edge"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["inputs", "name", "data", "shape", "datatype", "parameters", "id"]),
            inner,
        )
    ),
    max_leaves=12,
)
TENSORS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["carrier", "distance", "month"]),
            "datatype": st.sampled_from(["BYTES", "FP32", "INT64", "BOOL"]),
            "shape": st.lists(st.integers(-2, 3), max_size=3),
            "data": JSON,
        },
        optional={"parameters": st.dictionaries(st.just("binary_data_size"), JSON)},
    ),
    min_size=3,
    max_size=3,
    unique_by=lambda tensor: tensor["name"],
)


@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.one_of(
        st.binary(max_size=200),
        JSON.map(lambda value: json.dumps(value).encode()),
        TENSORS.map(lambda inputs: json.dumps({"inputs": inputs}).encode()),
        st.integers(2000, 5000).map(lambda depth: b'{"inputs":' + b"[" * depth),
    ),
    st.none() | st.integers(-5, 300),
)
def test_no_body_gets_anything_but_an_answer_or_a_clear_refusal(
    ask: Client, content: bytes, length: int | None
) -> None:
    headers = {} if length is None else {"Inference-Header-Content-Length": str(length)}
    url = "/v2/models/delay/versions/wide/infer"
    answer = ask("POST", url, content=content, headers=headers)
    assert answer.status_code in {200, 400}, (content, answer.text)
    assert answer.status_code == 200 or answer.json()["error"]
