"""Why pods do not run, in the words of the kubelet, the scheduler and the container itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.kubernetes_provider.cluster import Cluster
from sandbox.kubernetes_provider.kinds import Identity
from sandbox.kubernetes_provider.values import Manifest

# Backing off, a container has tried for about three minutes by then.
RESTARTS_BEFORE_GIVING_UP = 5
_LOG_LINES = 15
_NEVER_HEALS = frozenset({"InvalidImageName"})
_MOST_REASONS = 4


@dataclass(frozen=True)
class Trouble:
    """Something that keeps pods from running."""

    reason: str
    hopeless: bool = False
    """Whether waiting longer cannot help."""


def troubles(cluster: Cluster, pods: Iterable[Manifest]) -> list[Trouble]:
    """Return what keeps pods from running, the hopeless first, each reason once."""
    found = {trouble.reason: trouble for pod in pods for trouble in _of_pod(cluster, pod)}
    return sorted(found.values(), key=lambda trouble: not trouble.hopeless)[:_MOST_REASONS]


def last_words(cluster: Cluster, pod: Manifest) -> list[str]:
    """Return how a pod's failed containers ended, with the last lines of their logs."""
    words = []
    for status in _container_statuses(pod):
        ended = _terminated(status)
        if ended and ended.get("exitCode"):
            words.append(_ending(cluster, pod, status, ended))
    if not words and (message := _told(pod.get("status") or {})):
        words.append(f"pod {pod['metadata']['name']}: {message}")
    return words


def _of_pod(cluster: Cluster, pod: Manifest) -> Iterator[Trouble]:
    status = pod.get("status") or {}
    name = pod["metadata"]["name"]
    for condition in status.get("conditions") or ():
        if (
            condition.get("type") == "PodScheduled"
            and condition.get("status") == "False"
            and condition.get("reason") == "Unschedulable"
        ):
            yield Trouble(f"pod {name} cannot be scheduled: {condition.get('message', '')}")
    if status.get("phase") == "Failed" and status.get("reason"):
        yield Trouble(f"pod {name}: {_told(status)}")
    for container in _container_statuses(pod):
        waiting = (container.get("state") or {}).get("waiting") or {}
        reason = waiting.get("reason", "")
        ended = _terminated(container)
        if reason == "CrashLoopBackOff" and ended:
            yield Trouble(
                f"CrashLoopBackOff, {container.get('restartCount', 0)} restarts: "
                + _ending(cluster, pod, container, ended),
                hopeless=container.get("restartCount", 0) >= RESTARTS_BEFORE_GIVING_UP,
            )
        elif reason and reason not in {"ContainerCreating", "PodInitializing"}:
            yield Trouble(
                f"container {container['name']} of pod {name}: {_told(waiting)}",
                hopeless=reason in _NEVER_HEALS,
            )


def _container_statuses(pod: Manifest) -> list[dict[str, Any]]:
    status = pod.get("status") or {}
    return [
        *(status.get("initContainerStatuses") or ()),
        *(status.get("containerStatuses") or ()),
    ]


def _terminated(container: dict[str, Any]) -> dict[str, Any]:
    for state in ("state", "lastState"):
        ended: dict[str, Any] | None = (container.get(state) or {}).get("terminated")
        if ended:
            return ended
    return {}


def _ending(
    cluster: Cluster, pod: Manifest, container: dict[str, Any], ended: dict[str, Any]
) -> str:
    now_ended = bool((container.get("state") or {}).get("terminated"))
    log = cluster.log(pod, container["name"], lines=_LOG_LINES, previous=not now_ended)
    words = (ended.get("message") or "").strip() or log.strip()
    cause = "" if ended.get("reason") in {None, "Error"} else f" ({ended['reason']})"
    return (
        f"container {container['name']} of {Identity.of(pod)} ended with status "
        f"{ended.get('exitCode')}{cause}" + (f", its last words:\n{words}" if words else "")
    )


def _told(state: dict[str, Any]) -> str:
    return ": ".join(text for text in (state.get("reason"), state.get("message")) if text)
