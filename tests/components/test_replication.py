import json
from typing import Any

import pytest

from components.compute import Compute
from components.connection import Peer
from components.replication import Own, Primary, Replication, ReplicationArgs
from tests.components.recording import Deploy, Engine


def build(deploy: Deploy, **changes: Any) -> Any:
    given: dict[str, Any] = {
        "namespace": "replication",
        "image": "registry:5000/mizan/replication@sha256:" + "0" * 64,
        "pull_secret": "registry-pull",
        "primary": Primary(
            endpoint="https://s3.me-central-1.amazonaws.com",
            region="me-central-1",
            blocks=["10.40.0.0/16"],
            secret="there",  # noqa: S106 - the name of a Secret
        ),
        "own": Own(
            endpoint="https://store:7070",
            region="me-central-1",
            peer=Peer(namespace="storage", labels={"app": "store"}),
            port=7070,
            secret="here",  # noqa: S106 - the name of a Secret
        ),
        "buckets": {"mizan-lake-1": "copy-of-lake"},
        "report_bucket": "reports",
        "awaited": [],
        "pointers": ["*/release.json"],
        "every_minutes": 15,
        "compute": Compute(
            requests={"cpu": "1", "memory": "1Gi"}, limits={"cpu": "1", "memory": "1Gi"}
        ),
        **changes,
    }
    arguments = ReplicationArgs(**given)
    return deploy(lambda: Replication("replication", arguments).schedule)


def test_it_runs_as_often_as_asked_and_never_twice_at_once(deploy: Deploy, engine: Engine) -> None:
    assert build(deploy) == "*/15 * * * *"
    assert engine.one("CronJob").spec["concurrencyPolicy"] == "Forbid"


def test_the_program_is_told_what_goes_where(deploy: Deploy, engine: Engine) -> None:
    build(deploy)

    told = json.loads(engine.one("ConfigMap").inputs["data"]["declaration.json"])
    assert told == {
        "source": {"endpoint": "https://s3.me-central-1.amazonaws.com", "region": "me-central-1"},
        "target": {"endpoint": "https://store:7070", "region": "me-central-1"},
        "buckets": {"mizan-lake-1": "copy-of-lake"},
        "report_bucket": "reports",
        "pointers": ["*/release.json"],
        "locked_days": 0,
    }


def test_what_is_awaited_is_copied_once_whole_while_the_deployment_waits(
    deploy: Deploy, engine: Engine
) -> None:
    build(
        deploy,
        buckets={"mizan-lake-1": "copy-of-lake", "mizan-models-1": "copy-of-models"},
        awaited=["mizan-models-1"],
    )

    job = engine.one("Job")
    config = engine.named("ConfigMap", job.metadata["name"])
    told = json.loads(config.inputs["data"]["declaration.json"])
    assert told["buckets"] == {"mizan-models-1": "copy-of-models"}
    assert told["report_bucket"] is None
    pods = [job.spec["template"], engine.one("CronJob").spec["jobTemplate"]["spec"]["template"]]
    assert pods[0]["metadata"]["labels"] == pods[1]["metadata"]["labels"]


def test_what_is_awaited_and_not_copied_is_refused(deploy: Deploy) -> None:
    with pytest.raises(ValueError, match="models is awaited and not copied; copied are mizan-lake"):
        build(deploy, awaited=["models"])


def test_it_may_reach_the_two_stores_only(deploy: Deploy, engine: Engine) -> None:
    build(deploy)

    ways = [
        (sorted(rule["to"][0]), rule["ports"][0]["port"])
        for policy in engine.of("NetworkPolicy")
        for rule in policy.spec.get("egress", [])
    ]
    assert sorted(ways, key=str) == [
        (["ipBlock"], 443),
        (["namespaceSelector", "podSelector"], 7070),
    ]


@pytest.mark.parametrize(("minutes", "schedule"), [(1, "*/1 * * * *"), (60, "0 * * * *")])
def test_every_so_many_minutes(deploy: Deploy, minutes: int, schedule: str) -> None:
    assert build(deploy, every_minutes=minutes) == schedule


@pytest.mark.parametrize("minutes", [0, 7, 120])
def test_a_pace_that_is_uneven_is_refused(deploy: Deploy, minutes: int) -> None:
    with pytest.raises(ValueError, match="a divisor of 60"):
        build(deploy, every_minutes=minutes)


@pytest.mark.parametrize("buckets", [{}, {"a": "copy", "b": "copy"}])
def test_copies_that_would_mix_are_refused(deploy: Deploy, buckets: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="a bucket of its own"):
        build(deploy, buckets=buckets)
