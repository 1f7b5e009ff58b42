"""Everything that the boundary is compiled to, by the place of its file."""

import json
from collections.abc import Callable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import yaml

from policies.boundary import BOUNDARY, Boundary
from policies.layers import (
    admission,
    endpoints,
    names,
    opting_out,
    pod_settings,
    resource_control,
    service_control,
)

FOLDER: Final = Path(__file__).resolve().with_name("generated")


def artefacts(boundary: Boundary = BOUNDARY) -> dict[str, str]:
    """Compiles the boundary.

    Args:
        boundary: The boundary; by default the one that ships with the pack.

    Returns:
        The content of each file by its path below `FOLDER`, the same to the byte every time.
    """
    return {
        path: WRITTEN[path.rpartition(".")[2]](content)
        for path, content in sorted(_contents(boundary), key=itemgetter(0))
    }


def _contents(boundary: Boundary) -> Iterator[tuple[str, Any]]:
    regions = boundary.region_names
    yield "organisation/regions.json", service_control.regions(regions)
    yield "organisation/borders.json", service_control.borders(regions)
    yield "organisation/guardrails.json", service_control.guardrails()
    yield "organisation/own-organisation.json", resource_control.own_organisation()
    yield "organisation/no-training.json", opting_out.no_training()
    yield "names/reachable.json", names.reachable(boundary)
    yield "pods/settings.json", pod_settings.settings(boundary)
    for region in regions:
        yield f"names/{region}.json", names.resolvable(region)
        yield f"names/{region}.rpz", names.response_policy(boundary, region)
        for service, policy in endpoints.policies(region):
            yield f"endpoints/{region}/{service}.json", policy
    for name, documents in admission.policies(boundary):
        yield f"admission/{name}.yaml", documents


def _yaml(documents: Any) -> str:
    return yaml.dump_all(documents, Dumper=_Written, sort_keys=False, width=100)


class _Written(yaml.SafeDumper):
    """Writes what stands twice twice: a reader should not have to follow references."""

    def ignore_aliases(self, data: Any) -> bool:
        """Says yes to everything."""
        del data
        return True


def _json(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


WRITTEN: Final[dict[str, Callable[[Any], str]]] = {"json": _json, "yaml": _yaml, "rpz": str}
"""How each kind of file is written."""
