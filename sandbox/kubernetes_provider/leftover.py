"""What an interrupted update made and the engine does not know of: it is told to make it again."""

from collections.abc import Callable

from sandbox.kubernetes_provider import deletion
from sandbox.kubernetes_provider.cluster import Cluster
from sandbox.kubernetes_provider.kinds import Identity
from sandbox.kubernetes_provider.plan import has_failed
from sandbox.kubernetes_provider.values import Manifest
from sandbox.kubernetes_provider.waiting import Wait

# Their deletion would take data along: the server's refusal stands, and a person decides.
_HOLD_DATA = {("", "Namespace"), ("", "PersistentVolume"), ("", "PersistentVolumeClaim")}


def clear(
    cluster: Cluster, inputs: Manifest, dry_run: Callable[[Manifest], list[str]], wait: Wait
) -> None:
    """Delete an object that cannot become what is declared now, as a replacement would.

    Args:
        cluster: where the object is, if it is.
        inputs: the declaration.
        dry_run: asks the API server which fields of a declaration it will not change in place.
        wait: how long, and where to show what the deletion waits for.
    """
    identity = Identity.of(inputs)
    live = cluster.get(identity)
    if live is None or (identity.kind.group, identity.kind.name) in _HOLD_DATA:
        return
    if dry_run(inputs) or (identity.kind.name == "Job" and has_failed(live)):
        wait.say("replaces what an interrupted update left")
        deletion.delete(cluster, cluster.placed(identity), live, wait)
