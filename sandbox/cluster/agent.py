"""The node's agent: volumes for claims, addresses for the host, images for the registry."""

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from kubernetes import client, config

from sandbox.cluster import exposure, provisioner, publisher
from sandbox.cluster.specification import Specification, read

PERIOD_SECONDS = 1.0

Task = Callable[[Specification, client.ApiClient], None]


def _for_ever(task: Task, spec: Specification) -> None:
    api = config.new_client_from_config(str(spec.folder / "settings" / "node-agent.kubeconfig"))
    last = ""
    while True:
        try:
            task(spec, api)
            last = ""
        except Exception as error:  # noqa: BLE001 - an agent outlives every fault of its round
            told = f"{task.__module__}: {type(error).__name__}: {str(error)[:500]}"
            if told != last:
                print(told, flush=True)
            last = told
        time.sleep(PERIOD_SECONDS)


def main() -> None:
    """Run the three tasks until the node ends."""
    spec = read(Path(sys.argv[1]))
    tasks: list[Task] = [provisioner.provision, exposure.expose, publisher.publish]
    threads = [threading.Thread(target=_for_ever, args=(task, spec), daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
