"""What names a model of Bedrock, and whether it answers in the region."""

import re
from typing import Final

from policies.reading import UNKNOWN, Tree

OF_REGION: Final = "a model of the region itself, by its ARN"
INVOKE: Final = ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream")
_PROFILE: Final = re.compile(
    r"\b(?:us|us-gov|eu|apac|jp|au|ca|sa|me|global)\.(?:ai21|amazon|anthropic|cohere|deepseek|meta"
    r"|mistral|openai|qwen|stability|twelvelabs|writer)\.[\w.:-]+"
    r"|(?<!application-)\binference-profile/"
)
_MODEL: Final = re.compile(
    r":(?:foundation-model|custom-model|provisioned-model|imported-model|application-inference-profile)/"
)


def spans_regions(text: str) -> bool:
    """Tells whether a text names a profile that AWS routes to several regions."""
    return _PROFILE.search(text) is not None


def by_name(value: Tree) -> bool:
    """Accepts models by name; an unknown ARN is one of this stack, judged when it is known."""
    return value is UNKNOWN or (isinstance(value, str) and _MODEL.search(value) is not None)
