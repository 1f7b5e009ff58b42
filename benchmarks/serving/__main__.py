"""Measures serving: `python benchmarks/serving [RESULT.json]`, less than 90 seconds.

One run measures three things with the same requests: our server, the same server with an empty
handler (what HTTP and TLS cost), and raw ONNX Runtime in process (what the model costs). The
server and the load generator have one core each where there are two.
"""

import contextlib
import functools
import json
import os
import platform
import random
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from certificate import write_certificate
from in_process import measure_in_process
from load import HOST, Run, measure
from network import make_body, make_row

HERE = Path(__file__).resolve().parent
APP = HERE.parents[1] / "workloads" / "serving"
RESULT = HERE.parent / "results" / "serving.json"
CONCURRENCIES = (1, 8, 32)
SECONDS, WARM_UP_SECONDS, MOST = 6.0, 1.0, 100_000
START_SECONDS = 30.0


def main() -> None:
    """Measures, prints a table and writes the result file."""
    result = Path(sys.argv[1]) if len(sys.argv) > 1 else RESULT
    cores = sorted(os.sched_getaffinity(0))
    server_core, load_core = cores[0], cores[-1]
    rows: list[dict[str, Any]] = []
    requests = _requests()
    for target in ("model", "empty"):
        with _serving(target, server_core) as (port, trust):
            os.sched_setaffinity(0, {load_core})
            for concurrency in CONCURRENCIES:
                load = functools.partial(measure, port=port, concurrency=concurrency, trust=trust)
                load(Run(requests, WARM_UP_SECONDS, MOST))
                run = load(Run(requests, SECONDS, MOST))
                rows.append(_row(target, concurrency, run))
    os.sched_setaffinity(0, {server_core})
    for concurrency in CONCURRENCIES:
        run = measure_in_process(concurrency=concurrency, seconds=SECONDS / 2, most=MOST)
        rows.append(_row("onnxruntime", concurrency, run))
    os.sched_setaffinity(0, set(cores))
    _report(rows, result)


def _requests() -> list[bytes]:
    draw = random.Random(2026)  # noqa: S311 - test data
    bodies = [make_body(make_row(draw), f"subject-{number}") for number in range(1024)]
    return [
        b"POST /v2/models/delay/infer HTTP/1.1\r\nhost: localhost\r\n"
        b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
        for body in bodies
    ]


@contextlib.contextmanager
def _serving(target: str, core: int) -> Iterator[tuple[int, ssl.SSLContext]]:
    with tempfile.TemporaryDirectory() as name, socket.socket() as probe:
        folder = Path(name)
        certificate = write_certificate(folder / "tls")
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
        probe.close()
        told = {
            "MODEL": "delay",
            "STORE_REGION": "none",
            "STORE_MODELS": "none",
            "VARIANT_WEIGHTS": '{"wide": 80, "deep": 20}',
            "EXPERIMENT_SALT": "benchmark",
            "HOST": HOST,
            "PORT": str(port),
            "MOUNT_ROOT": name,
            "SCRATCH": str(folder / "scratch"),
            "DRAIN_SECONDS": "0",
            "PYTHONPATH": f"{HERE}{os.pathsep}{APP}",
            "OMP_NUM_THREADS": "1",
        }
        trust = ssl.create_default_context(cafile=str(certificate))
        # Log lines go to a file, as the node's runtime writes them.
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(
                [sys.executable, str(HERE / "target.py"), target],
                env=os.environ | told,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=lambda: os.sched_setaffinity(0, {core}),  # noqa: PLW1509 - no threads here
            ) as process,
        ):
            try:
                _wait(port, trust, process, folder / "log")
                yield port, trust
            finally:
                process.terminate()


def _wait(port: int, trust: ssl.SSLContext, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with (
            contextlib.suppress(OSError),
            socket.create_connection((HOST, port), 1) as plain,
            trust.wrap_socket(plain, server_hostname="localhost"),
        ):
            return
        time.sleep(0.1)
    sys.exit(f"the server to measure did not start: {log.read_text()[-2000:]}")


def _row(target: str, concurrency: int, run: Run) -> dict[str, Any]:
    if run.failures or not run.latencies:
        sys.exit(f"{target} at concurrency {concurrency}: {run.failures} requests failed")
    p50, p99 = np.percentile(run.latencies, [50, 99]) * 1000
    return {
        "target": target,
        "concurrency": concurrency,
        "requests": len(run.latencies),
        "requests_per_second": round(len(run.latencies) / run.elapsed, 1),
        "p50_ms": round(float(p50), 3),
        "p99_ms": round(float(p99), 3),
    }


def _report(rows: list[dict[str, Any]], result: Path) -> None:
    rate = {(row["target"], row["concurrency"]): row["requests_per_second"] for row in rows}
    ratios = [
        {
            "concurrency": concurrency,
            "of_empty_handler": round(rate["model", concurrency] / rate["empty", concurrency], 3),
            "of_onnxruntime": round(
                rate["model", concurrency] / rate["onnxruntime", concurrency], 3
            ),
        }
        for concurrency in CONCURRENCIES
    ]
    document = {
        "machine": _machine(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "method": (
            "closed loop over TLS 1.3 on loopback, HTTP/1.1 keep-alive, one row a request; own "
            f"asyncio load generator; {SECONDS:g} s each after {WARM_UP_SECONDS:g} s warm-up; "
            "server and generator on one core each; model = our server with exposure and request "
            "log, empty = same server and an empty handler, onnxruntime = raw, in process"
        ),
        "results": rows,
        "ratios": ratios,
    }
    result.parent.mkdir(parents=True, exist_ok=True)
    result.write_text(json.dumps(document, indent=2) + "\n")
    print(f"{'target':<12} {'c':>3} {'requests/s':>11} {'p50 ms':>8} {'p99 ms':>8}")
    for row in rows:
        print(
            f"{row['target']:<12} {row['concurrency']:>3} {row['requests_per_second']:>11.0f} "
            f"{row['p50_ms']:>8.2f} {row['p99_ms']:>8.2f}"
        )
    for ratio in ratios:
        print(
            f"c={ratio['concurrency']}: {ratio['of_empty_handler']:.2f} of the empty handler, "
            f"{ratio['of_onnxruntime']:.2f} of raw ONNX Runtime"
        )
    print(f"written to {result}")


def _machine() -> dict[str, Any]:
    said = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in said if line.startswith("model name")]
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": names[0] if names else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(pages * size / 1024**3, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_average_1m": round(os.getloadavg()[0], 2),
    }


if __name__ == "__main__":
    main()
