"""Who a pod is on its volumes, and how Secrets stand there."""

from typing import Any, Final

NONROOT_GROUP: Final = 65532
"""Group of a pod's programs, which its volumes belong to."""
SECRET_MODE: Final = 0o440


def secret_volume(name: str, secret: str) -> Any:
    """A Secret as files that the pod's group may read."""
    return {"name": name, "secret": {"secret_name": secret, "default_mode": SECRET_MODE}}
