# ruff: noqa: N802 - the gRPC contract names the methods
"""What the Pulumi engine asks of a language host, answered for Python."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from sandbox.engine.children import Children
from sandbox.engine.interpreter import (
    InterpreterNotFoundError,
    Plugin,
    installed,
    interpreter,
)

# How the upstream script says that it has already shown the user what went wrong.
_SHOWN_TO_USER = 32


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs Python programs, policy packs and plugins for one engine.

    Attributes:
        engine: address of the engine's own gRPC server.
        executor: path of the upstream script that runs a program.
    """

    def __init__(self, engine: str, executor: Path, children: Children) -> None:
        self.engine = engine
        self.executor = executor
        self._children = children

    def Handshake(
        self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        """Learn where the engine listens."""
        del context
        self.engine = request.engine_address or self.engine
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        """Return the version of the SDK whose contract this host speaks."""
        del request, context
        import importlib.metadata  # noqa: PLC0415 - asked for seldom, and start-up time counts

        return plugin_pb2.PluginInfo(version=importlib.metadata.version("pulumi"))

    def GetRequiredPackages(
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """Name the provider plugins of the installed SDK packages that are here already.

        A package whose plugin is absent is left out: the engine would download it although the
        program may not use it, and asks for it in time where the program does.
        """
        with _clear_errors(context):
            python = _interpreter(request.info)
            return language_pb2.GetRequiredPackagesResponse(
                packages=[
                    plugin_pb2.PackageDependency(
                        name=plugin.name,
                        kind="resource",
                        version=f"v{plugin.version.removeprefix('v')}" if plugin.version else "",
                        server=plugin.server,
                    )
                    for plugin in installed(python).plugins
                    if _has_plugin(plugin)
                ]
            )

    def GetRequiredPlugins(
        self, request: language_pb2.GetRequiredPluginsRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPluginsResponse:
        """Return nothing: engines that ask GetRequiredPackages do not ask this."""
        del request, context
        return language_pb2.GetRequiredPluginsResponse()

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        """List the distributions installed for the program, or only those nothing requires."""
        with _clear_errors(context):
            return language_pb2.GetProgramDependenciesResponse(
                dependencies=[
                    language_pb2.DependencyInfo(name=package.name, version=package.version)
                    for package in installed(_interpreter(request.info)).packages
                    if package.direct or request.transitiveDependencies
                ]
            )

    def About(
        self, request: language_pb2.AboutRequest, context: grpc.ServicerContext
    ) -> language_pb2.AboutResponse:
        """Say which Python runs the program."""
        with _clear_errors(context):
            python = _interpreter(request.info)
            return language_pb2.AboutResponse(executable=python, version=installed(python).version)

    def RuntimeOptionsPrompts(
        self, request: language_pb2.RuntimeOptionsRequest, context: grpc.ServicerContext
    ) -> language_pb2.RuntimeOptionsResponse:
        """Ask the user nothing."""
        del request, context
        return language_pb2.RuntimeOptionsResponse()

    def InstallDependencies(
        self, request: language_pb2.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        """Check that the dependencies are there: the project installs them from its locks."""
        with _clear_errors(context):
            python = _interpreter(request.info)
            if not any(package.name == "pulumi" for package in installed(python).packages):
                context.abort(
                    grpc.StatusCode.FAILED_PRECONDITION,
                    f"{python} has no Pulumi SDK: install the project's locked dependencies into "
                    f"the virtual environment that serves {request.directory}",
                )
            yield language_pb2.InstallDependenciesResponse(
                stdout=f"Dependencies are present for {python}\n".encode()
            )

    def Run(
        self, request: language_pb2.RunRequest, context: grpc.ServicerContext
    ) -> language_pb2.RunResponse:
        """Run a program to its end; its resources go to the engine's monitor."""
        info = request.info
        program = Path(info.program_directory or request.pwd)
        with _clear_errors(context):
            command = [
                _interpreter(info),
                "-u",
                str(self.executor),
                *("--monitor", request.monitor_address),
                *("--engine", self.engine),
                *("--project", request.project),
                *("--root_directory", info.root_directory),
                *("--stack", request.stack),
                *("--pwd", request.pwd or str(program)),
                *("--dry_run", "true" if request.dryRun else "false"),
                *("--parallel", str(request.parallel)),
                *("--organization", request.organization),
                str(program / info.entry_point),
                *request.args,
            ]
            environment = os.environ | {
                "PULUMI_CONFIG": json.dumps(dict(request.config)),
                "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
            }
            with self._children.started(
                command, folder=program, environment=environment, captured=False
            ) as child:
                context.add_callback(child.stop)
                status = child.wait()
        if status == _SHOWN_TO_USER:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=_ending(status))

    def RunPlugin(
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """Run a policy pack or a provider written in Python, passing on what it prints."""
        info = request.info
        folder = Path(info.program_directory or info.root_directory)
        with _clear_errors(context):
            command = [
                _interpreter(info),
                "-u",
                str(folder / info.entry_point),
                *request.args,
            ]
            variables = dict(pair.split("=", 1) for pair in request.env if "=" in pair)
            with self._children.started(
                command,
                folder=Path(request.pwd or folder),
                environment=os.environ | variables,
                captured=True,
            ) as child:
                context.add_callback(child.stop)
                for stream, chunk in child.output():
                    if stream == "stdout":
                        yield language_pb2.RunPluginResponse(stdout=chunk)
                    else:
                        yield language_pb2.RunPluginResponse(stderr=chunk)
                yield language_pb2.RunPluginResponse(exitcode=child.wait())

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Stop whatever runs."""
        del request, context
        self._children.stop()
        return empty_pb2.Empty()


def _interpreter(info: language_pb2.ProgramInfo) -> str:
    root = Path(info.root_directory or info.program_directory or ".")
    return interpreter(root.resolve(), json_format.MessageToDict(info.options))


def _has_plugin(plugin: Plugin) -> bool:
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    folder = home / "plugins" / f"resource-{plugin.name}-v{plugin.version.removeprefix('v')}"
    return folder.is_dir() or shutil.which(f"pulumi-resource-{plugin.name}") is not None


def _ending(status: int) -> str:
    if status == 0:
        return ""
    if status < 0:
        return f"the program was stopped by signal {signal.Signals(-status).name}"
    return f"the program ended with exit status {status}"


@contextlib.contextmanager
def _clear_errors(context: grpc.ServicerContext) -> Iterator[None]:
    """Turn what can be expected to go wrong into one line for the user."""
    try:
        yield
    except InterpreterNotFoundError as error:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
    except subprocess.CalledProcessError as error:
        context.abort(
            grpc.StatusCode.FAILED_PRECONDITION,
            f"the Python interpreter {error.cmd[0]} does not run: "
            f"{(error.stderr or '').strip() or error}; make its virtual environment anew",
        )
    except OSError as error:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"cannot start Python: {error}")
