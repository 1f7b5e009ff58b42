"""Which AWS resource types take no tags: `python -m tests.support.aws_tags` writes the list anew.

Read from the text of the installed SDK: to import all of it takes gigabytes.
"""

import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FILE = ROOT / "policies" / "tagging" / "untaggable.txt"

_TOKEN = re.compile(r"super\(\w+, __self__\)\.__init__\(\s*'(aws:[^']+)'")
_TAGS = re.compile(r"\n\s+tags: (.*)\n")
# A list of key and value; the rule reads it.
_LISTED = {"aws:autoscaling/group:Group"}


def untaggable() -> list[str]:
    """Tokens of the types that have no mapping of tags among their inputs."""
    found = importlib.util.find_spec("pulumi_aws")
    assert found is not None
    assert found.origin is not None
    tokens = []
    for file in sorted(Path(found.origin).parent.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        token = _TOKEN.search(text)
        if token is None:
            continue
        start = text.index("def _internal_init")
        tags = _TAGS.search(text[start : text.index("):", start)])
        if token[1] not in _LISTED and (tags is None or "Mapping" not in tags[1]):
            tokens.append(token[1])
    return sorted(tokens)


if __name__ == "__main__":
    FILE.write_text("".join(f"{token}\n" for token in untaggable()), encoding="utf-8")
