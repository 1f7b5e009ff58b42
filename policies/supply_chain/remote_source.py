"""What is deployed lies in the repository: no chart, manifest or code from elsewhere."""

import re
from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.accepting import absent
from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.reading import Tree


def _local(value: Tree) -> bool:
    return isinstance(value, str) and value.startswith(("./", "../", "/")) and "//" not in value


_FILE: Final = (_local, "a path in the repository, like ./charts/serving")
_NONE: Final = (absent, "none: a path in the repository")
_FETCHED: Final = re.compile(r"(?:code|source)(?:\..+)?\.uri$")

TYPES: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:lambda/function:Function": (),
    "aws:lambda/layerVersion:LayerVersion": (),
    "aws:s3/bucketObject:BucketObject": (),
    "aws:s3/bucketObjectv2:BucketObjectv2": (),
    "kubernetes:helm.sh/v4:Chart": (("chart", *_FILE), ("repositoryOpts?.repo", *_NONE)),
    "kubernetes:kustomize/v2:Directory": (("directory", *_FILE),),
    "kubernetes:yaml/v2:ConfigFile": (("file", *_FILE),),
    "kubernetes:yaml/v2:ConfigGroup": (("files[*]", *_FILE),),
}
# The first generation does not say where its source is, so it cannot be judged.
REFUSED: Final = {
    "kubernetes:helm.sh/v3:Chart": "chart",
    "kubernetes:kustomize:Directory": "directory",
    "kubernetes:yaml:ConfigFile": "file",
    "kubernetes:yaml:ConfigGroup": "files",
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges where charts, manifests, overlays, code and files are read from."""
    yield from unmet(resource.props, TYPES.get(resource.type, ()))
    for path, value in resource.leaves if resource.type in TYPES else ():
        if _FETCHED.match(path):
            yield Finding(path=path, given=value, allowed=_NONE[1])
    if resource.type in REFUSED:
        path = REFUSED[resource.type]
        yield Finding(path=path, given=resource.type, allowed="the resource of v2, or of v4")


policy = resource_rule(
    __name__,
    description="Charts, manifests, overlays, code and files are read from the repository.",
    severity=Severity.CRITICAL,
    remediation="keep a reviewed copy in the repository, and its images in the registry.",
    judge=judge,
)
