"""Waiting until an object is what it was declared for, with the reason it is not yet."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.kubernetes_provider.cluster import Cluster
from sandbox.kubernetes_provider.errors import InitializationError
from sandbox.kubernetes_provider.kinds import Identity
from sandbox.kubernetes_provider.readiness import CHECKS
from sandbox.kubernetes_provider.values import Manifest
from sandbox.provider_service.errors import ProviderError

SKIP_AWAIT = "pulumi.com/skipAwait"
TIMEOUT_SECONDS = "pulumi.com/timeoutSeconds"
_NOT_SUPPORTED = ("pulumi.com/waitFor", "pulumi.com/replaceUnready")
_DEFAULT_SECONDS = 600.0

_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 2.0


def unsupported(manifest: Manifest) -> list[str]:
    """Return why an object's annotations cannot be honoured."""
    given = _annotations(manifest)
    return [
        f"annotation {key} is not supported by this provider; remove it, or install the official "
        "Kubernetes plugin"
        for key in _NOT_SUPPORTED
        if key in given
    ]


def awaited(manifest: Manifest) -> bool:
    """Return whether an operation waits for this object at all."""
    return str(_annotations(manifest).get(SKIP_AWAIT)).lower() != "true"


def patience(manifest: Manifest, custom_seconds: float) -> float:
    """Return for how many seconds an operation waits.

    Args:
        manifest: the object, whose annotation may say.
        custom_seconds: the resource's `custom_timeouts`, which come first; 0 for none.

    Raises:
        ProviderError: the annotation is not a positive number.
    """
    if custom_seconds > 0:
        return custom_seconds
    given = _annotations(manifest).get(TIMEOUT_SECONDS)
    if given is None:
        return _DEFAULT_SECONDS
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0
    if seconds <= 0:
        raise ProviderError(
            f"annotation {TIMEOUT_SECONDS} of {Identity.of(manifest)} is {given!r}; "
            "it must be a positive number of seconds"
        )
    return seconds


@dataclass(frozen=True)
class Wait:
    """How to wait for an object."""

    seconds: float
    cancelled: threading.Event
    """Ends the wait early."""
    say: Callable[[str], None]
    """Shows what is waited for."""


def wait_until_ready(cluster: Cluster, applied: Manifest, wait: Wait) -> Manifest:
    """Wait for an applied object; return it as it is when ready.

    Args:
        cluster: where the object is.
        applied: the object as applying it left it.
        wait: how long, and where to show what the object still waits for.

    Raises:
        InitializationError: it failed, or is not ready in time; says why.
    """
    identity = Identity.of(applied)
    check = CHECKS.get((identity.kind.group, identity.kind.name))
    if check is None:
        return applied
    deadline = time.monotonic() + wait.seconds
    pause = _FIRST_PAUSE_SECONDS
    said = ""
    live = applied
    while True:
        state = check(cluster, live)
        if state.ready:
            return live
        reasons = [state.waiting_for, *state.details] if state.waiting_for else [*state.details]
        if state.failed:
            raise InitializationError(
                f"{identity} failed: {'; '.join(reasons)}", live=live, reasons=reasons
            )
        if time.monotonic() > deadline:
            raise InitializationError(
                f"{identity} is not ready after {wait.seconds:g} s: {'; '.join(reasons)}; mend the "
                f"cause and run again, or give it longer with annotation {TIMEOUT_SECONDS}",
                live=live,
                reasons=reasons,
            )
        told = "; ".join(reasons)
        if told != said:
            wait.say(told)
            said = told
        if wait.cancelled.wait(pause):
            raise InitializationError(
                f"stopped while waiting for {identity}: {told}", live=live, reasons=reasons
            )
        pause = min(pause * 1.3, _LONGEST_PAUSE_SECONDS)
        found = cluster.get(identity)
        if found is None:
            raise ProviderError(
                f"{identity} was deleted by something else while it was waited for; run again"
            )
        live = found


def _annotations(manifest: Manifest) -> dict[str, Any]:
    annotations = (manifest.get("metadata") or {}).get("annotations")
    return annotations if isinstance(annotations, dict) else {}
