"""The texts of Kubernetes objects that say something to a program, each with the name it goes by.

Left out is what only names or describes: labels, keys, kinds, images (they have rules of their
own), the names under which a cluster is reached from outside, and schemas of definitions.
"""

import re
from collections.abc import Iterator
from typing import Final

from policies.judging import Declared, once
from policies.pods import PREFIX, images

_SILENT: Final = re.compile(
    r"(?:^|\.)(?:apiVersion|kind|apiGroups?(?:\[\d+\])?|metadata\.(?:name|namespace|labels|generateName"
    r"|finalizers|ownerReferences)(?:\..*|\[.*)?|matchLabels\..*|matchExpressions\[.*|nodeSelector\..*"
    r"|nodeSelectorTerms\[.*|tolerations\[.*|taints\[.*|topologyKey|resources\.(?:limits|requests)\..*"
    r"|fieldPath|conditionType|provisioner|driver|mountPath|path|subPath|amiSelectorTerms\[.*"
    r"|requirements\[.*|priorityClassName|schedulerName|serviceAccountName|controllerName"
    r"|items\[\d+\]\.(?:key|path)|secretKeyRef\..*|configMapKeyRef\..*|containers\[\d+\]\.name"
    r"|spec\.group|spec\.names\..*|spec\.rules\[\d+\]\.host|spec\.tls\[\d+\]\.hosts\[\d+\]"
    r"|spec\.hostnames\[\d+\]|spec\.listeners\[\d+\]\.hostname|spec\.(?:dnsNames|commonName)(?:\[\d+\])?"
    r"|cidr|toCIDR\[\d+\]|networks\[\d+\]|nets\[\d+\]|clientConfig\.url"
    r"|nodeClassRef\..*|spec\.hard\..*|spec\.limits\..*)$"
)
_SCHEMA: Final = re.compile(r"^spec\.versions\[\d+\]\.(?:schema|additionalPrinterColumns)\b")
_OPTION: Final = re.compile(r"^--?([\w.-]+)[= ](.*)$", re.DOTALL)
_INDEX: Final = re.compile(r"\[\d+\]$")
_CONNECTS: Final = re.compile(r"\.(?:args|command)\[\d+\]$")
_VARIABLE: Final = re.compile(r"\.env\[\d+\]\.value$")
_ONLY_REFUSES: Final = re.compile(r"\.k8s\.io/\w+:ValidatingAdmissionPolicy(?:Binding)?(?:Patch)?$")
"""An admission policy names what it refuses, and sends nothing anywhere."""
_DEFINITION: Final = "kubernetes:apiextensions.k8s.io/"


@once
def told(resource: Declared) -> Iterator[tuple[str, str, str]]:
    """Yields path, name and text.

    The name is that of the variable for an environment variable, that of the option for an
    argument ``--option=value``, and the path for all else, since properties have dots in their
    names. A key is no text.
    """
    if not resource.type.startswith(PREFIX) or _ONLY_REFUSES.search(resource.type):
        return
    ours = {path for path, _ in images(resource)}
    definition = resource.type.startswith(_DEFINITION)
    variables = dict(_variables(resource))
    for path, text in _values(resource):
        if path in ours or _SILENT.search(path) or (definition and _SCHEMA.search(path)):
            continue
        if path in variables:
            yield path, variables[path], text
        elif _CONNECTS.search(path) and (option := _OPTION.match(text)):
            yield path, option[1], option[2]
        else:
            yield path, _INDEX.sub("", path), text


def _values(resource: Declared) -> Iterator[tuple[str, str]]:
    """Yields the texts that are values."""
    for path, text in resource.leaves:
        if isinstance(text, bool):
            yield path, str(text).lower()
        elif isinstance(text, str):
            yield path, text


def _variables(resource: Declared) -> Iterator[tuple[str, str]]:
    """Yields where the value of each environment variable stands, and its name."""
    for path, name in resource.leaves:
        if isinstance(name, str) and path.endswith("].name") and ".env[" in path:
            yield f"{path.removesuffix('.name')}.value", name
