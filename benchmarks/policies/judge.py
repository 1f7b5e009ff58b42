"""The pack over a plan, as a program: `python -m benchmarks.policies.judge FILE [RULE…]`.

It prints each violation as its rule and its URN, in JSON.
"""

import json
import sys
from pathlib import Path

from policies import catalog, documents, verdicts


def main(file: str, *rules: str) -> None:
    """Judge the plan by some rules, or by all."""
    chosen = [one for one in catalog.discover() if not rules or one.name in rules]
    document = documents.read(Path(file).read_text())
    found = [[one.rule, one.urn] for one in verdicts.judge(document.resources, chosen)]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
