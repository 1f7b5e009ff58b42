"""No object of the cluster but a Secret holds a secret: no key, password or token in the clear."""

import re
from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.cluster_texts import told
from policies.judging import Declared, Finding, resource_rule
from policies.pods import PREFIX
from policies.secrets_in_text import shaped

TYPES: Final = {
    "kubernetes:apps/v1:Deployment": "env and args",
    "kubernetes:core/v1:ConfigMap": "data, texts inside of it opened",
    "kubernetes:core/v1:Pod": "env and args",
}
_NAME: Final = re.compile(
    r"(?:^|[_.-])(?:password|passwd|passphrase|secret|(?:api|access|private|secret)[_-]?key"
    r"|(?:access|auth|bearer|api|hf|github)[_-]?token|sasl\.jaas\.config)$",
    re.IGNORECASE,
)
_JAAS: Final = re.compile(r"(?:^(?!.*LoginModule\b)|password\s*=\s*[\"'])", re.DOTALL)
_REFERENCE: Final = re.compile(r"\A(?:|/.*|\$.*|file:.*|arn:.*|true|false|\d{1,4})\Z", re.DOTALL)


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges texts by their shape, and settings that are called like a secret."""
    if not resource.type.startswith(PREFIX) or resource.type.endswith((":Secret", ":SecretPatch")):
        return
    for path, given in shaped(resource):
        yield Finding(path=path, given=given, allowed="no secret; a Secret holds it")
    for path, name, text in told(resource):
        if _NAME.search(name) and not _REFERENCE.match(text) and _JAAS.search(text):
            yield Finding(
                path=path, given="a value in the clear", allowed="a reference to a Secret"
            )


policy = resource_rule(
    __name__,
    description="Secrets stand in Secrets only.",
    severity=Severity.CRITICAL,
    remediation="mount a Secret as a file, or take the variable from it by secretKeyRef.",
    judge=judge,
)
