"""Who gets which variant, asked of the real endpoint over real TLS."""

import http.client
import json
import socket
import ssl
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.host import eventually

pytestmark = pytest.mark.cluster
SUBJECTS = [f"subject-{number}" for number in range(10_000)]
CONNECTIONS = 8
TOLERANCE = 0.015
OTHER_WEIGHTS = {"wide": 70, "deep": 30}


class Connection(http.client.HTTPSConnection):
    """Goes to a loopback port and checks the certificate against the Service's name."""

    def __init__(self, service):
        trust = ssl.create_default_context(cafile=service.authority)
        super().__init__(service.host, service.port, timeout=30, context=trust)
        self._trust, self._loopback = trust, service.loopback

    def connect(self):
        plain = socket.create_connection(("127.0.0.1", self._loopback), self.timeout)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = self._trust.wrap_socket(plain, server_hostname=self.host)


def given(service, path, example, subjects):
    """Variant of each subject."""

    def ask(share):
        connection = Connection(service)
        answers = {}
        for subject in share:
            body = json.dumps({**example, "parameters": {"subject_id": subject}})
            connection.request("POST", path, body, {"content-type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200, text
            answers[subject] = json.loads(text)["parameters"]["variant"]
        connection.close()
        return answers

    shares = [subjects[start::CONNECTIONS] for start in range(CONNECTIONS)]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return {name: variant for answers in pool.map(ask, shares)
                for name, variant in answers.items()}  # fmt: skip


def set_weights(cluster, weights):
    """Give the running Deployment other weights and wait until only new pods answer."""
    text = json.dumps(weights, sort_keys=True)
    cluster.ask("-n", "serving", "set", "env", "deployment/serving", f"VARIANT_WEIGHTS={text}")
    cluster.ask("-n", "serving", "rollout", "status", "deployment/serving", "--timeout=180s")

    def only_new_pods():
        pods = json.loads(cluster.ask("-n", "serving", "get", "pods", "-o", "json"))["items"]
        told = [
            variable["value"]
            for pod in pods
            for variable in pod["spec"]["containers"][0]["env"]
            if variable["name"] == "VARIANT_WEIGHTS"
        ]
        return set(told) == {text}

    eventually(only_new_pods, 120, "the old pods to end")


def shares(variants):
    return {name: count / len(variants) for name, count in Counter(variants.values()).items()}


def test_moving_weights_moves_the_difference_and_nobody_else(
    cluster, serving, environment, infer, example, unchanged
):
    declared = dict(environment.workloads.serving.variants)
    assert declared == {"wide": 80, "deep": 20}, "the move below is from these weights"
    before = given(serving, infer, example, SUBJECTS)
    for name, share in shares(before).items():
        assert abs(share - declared[name] / 100) < TOLERANCE, shares(before)
    try:
        set_weights(cluster, OTHER_WEIGHTS)
        after = given(serving, infer, example, SUBJECTS)
    finally:
        set_weights(cluster, declared)
    for name, share in shares(after).items():
        assert abs(share - OTHER_WEIGHTS[name] / 100) < TOLERANCE, shares(after)
    moves = Counter((before[name], after[name]) for name in SUBJECTS if before[name] != after[name])
    assert set(moves) == {("wide", "deep")}, moves
    assert abs(moves["wide", "deep"] / len(SUBJECTS) - 0.10) < TOLERANCE, moves
    again = SUBJECTS[:1000]
    assert given(serving, infer, example, again) == {name: before[name] for name in again}
    unchanged()


def test_curl_as_the_readme_has_it_gets_a_probability_and_the_variants_name(
    serving, layout, environment, infer, example
):
    curl = [
        "curl", "--silent", "--show-error", "--fail-with-body",
        "--connect-to", f"{serving.host}:{serving.port}:127.0.0.1:{serving.loopback}",
        "--header", "content-type: application/json", "--data", json.dumps(example),
        serving.url(infer),
    ]  # fmt: skip
    trusting = [*curl, "--cacert", layout.state / "ca.crt"]
    done = subprocess.run(trusting, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert 0 < answer["outputs"][0]["data"][0] < 1
    assert answer["parameters"]["variant"] in environment.workloads.serving.variants
    # The same without the platform's authority: curl trusts nobody who is not in its list.
    assert subprocess.run(curl, capture_output=True, check=False).returncode == 60
