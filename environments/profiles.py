"""How much CPU and memory a pod gets: a size by name, or figures of one's own."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from environments.fault import Fault
from environments.quantity import Mebibytes, Millicores
from environments.section import Section

Size = Literal["nano", "tiny", "small", "medium", "large", "xlarge"]


class Resources(Section):
    """An amount of CPU and memory."""

    cpu_millicores: Millicores = Field(title="CPU", description="Share of the machine's cores.")
    memory_mib: Mebibytes = Field(title="Memory", description="Working memory.")

    @property
    def quantities(self) -> dict[str, str]:
        """The amount as Kubernetes writes it: `{"cpu": "200m", "memory": "512Mi"}`."""
        return {"cpu": f"{self.cpu_millicores}m", "memory": f"{self.memory_mib}Mi"}


class Profile(Section):
    """What a pod is promised and what it may reach."""

    requests: Resources = Field(title="Requests", description="Kept free for the pod.")
    limits: Resources = Field(title="Limits", description="More than this it never gets.")

    def faults(self) -> Iterator[Fault]:
        """A limit is never below the request that it bounds."""
        for field in Resources.model_fields:
            request, limit = getattr(self.requests, field), getattr(self.limits, field)
            if limit < request:
                yield Fault(
                    path=("limits", field),
                    reason="the limit is below the request",
                    given=str(limit),
                    allowed=f"from {request}",
                )


def _row(cpu: int, memory: int, *, burst_cpu: int, burst_memory: int) -> Profile:
    return Profile(
        requests=Resources(cpu_millicores=cpu, memory_mib=memory),
        limits=Resources(cpu_millicores=cpu * burst_cpu, memory_mib=memory * burst_memory),
    )


# Small pods spend their CPU at start, so they may burst; large ones get the memory they ask for and
# no more, because a node that overcommits gigabytes kills its neighbours.
PROFILES: Final[Mapping[Size, Profile]] = MappingProxyType(
    {
        "nano": _row(50, 128, burst_cpu=10, burst_memory=2),
        "tiny": _row(100, 256, burst_cpu=5, burst_memory=2),
        "small": _row(200, 512, burst_cpu=5, burst_memory=2),
        "medium": _row(1000, 2048, burst_cpu=2, burst_memory=1),
        "large": _row(4000, 8192, burst_cpu=2, burst_memory=1),
        "xlarge": _row(16000, 65536, burst_cpu=1, burst_memory=1),
    }
)


def _by_name(value: Any) -> Any:
    """Take a size by its name; leave everything else to the section's own rules."""
    if not isinstance(value, str):
        return value
    for size, profile in PROFILES.items():
        if size == value:
            return profile
    raise ValueError(f"{', '.join(PROFILES)}, or requests and limits of your own")


class _SizeOrFigures:
    """Tells the JSON schema that a name stands for a whole profile too."""

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string", "enum": list(PROFILES)}, handler(core_schema)]}


SizeProfile = Annotated[Profile, BeforeValidator(_by_name), _SizeOrFigures()]
