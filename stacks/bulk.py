"""Work in bulk: Spark computes what BI asks for, once the model is in service."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.batch_executors import BatchExecutors, BatchExecutorsArgs
from environments import Environment
from stacks import place, wiring
from stacks.data import Data
from stacks.foundation import Foundation
from stacks.ml import Model
from workloads.batch import TABLES, Batch, BatchArgs, Executors
from workloads.batch.workload import (
    BLOCK_PORT,
    DRIVER_LABELS,
    DRIVER_PORT,
    EXECUTOR,
    EXECUTOR_LABELS,
    LABELS,
)


@dataclass(frozen=True, kw_only=True)
class Bulk:
    """The tables, where the environment works in bulk."""

    batch: Batch | None
    """Ready once the tables are there."""
    places: Mapping[str, pulumi.Input[str]]
    """Where each table lies, by its name."""

    def exports(self) -> dict[str, pulumi.Input[object]]:
        """What the stack tells of it."""
        return {"tables": dict(self.places)} if self.places else {}


def build(environment: Environment, ground: Foundation, data: Data, model: Model) -> Bulk:
    """Build the job that makes the tables, and none where there is no batch or nothing lands."""
    facts, landing = environment.batch, data.landing
    if facts is None or landing is None:
        return Bulk(batch=None, places={})
    allowed = BatchExecutors(
        "batch-executors",
        BatchExecutorsArgs(
            namespace=place.BATCH,
            service_account="batch",
            template=EXECUTOR,
            driver=DRIVER_LABELS,
            executor=EXECUTOR_LABELS,
            driver_port=DRIVER_PORT,
            block_port=BLOCK_PORT,
            api_server_blocks=ground.site.api_server.blocks,
            api_server_port=ground.site.api_server.port,
        ),
        opts=ground.site.placed(*ground.site.walls),
    )
    # Driver and executors alike: the labels of both hold these.
    to_store = ground.site.way_to_store("batch", LABELS, data.store)
    bucket = data.store.bucket_names[place.FEATURES]
    batch = Batch(
        "batch",
        BatchArgs(
            runtime=wiring.runtime("batch", facts.driver, ground),
            driver_memory_mib=facts.driver.limits.memory_mib,
            executors=Executors(
                cpu_millicores=facts.executor.requests.cpu_millicores,
                memory_mib=facts.executor.requests.memory_mib,
                most=facts.max_executors,
            ),
            store=ground.site.client(data.store),
            lake=data.store.bucket_names[place.LAKE],
            features=bucket,
            rpc_secret=place.BATCH_RPC,
            deadline_seconds=facts.timeout_minutes * 60,
            after=landing.revision,
        ),
        # The heavy steps take turns: a small cluster has no room for two.
        opts=ground.under(model.serving, allowed, to_store),
    )
    places = {
        table.name: pulumi.Output.concat("s3://", bucket, f"/{table.name}/") for table in TABLES
    }
    return Bulk(batch=batch, places=places)
