"""An executor: the pod that Spark's driver asks the cluster for, with `executor` as its argument.

The image is not Spark's own, so this says to Java what the entry point of that one says.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import pyspark

from app import java
from app.failure import ConfigurationError, JobError
from app.settings import MASTER

KIND = f"-Dspark.master={MASTER}"
"""Without it Spark reads no secret from a file; it tells its executors everything but this."""
BACKEND = "org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend"
JARS = Path(pyspark.__file__).parent / "jars"
OPTION = "SPARK_JAVA_OPT_"
TOLD = {
    "--driver-url": "SPARK_DRIVER_URL",
    "--executor-id": "SPARK_EXECUTOR_ID",
    "--cores": "SPARK_EXECUTOR_CORES",
    "--app-id": "SPARK_APPLICATION_ID",
    "--hostname": "SPARK_EXECUTOR_POD_IP",
    "--resourceProfileId": "SPARK_RESOURCE_PROFILE_ID",
    "--podName": "SPARK_EXECUTOR_POD_NAME",
}
"""What the driver tells an executor through the environment of its pod."""


def main() -> int:  # noqa: RET503 - the last call does not come back
    """Becomes the executor; comes back only where it cannot.

    Returns:
        The exit code of the reason, which stands in the log.
    """
    try:
        environ = java.prepared(os.environ)
    except JobError as error:
        return _refused(str(error), error.exit_code)
    missing = [name for name in (*TOLD.values(), "SPARK_EXECUTOR_MEMORY") if not environ.get(name)]
    if missing:
        return _refused(
            f"no driver started this pod: {', '.join(missing)} are not set",
            ConfigurationError.exit_code,
        )
    words = command(environ)
    _become(words, environ)


def command(environ: Mapping[str, str]) -> list[str]:
    """The command line of the executor."""
    names = [name for name in environ if name.startswith(OPTION)]
    options = [environ[name] for name in sorted(names, key=lambda name: int(name[len(OPTION) :]))]
    memory = environ["SPARK_EXECUTOR_MEMORY"]
    told = [word for flag, name in TOLD.items() for word in (flag, environ[name])]
    return [
        "java", *options, KIND, f"-Xms{memory}", f"-Xmx{memory}",
        "-cp", f"{JARS}/*", BACKEND, *told,
    ]  # fmt: skip


def _become(words: list[str], environ: Mapping[str, str]) -> NoReturn:
    os.execvpe(words[0], words, environ)  # noqa: S606 - it takes this program's place


def _refused(reason: str, code: int) -> int:
    sys.stderr.write(f"{reason}\n")
    return code
