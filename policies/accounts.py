"""Which AWS accounts are one's own or a known peer, and which ones a text names."""

import re
from collections.abc import Iterator
from typing import Final

from policies.boundary import BOUNDARY
from policies.judging import Declared
from policies.locations import PARTITION, unescaped
from policies.reading import field, structured

_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_IN_ARN: Final = re.compile(
    PARTITION + r"[ \t]*+[\w.*?-]*[ \t]*+:[ \t]*+[\w*?.-]*[ \t]*+:[ \t]*+([^:\s\"',]*)[ \t]*+:",
    re.IGNORECASE,
)
_BY_AWS: Final = ("", "aws")
"""Accounts of ARNs that belong to nobody, as buckets, or to AWS, as its managed policies."""


def known(resource: Declared) -> frozenset[str]:
    """Accounts that a resource may name: those of its provider, and the peers of the boundary.

    A provider that pins no account (`allowedAccountIds`) has none, so that nothing passes by it.
    """
    own = structured(field(resource.provider_props, "allowedAccountIds"))
    ids = own if isinstance(own, list) else []
    return BOUNDARY.peer_account_ids | {str(account) for account in ids}


def named(text: str) -> Iterator[str]:
    """Yields the accounts that a text names: the text itself, or the account of each ARN in it.

    A pattern in place of an account (`*`) is yielded as it stands: it names every account.
    """
    if _ACCOUNT.fullmatch(text):
        yield text
    elif "arn" in text.lower():
        for match in _IN_ARN.finditer(unescaped(text)):
            if match[1] not in _BY_AWS:
                yield match[1]
