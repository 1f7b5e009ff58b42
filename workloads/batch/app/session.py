"""Spark: this process as driver, and executors in pods of their own or none."""

import json
import math
import os
import ssl
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from app import hosts, java
from app.failure import ConfigurationError, StoreError
from app.settings import API, MASTER, Pods, Settings

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
PATIENCE_S = 30
DRIVER_PORT = 7078
BLOCK_PORT = 7079
IDLE_S = 60
"""An executor without work goes after this time."""
SDK = "software.amazon.awssdk.auth.credentials"
OF_JAVA_MIB = 448
"""What Java needs beside its heap, and Python in the driver."""
OF_JAVA_SHARE = 0.15


def begin(settings: Settings) -> SparkSession:
    """Starts Spark.

    Raises:
        ConfigurationError: The credential or the executors' template cannot be read.
        StoreError: The cluster refuses or does not answer.
    """
    os.environ.update(java.prepared(os.environ))
    builder = SparkSession.builder.appName("batch")
    for name, value in configuration(settings).items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except PySparkException as error:
        raise StoreError(f"Spark does not start: {error}") from error
    session.sparkContext.setLogLevel("ERROR")
    return session


def configuration(settings: Settings) -> dict[str, str]:
    """Spark's settings."""
    pods = settings.pods
    cluster = ALONE if pods is None else of_pods(pods)
    return {**DATA, **_encryption(settings), **_store(settings), **cluster}


DATA = {
    # A run replaces the months that it computes, and no other.
    "spark.sql.sources.partitionOverwriteMode": "dynamic",
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


ALONE = {
    "spark.master": "local[1]",
    "spark.sql.shuffle.partitions": "2",
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
}
"""Driver and executor in this process, which starts quickly and is not there for long."""


def _encryption(settings: Settings) -> dict[str, str]:
    """What is said between driver and executors, and what they spill, nobody else reads."""
    if settings.pods is None:
        return {"spark.io.encryption.enabled": "true"}
    return {
        "spark.authenticate": "true",
        "spark.authenticate.secret.file": str(settings.mounts / "rpc" / "secret_key"),
        "spark.network.crypto.enabled": "true",
        "spark.network.crypto.authEngineVersion": "2",
        "spark.network.crypto.cipher": "AES/GCM/NoPadding",
        "spark.io.encryption.enabled": "true",
        "spark.io.encryption.keySizeBits": "256",
    }


def _store(settings: Settings) -> dict[str, str]:
    """The object store, as the account that is mounted, or as the pod's own identity."""
    hosts.require(settings.endpoint or f"https://s3.{settings.region}.amazonaws.com")
    mounted = settings.credentials.is_dir()
    source = "EnvironmentVariable" if mounted else "Container"
    said = {
        "aws.credentials.provider": f"{SDK}.{source}CredentialsProvider",
        "endpoint.region": settings.region,
        "connection.ssl.enabled": "true",
        "connection.establish.timeout": "15s",
        "attempts.maximum": "5",
        "retry.limit": "5",
    }
    if settings.endpoint:
        said |= {"endpoint": settings.endpoint, "path.style.access": "true"}
    return {f"spark.hadoop.fs.s3a.{name}": value for name, value in said.items()}


def of_pods(pods: Pods) -> dict[str, str]:
    """Executors as pods that this one asks the API server for."""
    return {
        "spark.master": MASTER,
        "spark.submit.deployMode": "client",
        "spark.driver.host": pods.address,
        "spark.driver.bindAddress": pods.address,
        "spark.driver.port": str(DRIVER_PORT),
        "spark.driver.memory": f"{heap(pods.driver_memory_mib)}m",
        "spark.blockManager.port": str(BLOCK_PORT),
        "spark.kubernetes.namespace": pods.namespace,
        "spark.kubernetes.driver.pod.name": pods.driver,
        "spark.kubernetes.authenticate.executor.serviceAccountName": pods.service_account,
        "spark.kubernetes.executor.container.image": pods.image,
        "spark.kubernetes.executor.podTemplateFile": str(template(pods)),
        "spark.kubernetes.executor.podNamePrefix": pods.driver,
        # Everything that executors need is in their template and comes from the driver.
        "spark.kubernetes.executor.disableConfigMap": "true",
        "spark.executor.cores": str(max(1, pods.cpu // 1000)),
        "spark.kubernetes.executor.request.cores": f"{pods.cpu}m",
        "spark.kubernetes.executor.limit.cores": f"{pods.cpu}m",
        "spark.executor.memory": f"{heap(pods.memory_mib)}m",
        "spark.executor.memoryOverhead": f"{pods.memory_mib - heap(pods.memory_mib)}m",
        "spark.dynamicAllocation.enabled": "true",
        "spark.dynamicAllocation.shuffleTracking.enabled": "true",
        "spark.dynamicAllocation.minExecutors": "0",
        "spark.dynamicAllocation.initialExecutors": "1",
        "spark.dynamicAllocation.maxExecutors": str(pods.most),
        "spark.dynamicAllocation.executorIdleTimeout": f"{IDLE_S}s",
        "spark.sql.shuffle.partitions": str(max(8, 2 * pods.most * max(1, pods.cpu // 1000))),
    }


def heap(memory_mib: int) -> int:
    """The part of a pod's memory that is Java's heap, in MiB."""
    return memory_mib - max(OF_JAVA_MIB, math.ceil(memory_mib * OF_JAVA_SHARE))


def template(pods: Pods, account: Path = SERVICE_ACCOUNT, api: str = API) -> Path:
    """The template of the executors, out of the cluster, as the file that Spark takes.

    It lies in the cluster so that whoever judges what runs there has seen it.

    Raises:
        ConfigurationError: There is none, or this pod may not read it.
        StoreError: The API server does not answer.
    """
    where = f"/api/v1/namespaces/{pods.namespace}/podtemplates/{pods.template}"
    try:
        request = urllib.request.Request(  # noqa: S310 - https
            f"{api}{where}",
            headers={"Authorization": f"Bearer {(account / 'token').read_text().strip()}"},
        )
        trusted = ssl.create_default_context(cafile=str(account / "ca.crt"))
        with urllib.request.urlopen(request, timeout=PATIENCE_S, context=trusted) as answer:  # noqa: S310 - https
            said = json.load(answer)["template"]
    except urllib.error.HTTPError as error:
        raise ConfigurationError(f"the template {where} cannot be read: {error}") from error
    except OSError as error:
        raise StoreError(f"the API server does not answer: {error}") from error
    place = Path(tempfile.mkdtemp()) / "executor.json"
    place.write_text(json.dumps({"apiVersion": "v1", "kind": "Pod", **said}))
    return place
