"""Readiness, reasons and retries, without a cluster."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sandbox.kubernetes_provider import connection
from sandbox.kubernetes_provider.configuration import ClusterAccess
from sandbox.kubernetes_provider.connection import Connection
from sandbox.kubernetes_provider.errors import ApiError, InitializationError, ProviderError
from sandbox.kubernetes_provider.kinds import Identity, Kind
from sandbox.kubernetes_provider.readiness import CHECKS
from sandbox.kubernetes_provider.waiting import Wait, patience, unsupported, wait_until_ready

Json = dict[str, Any]


class Objects:
    """What a cluster would answer: objects by kind, and the logs of containers."""

    def __init__(self, *objects: Json, log: str = "") -> None:
        self.objects = objects
        self.words = log

    def get(self, identity: Identity) -> Json | None:
        found = [o for o in self.objects if Identity.of(o).name == identity.name]
        return next((o for o in found if o["kind"] == identity.kind.name), None)

    def list(self, kind: Kind, namespace: str, **selectors: str) -> list[Json]:
        return [found for found in self.objects if found["kind"] == kind.name]

    def log(self, pod: Json, container: str, *, lines: int, previous: bool) -> str:
        return self.words


def thing(api_version: str, kind: str, status: Json, **spec: Any) -> Json:
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": "it", "namespace": "here", "uid": "u", "generation": 2},
        "spec": {"selector": {"matchLabels": {"a": "b"}}, **spec},
        "status": status,
    }


def state(live: Json, *objects: Json, log: str = "") -> Any:
    key = (Kind(live["apiVersion"], "").group, live["kind"])
    return CHECKS[key](Objects(*objects, log=log), live)  # type: ignore[arg-type]


def pod(*containers: Json, **status: Any) -> Json:
    return thing("v1", "Pod", {"phase": "Pending", "containerStatuses": list(containers), **status})


def crashing(restarts: int) -> Json:
    return {
        "name": "server",
        "restartCount": restarts,
        "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}},
        "lastState": {"terminated": {"exitCode": 78, "reason": "Error"}},
    }


class TestDeployment:
    def live(self, **status: Any) -> Json:
        return thing("apps/v1", "Deployment", {"observedGeneration": 2, **status}, replicas=2)

    def test_it_is_ready_when_every_replica_is_new_and_available(self) -> None:
        done = {"replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}
        assert state(self.live(**done)).ready
        assert not state(self.live(**done | {"replicas": 3})).ready, "an old pod is still there"
        assert not state(self.live(**done | {"observedGeneration": 1})).ready

    def test_a_crash_shows_the_containers_last_words_and_is_given_up_in_the_end(self) -> None:
        early = state(self.live(), pod(crashing(1)), log="signature does not match")
        assert not early.failed
        assert "signature does not match" in early.details[0]
        assert "ended with status 78" in early.details[0]
        assert state(self.live(), pod(crashing(5))).failed

    def test_an_image_that_cannot_be_pulled_may_still_come(self) -> None:
        waiting = {"reason": "ImagePullBackOff", "message": "not found"}
        pulling = pod({"name": "server", "state": {"waiting": waiting}})
        found = state(self.live(), pulling)
        assert not found.failed
        assert "ImagePullBackOff: not found" in found.details[0]

    def test_a_pod_without_a_place_is_explained(self) -> None:
        condition = {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": "0/1 nodes: insufficient cpu",
        }
        found = state(self.live(), pod(conditions=[condition]))
        assert "cannot be scheduled: 0/1 nodes: insufficient cpu" in found.details[0]

    @pytest.mark.parametrize(
        ("message", "hopeless"),
        [
            ('pods "x" is forbidden: violates PodSecurity "restricted"', True),
            ('pods "x" is forbidden: exceeded quota: q', False),
            ('pods "x" is forbidden: error looking up service account', False),
        ],
    )
    def test_pods_that_admission_denies_never_come(self, message: str, hopeless: bool) -> None:  # noqa: FBT001 - a parameter of the test
        refused = {"type": "ReplicaFailure", "status": "True", "message": message}
        found = state(self.live(conditions=[refused]))
        assert found.failed is hopeless
        assert message in found.details

    def test_the_newest_warning_is_shown_where_pods_say_nothing(self) -> None:
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "reason": "FailedCreate",
            "message": "exceeded quota",
            "lastTimestamp": "2020-01-01T00:00:00Z",
        }
        assert state(self.live(), event).details == ["FailedCreate: exceeded quota"]


class TestJob:
    def test_a_failed_job_shows_the_last_lines_of_its_pod(self) -> None:
        failure = {
            "type": "Failed",
            "status": "True",
            "reason": "BackoffLimitExceeded",
            "message": "limit",
        }
        ended = {
            "name": "main",
            "state": {"terminated": {"exitCode": 1, "reason": "OOMKilled"}},
        }
        broken = pod(ended, phase="Failed")
        job = thing("batch/v1", "Job", {"conditions": [failure]})
        found = state(job, broken, log="line 1\nline 2")
        assert found.failed
        assert found.details == [
            (
                "container main of Pod here/it ended with status 1 (OOMKilled), "
                "its last words:\nline 1\nline 2"
            )
        ]

    def test_complete_or_suspended_is_ready(self) -> None:
        complete = {"conditions": [{"type": "Complete", "status": "True"}]}
        assert state(thing("batch/v1", "Job", complete)).ready
        assert state(thing("batch/v1", "Job", {}, suspend=True)).ready
        assert not state(thing("batch/v1", "Job", {"active": 1})).ready


def test_a_claim_is_awaited_unless_its_volume_waits_for_a_pod() -> None:
    claim = thing("v1", "PersistentVolumeClaim", {"phase": "Pending"}, storageClassName="fast")
    late = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "fast"},
        "volumeBindingMode": "WaitForFirstConsumer",
    }
    assert state(claim, late).ready
    assert not state(claim, {**late, "volumeBindingMode": "Immediate"}).ready
    assert "storage class 'fast' does not exist" in state(claim).waiting_for
    bound = {**claim, "status": {"phase": "Bound"}}
    assert state(bound).ready
    assert state({**claim, "status": {"phase": "Lost"}}).failed


def test_a_service_is_ready_with_its_first_ready_endpoint() -> None:
    service = thing("v1", "Service", {}, selector={"a": "b"}, clusterIP="10.0.0.1")
    ends: Json = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "endpoints": [{"conditions": {"ready": False}}],
    }
    assert not state(service).ready
    assert not state(service, ends).ready
    assert state(service, {**ends, "endpoints": [{"conditions": {}}]}).ready
    assert state(thing("v1", "Service", {}, selector={"a": "b"}, clusterIP="None")).ready
    assert state(thing("v1", "Service", {}, selector={}, clusterIP="10.0.0.1")).ready
    assert not state(thing("v1", "Service", {}, type="LoadBalancer", selector={})).ready


def test_stateful_and_daemon_sets_are_ready_when_all_of_them_are_new() -> None:
    new = {"observedGeneration": 2, "readyReplicas": 2, "updatedReplicas": 2}
    assert state(thing("apps/v1", "StatefulSet", new, replicas=2)).ready
    old = {**new, "updatedReplicas": 1, "currentRevision": "a", "updateRevision": "b"}
    assert not state(thing("apps/v1", "StatefulSet", old, replicas=2)).ready
    nodes = {"observedGeneration": 2, "desiredNumberScheduled": 3, "updatedNumberScheduled": 3}
    assert state(thing("apps/v1", "DaemonSet", {**nodes, "numberAvailable": 3})).ready
    assert not state(thing("apps/v1", "DaemonSet", {**nodes, "numberAvailable": 2})).ready


class TestWait:
    def test_a_timeout_tells_the_reason_and_keeps_the_object(self) -> None:
        job = thing("batch/v1", "Job", {"active": 1})
        said: list[str] = []
        wait = Wait(0.3, threading.Event(), said.append)
        with pytest.raises(InitializationError, match=r"not ready after 0\.3 s") as late:
            wait_until_ready(Objects(job), job, wait)  # type: ignore[arg-type]
        assert late.value.live == job
        assert said == ["0 of 1 completions, 1 active, 0 failed"], "said once, not at every look"

    def test_the_engine_ends_a_wait_at_once(self) -> None:
        job = thing("batch/v1", "Job", {"active": 1})
        stopped = threading.Event()
        stopped.set()
        with pytest.raises(InitializationError, match="stopped while waiting for Job here/it"):
            wait_until_ready(Objects(job), job, Wait(60, stopped, print))  # type: ignore[arg-type]

    def test_custom_timeouts_come_before_the_annotation_before_the_default(self) -> None:
        noted = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"annotations": {"pulumi.com/timeoutSeconds": "7"}},
        }
        assert patience(noted, 3) == 3
        assert patience(noted, 0) == 7
        assert patience({}, 0) == 600
        noted["metadata"]["annotations"]["pulumi.com/timeoutSeconds"] = "soon"  # type: ignore[index]
        assert not unsupported(noted)
        waited = {"metadata": {"annotations": {"pulumi.com/waitFor": "condition=Ready"}}}
        assert "pulumi.com/waitFor is not supported" in unsupported(waited)[0]
        with pytest.raises(ProviderError, match="'soon'; it must be a positive number"):
            patience(noted, 0)


class TestConnection:
    @pytest.fixture
    def answers(self) -> list[tuple[int, Json, dict[str, str]]]:
        return []

    @pytest.fixture
    def connected(
        self, answers: list[tuple[int, Json, dict[str, str]]], monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[tuple[Connection, list[str]]]:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body, headers = answers.pop(0) if len(answers) > 1 else answers[0]
                self.send_response(status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_: object) -> None:
                pass

        monkeypatch.setattr(connection, "_FIRST_PAUSE_SECONDS", 0.01)
        monkeypatch.setattr(connection, "_PATIENCE_SECONDS", 0.3)
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        kubeconfig = json.dumps(
            {
                "apiVersion": "v1",
                "clusters": [
                    {
                        "name": "c",
                        "cluster": {"server": f"http://127.0.0.1:{server.server_port}"},
                    }
                ],
                "users": [{"name": "u", "user": {"token": "t"}}],
                "contexts": [
                    {"name": "x", "context": {"cluster": "c", "user": "u", "namespace": "mine"}}
                ],
                "current-context": "x",
            }
        )
        warnings: list[str] = []
        access = ClusterAccess.of({"kubeconfig": kubeconfig})
        made, namespace = access.connect(warnings.append)
        assert namespace == "mine"
        yield made, warnings
        server.shutdown()
        server.server_close()

    def test_what_passes_by_itself_is_asked_again(
        self,
        answers: list[tuple[int, Json, dict[str, str]]],
        connected: tuple[Connection, list[str]],
    ) -> None:
        answers += [
            (429, {"message": "slow down"}, {"Retry-After": "0"}),
            (503, {}, {}),
            (403, {"message": "status unknown for quota: q"}, {}),
            (200, {"kind": "Pod"}, {"Warning": '299 - "old version"'}),
        ]
        made, warnings = connected
        assert made.get("/x") == {"kind": "Pod"}
        assert warnings == ["old version"]

    def test_a_refusal_is_final_and_in_the_servers_words(
        self,
        answers: list[tuple[int, Json, dict[str, str]]],
        connected: tuple[Connection, list[str]],
    ) -> None:
        causes = [{"field": "spec.a", "message": "field is immutable"}]
        refusal = {"reason": "Invalid", "message": "no", "details": {"causes": causes}}
        answers += [(422, refusal, {}), (200, {}, {})]
        with pytest.raises(ApiError, match="no") as refused:
            connected[0].get("/x")
        assert refused.value.status == 422
        assert refused.value.causes == tuple(causes)

    def test_a_server_that_stays_busy_is_given_up_with_its_words(
        self,
        answers: list[tuple[int, Json, dict[str, str]]],
        connected: tuple[Connection, list[str]],
    ) -> None:
        answers += [(200, {}, {}), (503, {"message": "etcd is down"}, {})]
        connected[0].get("/x")
        with pytest.raises(ApiError, match="etcd is down"):
            connected[0].get("/x")
