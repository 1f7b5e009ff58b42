"""The restricted pod context as tables: where to look, what is accepted, how to say it.

Stricter than the standard in three points: settings are said and not left to defaults, the root
file system is read-only, and no capability is added back.
https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from typing import Final

from policies.judging import Demand
from policies.reading import MISSING, Tree

VOLUME_KINDS: Final = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
)
"""Volumes that cannot reach into the node; hostPath is not one of them."""


def _is_true(value: Tree) -> bool:
    return value is True


def _is_false(value: Tree) -> bool:
    return value is False


def _not_on(value: Tree) -> bool:
    return value is MISSING or value is False


def _absent(value: Tree) -> bool:
    return value is MISSING or value == []


def _is_number(value: Tree) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _not_root(value: Tree) -> bool:
    return value is MISSING or (_is_number(value) and bool(value > 0))


def _host_port_unset(value: Tree) -> bool:
    return value is MISSING or (_is_number(value) and bool(value == 0))


def _drops_all(value: Tree) -> bool:
    return isinstance(value, list) and "ALL" in value


def _runtime_default(value: Tree) -> bool:
    return bool(value == "RuntimeDefault")


POD: Final[tuple[Demand, ...]] = (
    ("hostNetwork", _not_on, "false"),
    ("hostPID", _not_on, "false"),
    ("hostIPC", _not_on, "false"),
    ("securityContext.runAsUser", _not_root, "a user id above 0"),
    ("securityContext.windowsOptions.hostProcess", _not_on, "false"),
    ("securityContext.sysctls", _absent, "none"),
)
"""What each pod is asked for."""

INHERITED: Final[tuple[Demand, ...]] = (
    ("securityContext.runAsNonRoot", _is_true, "true, on the pod or on the container"),
    (
        "securityContext.seccompProfile.type",
        _runtime_default,
        '"RuntimeDefault", on the pod or on the container',
    ),
)
"""What a container is asked for, where the pod may answer if the container does not."""

CONTAINER: Final[tuple[Demand, ...]] = (
    ("securityContext.allowPrivilegeEscalation", _is_false, "false"),
    ("securityContext.capabilities.add", _absent, "none"),
    ("securityContext.capabilities.drop", _drops_all, 'a list with "ALL"'),
    ("securityContext.privileged", _not_on, "false"),
    ("securityContext.procMount", lambda value: value in (MISSING, "Default"), '"Default"'),
    ("securityContext.readOnlyRootFilesystem", _is_true, "true"),
    ("securityContext.runAsUser", _not_root, "a user id above 0"),
    ("securityContext.windowsOptions.hostProcess", _not_on, "false"),
    ("ports[*].hostPort", _host_port_unset, "none"),
)
"""What each container is asked for by itself."""
