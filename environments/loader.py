"""Finding an environment by its name and reading it."""

import json
import os
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from environments.allowance import Allowances
from environments.document import UnreadableError, read
from environments.explanation import explain
from environments.fault import Fault, InvalidEnvironmentError, listing, quote
from environments.model import Environment

_ROOT: Final = Path(__file__).parent
_FILE: Final = "environment.yaml"
VARIABLE: Final = "MIZAN_ENVIRONMENTS"


def folder() -> Path:
    """Return the folder of all environments: the one that `MIZAN_ENVIRONMENTS` names, or ours.

    Another folder holds variants: the same environment with a change that is tried before it is
    committed.
    """
    given = os.environ.get(VARIABLE)
    return Path(given) if given else _ROOT


def names(root: Path | None = None) -> tuple[str, ...]:
    """Return the names of all environments, in alphabetical order."""
    return tuple(sorted(file.parent.name for file in (root or folder()).glob(f"*/{_FILE}")))


def stacks(root: Path | None = None) -> tuple[str, ...]:
    """Return the names of all stacks: each environment's, and `<environment>.<recovery site>`."""
    recovery = {name: load(name, root).sites.recovery for name in names(root)}
    return tuple(
        stack
        for name, site in recovery.items()
        for stack in ([name] if site is None else [name, f"{name}.{site.name}"])
    )


def allowances(name: str, root: Path | None = None) -> Allowances:
    """Read the permissions to delete or replace what holds data: `<root>/<name>/allowances.yaml`.

    Raises:
        InvalidEnvironmentError: An entry is wrong or has expired.
    """
    return Allowances.of(name, root or folder())


def load(name: str, root: Path | None = None) -> Environment:
    """Read the environment `<root>/<name>/environment.yaml`.

    Args:
        name: Name of the environment, which is the name of its folder and its Pulumi stack.
        root: Folder that holds one folder for each environment; `folder()` by default.

    Raises:
        InvalidEnvironmentError: There is no such environment, or its file breaks the model; the
            message lists every fault with its file, line and field, what was given and what is
            allowed.
    """
    root = root or folder()
    file = f"{root.name}/{name}/{_FILE}"
    known = names(root)
    if name not in known:
        close = get_close_matches(name, known, n=1)
        reason = "unknown environment" + (f"; did you mean {close[0]}?" if close else "")
        raise InvalidEnvironmentError(
            f"{root.name}/",
            [Fault(path=(), reason=reason, given=quote(name), allowed=listing(known))],
        )
    try:
        document = read(root / name / _FILE)
    except UnreadableError as error:
        raise InvalidEnvironmentError(file, error.faults) from None
    try:
        # Through JSON, because only there does strict mode take a list for a tuple and text for a
        # choice, and still no "5" for 5.
        environment = Environment.model_validate_json(json.dumps(document.data))
    except ValidationError as error:
        found = (fault.at(document.line(fault.path)) for fault in explain(error, document.data))
        faults = sorted(found, key=lambda fault: fault.line or 0)
        raise InvalidEnvironmentError(file, faults) from None
    if environment.name != name:
        fault = Fault(
            path=("name",),
            reason="the name differs from the name of the folder",
            given=quote(environment.name),
            allowed=name,
            line=document.line(("name",)),
        )
        raise InvalidEnvironmentError(file, [fault])
    return environment
