"""The Job that drives Spark, and the template of its executors."""

from dataclasses import replace

import pytest

from tests.support.engine import Plan, build
from tests.workloads.test_workload_jobs import STORE, runtime
from workloads.batch import TABLES, Batch, BatchArgs, Executors

ARGS = BatchArgs(
    runtime=runtime("batch"),
    driver_memory_mib=2048,
    executors=Executors(cpu_millicores=4000, memory_mib=8192, most=12),
    store=STORE,
    lake="lake",
    features="features",
    rpc_secret="batch-rpc",  # noqa: S106 - the name of a Secret
    deadline_seconds=10800,
    after="data-1",
)


def planned(args: BatchArgs = ARGS) -> Plan:
    return build("any", program=lambda: Batch("batch", args))


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned()


def test_the_driver_is_a_job_that_ends_in_its_time(plan: Plan) -> None:
    job = plan.named("Job", "batch", "batch")
    assert job.spec["activeDeadlineSeconds"] == 10800
    assert job.spec["template"]["metadata"]["labels"] == {
        "app.kubernetes.io/name": "batch",
        "app.kubernetes.io/component": "driver",
    }


def test_the_driver_alone_has_a_token(plan: Plan) -> None:
    driver = plan.named("Job", "batch").spec["template"]["spec"]
    template = plan.named("PodTemplate", "batch-executor").inputs["template"]
    account = plan.named("ServiceAccount", "batch", "batch")
    assert driver["automountServiceAccountToken"] is True
    assert account.inputs["automountServiceAccountToken"] is False
    assert not template["spec"].get("automountServiceAccountToken")
    assert driver["serviceAccountName"] == template["spec"]["serviceAccountName"] == "batch"


def test_an_executor_gets_what_it_requests_and_is_never_restarted(plan: Plan) -> None:
    template = plan.named("PodTemplate", "batch-executor", "batch").inputs["template"]
    (container,) = template["spec"]["containers"]
    assert container["resources"] == {
        "requests": {"cpu": "4000m", "memory": "8192Mi"},
        "limits": {"cpu": "4000m", "memory": "8192Mi"},
    }
    assert container["image"] == "registry/x@sha256:aa"
    assert template["spec"]["restartPolicy"] == "Never"


def test_the_driver_is_told_what_it_may_start(plan: Plan) -> None:
    (container,) = plan.named("Job", "batch").spec["template"]["spec"]["containers"]
    told = {one["name"]: one.get("value") or one["valueFrom"] for one in container["env"]}
    assert told["MAX_EXECUTORS"] == "12"
    assert told["EXECUTOR_TEMPLATE"] == "batch-executor"
    assert told["EXECUTOR_IMAGE"] == "registry/x@sha256:aa"
    assert told["POD_IP"] == {"fieldRef": {"fieldPath": "status.podIP"}}


def test_both_hold_the_shared_secret_and_the_stores_credential(plan: Plan) -> None:
    for spec in (
        plan.named("Job", "batch").spec["template"]["spec"],
        plan.named("PodTemplate", "batch-executor").inputs["template"]["spec"],
    ):
        secrets = {one["name"]: one["secret"]["secretName"] for one in spec["volumes"]}
        assert secrets == {"rpc": "batch-rpc", "store": "store-credential"}


def test_other_data_are_computed_again() -> None:
    plans = [planned(), planned(replace(ARGS, after="data-2"))]
    first, second = (
        one.named("Job", "batch").spec["template"]["metadata"]["annotations"] for one in plans
    )
    assert first != second


def test_the_catalogue_is_told_of_every_column() -> None:
    assert {table.name for table in TABLES} == {
        "daily_delays_by_carrier",
        "daily_delays_by_origin",
        "daily_delays_by_route",
    }
    for table in TABLES:
        assert table.columns[0].name == "day"
        assert table.partition.name == "month"
        assert all(
            column.type in {"date", "string", "bigint", "double"} for column in table.columns
        )
