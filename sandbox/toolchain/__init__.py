"""Programs compiled once from their Go modules, for machines that reach package registries only."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.cache import digest_of, entry
from sandbox.commands import mortal, run
from sandbox.faults import SandboxError
from sandbox.layout import cache_root
from sandbox.progress import Step

FOLDER = Path(__file__).parent
ENGINE_VERSION = "v3.259.0"
KUBERNETES_VERSION = "v1.34.2"
GATEWAY_VERSION = "v1.8.0"
_VERSION = "k8s.io/component-base/version"


@dataclass(frozen=True)
class Module:
    """One Go module of tools, compiled together because they share what is slow to compile.

    Attributes:
        name: Folder with its go.mod and go.sum.
        programs: Names of the programs that the build must give.
        stamps: Linker variables that carry versions, which Kubernetes reports to its peers.
        renames: Program as Go names it -> the name that people know.
        carries: File of the module cache -> name, copied beside the programs.
    """

    name: str
    programs: tuple[str, ...]
    stamps: Mapping[str, str] = field(default_factory=dict)
    renames: Mapping[str, str] = field(default_factory=dict)
    carries: Mapping[str, str] = field(default_factory=dict)


_SDK = f"github.com/pulumi/pulumi/sdk/v3@{ENGINE_VERSION}"
ENGINE = Module(
    "pulumi",
    ("pulumi",),
    stamps={"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": ENGINE_VERSION},
    carries={f"{_SDK}/python/cmd/pulumi-language-python-exec": "pulumi-language-python-exec"},
)
KUBERNETES = Module(
    "kubernetes",
    (
        "etcd", "kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler",
        "kubectl", "kubelet", "network-policy", "pause",
    ),
    stamps={
        f"{_VERSION}.gitVersion": KUBERNETES_VERSION,
        f"{_VERSION}.gitMajor": KUBERNETES_VERSION.split(".", maxsplit=1)[0].removeprefix("v"),
        f"{_VERSION}.gitMinor": KUBERNETES_VERSION.split(".")[1],
    },
    renames={"server": "etcd"},
)  # fmt: skip
ADDONS = Module("cluster-addons", ("coredns", "metrics-server"))
OBJECT_STORE = Module("object-store", ("versitygw",), stamps={"main.Version": GATEWAY_VERSION})
REGISTRY = Module("artifact-registry", ("registry",))
SIMULATED_NODES = Module("simulated-nodes", ("kwok",))
"""What a rehearsal plays nodes with; nothing else needs it."""
ELASTIC_CAPACITY = Module("elastic-capacity", ("karpenter",), renames={"controller": "karpenter"})
TARGET_REGISTRATION = Module("target-registration", ("aws-load-balancer-controller",))
IMAGE_REPLICATION = Module("image-replication", ("regsync", "docker-credential-ecr-login"))
POLICY_AGENT = Module("policy-agent", ("opa",))
"""OPA, which the rules are measured beside; nothing else needs it."""
MODULES = (KUBERNETES, ENGINE, ADDONS, OBJECT_STORE, REGISTRY)
"""What every sandbox needs."""
EVERY = (
    *MODULES, SIMULATED_NODES, ELASTIC_CAPACITY, TARGET_REGISTRATION, IMAGE_REPLICATION,
    POLICY_AGENT,
)  # fmt: skip


def built(module: Module, step: Step, architecture: str = "") -> Path:
    """Folder with the programs of `module`, compiled if this machine has not done so yet.

    Args:
        module: What to compile.
        step: Told that it is compiling.
        architecture: Processor to compile for, as Go spells it; this machine's by default.

    Raises:
        SandboxError: Go is missing, or the build failed; its last lines are in the message.
    """

    def make(folder: Path) -> None:
        step.waiting_for = f"{module.name} to compile"
        known = f" for {architecture}" if architecture else ""
        step.say(f"compiling {', '.join(module.programs)}{known} (once; minutes)")
        _compile(module, folder, architecture)

    fresh = not is_built(module, architecture)
    place = entry(
        "toolchain",
        _key(module, architecture),
        make,
        waiting=lambda holder: step.say(f"waiting for another command, {holder}"),
    )
    if fresh and all(is_built(each) for each in MODULES):
        # Sources and objects of a finished build hold 15 GiB; nothing needs them again.
        run(["go", "clean", "-cache", "-modcache"], extra=_environment())
    return place


def is_built(module: Module, architecture: str = "") -> bool:
    """Whether `built` would return at once."""
    return (cache_root() / "toolchain" / _key(module, architecture)).is_dir()


def _key(module: Module, architecture: str) -> str:
    own = [architecture] if architecture else []
    return "-".join([module.name, *own, digest_of([FOLDER / module.name], str(module), *own)])


def fetch(module: Module) -> None:
    """Download what `module` compiles from, so that it can go beside another's compiling."""
    if not is_built(module) and shutil.which("go"):
        subprocess.run(
            mortal(["go", "list", "-deps", "tool"]), cwd=FOLDER / module.name, env=_environment(),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
        )  # fmt: skip


def fetch_all() -> None:
    """Fetch for every module, in the order in which they are compiled."""
    for module in MODULES:
        fetch(module)


def _compile(module: Module, folder: Path, architecture: str) -> None:
    if not shutil.which("go"):
        raise SandboxError(
            f"The Go compiler is not on PATH, and {module.name} is not built yet.",
            "install Go 1.26 or later, or put the official programs on PATH.",
        )
    stamps = " ".join(f"-X {name}={value}" for name, value in module.stamps.items())
    run(
        ["go", "build", "-trimpath", "-mod=readonly", "-buildvcs=false",
         "-ldflags", f"-s -w {stamps}", "-o", f"{folder}/", "tool"],
        cwd=FOLDER / module.name,
        extra={**_environment(), **({"GOARCH": architecture} if architecture else {})},
        remedy="check that the Go module proxy answers and that the disk has 6 GiB free; "
        "what is compiled already is kept.",
    )  # fmt: skip
    for given, known in module.renames.items():
        (folder / given).rename(folder / known)
    for source, name in module.carries.items():
        shutil.copy(Path(_environment()["GOMODCACHE"]) / source, folder / name)
        (folder / name).chmod(0o755)
    missing = [name for name in module.programs if not (folder / name).exists()]
    if missing:
        raise SandboxError(
            f"The build of {module.name} gave no {', '.join(missing)}.",
            f"compare sandbox/toolchain/{module.name}/go.mod with sandbox/toolchain/__init__.py.",
        )


def _environment() -> dict[str, str]:
    caches = cache_root() / "go"
    return {
        **os.environ,
        "CGO_ENABLED": "0",
        "GOTOOLCHAIN": "local",
        "GOCACHE": str(caches / "build"),
        "GOMODCACHE": str(caches / "mod"),
    }
