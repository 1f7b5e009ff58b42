"""What the user sees at the end of `up`: the same facts as a table and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.verification import Answers


@dataclass(frozen=True)
class Summary:
    """Result of one `up`.

    Attributes:
        environment: Name of the environment.
        changes: Operation -> number of resources.
        unchanged: Resources left as they were.
        rules: Policy rules that judged the plan, and passed it.
        answers: What the running platform said.
        seconds: Duration of each step, and in total.
        peak_memory_gib: Most memory that the cluster's processes held together, in GiB; None
            for a cluster of the user's own.
        held_to: Limits of the whole cluster and what it took of them; None where it has none.
        stand_ins: What was not the real thing.
        machine: What it ran on.
        kubeconfig: Path of the administrator's kubeconfig.
        serving_port: Loopback port of the serving endpoint.
    """

    environment: str
    changes: Mapping[str, int]
    unchanged: int
    rules: int
    answers: Answers
    seconds: Mapping[str, float]
    peak_memory_gib: float | None
    held_to: Mapping[str, float] | None
    stand_ins: Sequence[str]
    machine: Mapping[str, str | int]
    kubeconfig: str
    serving_port: int

    def facts(self) -> dict[str, Any]:
        """The summary as plain data."""
        return asdict(self)


def show(summary: Summary) -> None:
    """Print the summary as a table."""
    rows = list(_rows(summary))
    width = max(len(name) for name, _ in rows)
    line = "─" * (width + 70)
    print(line)
    for name, text in rows:
        print(f"{name:<{width}}  {text}")
    print(line, flush=True)


def _rows(summary: Summary) -> Iterator[tuple[str, str]]:
    answers = summary.answers
    yield "environment", summary.environment
    changes = ", ".join(f"{count} {what}" for what, count in summary.changes.items())
    yield "changes", f"{changes or '0 changes'} ({summary.unchanged} unchanged)"
    yield "policies", f"{summary.rules} rules passed, 0 violations"
    yield (
        "serving",
        (
            f"https://serving.serving.svc.cluster.local:8443 "
            f"(127.0.0.1:{summary.serving_port}), Open Inference Protocol v2"
        ),
    )
    yield "kubeconfig", summary.kubeconfig
    yield "model", f"{answers.model}, signed by key {answers.signed_by[:16]}…"
    for name, facts in answers.variants.items():
        yield (
            f"  {name}",
            f"version {facts['version']}, {facts['digest'][:23]}…, {facts['weight']} %",
        )
        for words in _metrics(facts["metrics"]):
            yield "", words
        prediction = facts["prediction"]
        yield (
            "",
            (
                f"live prediction {prediction['probability']:.4f} "
                f"(answered by {prediction['answered_by']})"
            ),
        )
    yield "split", ", ".join(f"{who} → {what}" for who, what in answers.split.items())
    if summary.peak_memory_gib is not None:
        yield "peak memory", f"{summary.peak_memory_gib:.1f} GiB, all processes of the cluster"
    if (held := summary.held_to) is not None:
        yield (
            "limits",
            (
                f"{held['cpus']:g} CPUs and {held['memory_gib']:g} GiB for the whole cluster; at "
                f"most {held['working_set_gib']:.1f} GiB in use, "
                f"{held['out_of_memory_kills']:g} ended for want of memory"
            ),
        )
    yield "steps", ", ".join(f"{name} {seconds:.0f} s" for name, seconds in summary.seconds.items())
    for number, text in enumerate(summary.stand_ins):
        yield ("stand-ins" if not number else ""), text


def _metrics(metrics: Mapping[str, Any]) -> Iterator[str]:
    network, baseline = metrics["network"]["pr_auc"], metrics["baseline"]["pr_auc"]
    difference = metrics["pr_auc_difference"]
    low, high = difference["lower"], difference["upper"]
    yield (
        f"held-out PR-AUC {network:.4f} against {baseline:.4f} of the logistic baseline "
        f"(difference {network - baseline:+.4f}, 95 % interval {low:+.4f} to {high:+.4f})"
    )
