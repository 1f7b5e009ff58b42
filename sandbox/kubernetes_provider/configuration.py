"""The provider's configuration: which cluster, as which user, in which namespace."""

import importlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sandbox.kubernetes_provider.connection import Connection
from sandbox.kubernetes_provider.values import Manifest
from sandbox.provider_service.errors import ProviderError

_ALLOWED = ("kubeconfig", "context", "namespace")
# Settings of the official provider that change nothing here, or only what is printed.
_WITHOUT_EFFECT = (
    "enableServerSideApply",
    "suppressDeprecationWarnings",
    "suppressHelmHookWarnings",
)
# What the engine itself adds.
_INTERNAL = ("version", "pluginDownloadURL", "pluginChecksums", "__internal")

_POOL_SIZE = 64
_IN_CLUSTER = "KUBERNETES_SERVICE_HOST"


def refusals(config: Manifest) -> list[tuple[str, str]]:
    """Return (setting, reason) for every setting that cannot be honoured."""
    return [
        (
            key,
            (
                f"provider setting {key!r} is not supported here; allowed are "
                f"{', '.join(_ALLOWED)}: remove it, or install the official plugin"
            ),
        )
        for key in config
        if key not in (*_ALLOWED, *_WITHOUT_EFFECT, *_INTERNAL)
    ]


def notices(config: Manifest) -> list[str]:
    """Return what the user should know about settings that have no effect."""
    if _decoded(config.get("enableServerSideApply", True)) is False:
        return ["enableServerSideApply: false has no effect: this provider always applies there"]
    return []


@dataclass(frozen=True)
class ClusterAccess:
    """How to reach one cluster."""

    kubeconfig: str | None
    """Path or content; None for the ambient one."""
    context: str | None
    namespace: str | None

    @classmethod
    def of(cls, config: Manifest) -> "ClusterAccess":
        """Read the settings, which the engine may send as JSON text."""
        read = {key: _decoded(config[key]) for key in _ALLOWED if config.get(key)}
        kubeconfig = read.get("kubeconfig")
        if isinstance(kubeconfig, dict):
            kubeconfig = json.dumps(kubeconfig)
        return cls(kubeconfig, read.get("context"), read.get("namespace"))

    def connect(self, on_warning: Callable[[str], None]) -> tuple[Connection, str]:
        """Return a connection and the default namespace; nothing is sent yet.

        Raises:
            ProviderError: there is no usable kubeconfig.
        """
        # Loaded late, since start-up time counts and a plan without objects never comes here.
        client: Any = importlib.import_module("kubernetes.client")
        config: Any = importlib.import_module("kubernetes.config")
        settings = client.Configuration()
        settings.retries = False
        settings.connection_pool_maxsize = _POOL_SIZE
        namespace = None
        try:
            if self.kubeconfig is None and self._ambient() is None and _IN_CLUSTER in os.environ:
                config.load_incluster_config(client_configuration=settings)
            else:
                namespace = self._load(settings)
        except (config.ConfigException, yaml.YAMLError, OSError, ValueError) as error:
            raise ProviderError(
                f"no usable kubeconfig ({error}); set the provider's `kubeconfig` to a path or a "
                "content, or KUBECONFIG to a path"
            ) from error
        connection = Connection(client.ApiClient(settings), on_warning)
        return connection, self.namespace or namespace or "default"

    @staticmethod
    def _ambient() -> str | None:
        named = os.environ.get("KUBECONFIG")
        if named:
            return named
        usual = Path.home() / ".kube" / "config"
        return str(usual) if usual.exists() else None

    def _load(self, settings: Any) -> str | None:
        """Fill the client's settings; return the context's namespace."""
        kube_config: Any = importlib.import_module("kubernetes.config.kube_config")
        given = self.kubeconfig or self._ambient()
        if given is None:
            raise ValueError("none is given and KUBECONFIG is not set")
        if "\n" in given or given.lstrip().startswith("{"):
            content = yaml.safe_load(given)
        else:
            # Several paths may be joined by colons, as kubectl has it.
            content = kube_config.KubeConfigMerger(given).config
        if not content:
            raise ValueError(f"{given!r} is empty or no file")
        loader = kube_config.KubeConfigLoader(
            config_dict=content,
            active_context=self.context,
            config_base_path=None,
            temp_file_path=_credentials_folder(),
        )
        loader.load_and_set(settings)
        _require_credential(kube_config, loader, settings)
        namespace: str | None = loader.current_context["context"].get("namespace")
        return namespace


def _require_credential(kube_config: Any, loader: Any, settings: Any) -> None:
    """Refuse to ask without the credential that a command was to give; the library goes on.

    Raises:
        ConfigException: the command failed, with what it said.
    """
    user = loader._user  # noqa: SLF001 - the library offers no other way to the chosen user
    if "exec" in user and not settings.api_key and not settings.cert_file:
        given = kube_config.ExecProvider(user["exec"], "", None).run()
        raise ValueError(f"{user['exec']['command']} gave no token and no certificate: {given}")


def _credentials_folder() -> str:
    """Return a private folder for keys that the TLS library reads from files only."""
    folder = tempfile.mkdtemp(prefix="pulumi-kubernetes-")
    _made.append(folder)
    return folder


_made: list[str] = []


def remove_credentials() -> None:
    """Remove the key files that `connect` made."""
    while _made:
        shutil.rmtree(_made.pop(), ignore_errors=True)


def _decoded(value: Any) -> Any:
    """Return a setting as it was meant: the engine sends some as JSON inside a string."""
    if isinstance(value, str):
        try:
            decoded = json.loads(value)
        except ValueError:
            return value
        return decoded if isinstance(decoded, bool | dict | str) else value
    return value
