"""The model without a server: raw ONNX Runtime in this process, one thread per client."""

import random
import threading
import time

import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped]  # ships no types
from load import Run
from network import CATEGORIES, make_network, make_row


def measure_in_process(*, concurrency: int, seconds: float, most: int) -> Run:
    """Computes single rows as fast as the runtime does, with inputs that are ready made.

    Args:
        concurrency: Threads, each with one computation at a time.
        seconds: Longest time.
        most: Most computations.

    Returns:
        The run with its results.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession(make_network(0), options, providers=["CPUExecutionProvider"])
    draw = random.Random(0)  # noqa: S311 - test data
    rows = [
        {
            name: np.array([[value]], dtype=object if name in CATEGORIES else np.float32)
            for name, value in make_row(draw).items()
        }
        for _ in range(512)
    ]
    run = Run([], seconds, most)

    def client(first: int) -> None:
        for number in range(first, most, concurrency):
            now = time.perf_counter()
            if now >= run.end:
                return
            session.run(["probability"], rows[number % len(rows)])
            run.latencies.append(time.perf_counter() - now)

    threads = [threading.Thread(target=client, args=(first,)) for first in range(concurrency)]
    started = time.perf_counter()
    run.end = started + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.elapsed = time.perf_counter() - started
    return run
