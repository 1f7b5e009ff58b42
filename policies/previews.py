"""What a preview judged, so that an update makes that and nothing else.

Rules over a whole stack speak at the end: of a preview before anything is made, of an update when
all is. So a preview in which nothing was found leaves a receipt, and an update that has none, or
that declares something else, is refused at the first resource. Skipping the preview is then no way
round the law.

A receipt holds paths and salted digests, never a value. It is used once, within the hour, by the
same law on the same machine. It is no seal against who can change the pack or leave it out: that is
what the controls of the organisation and the cluster are for.
"""

import hashlib
import json
import os
import re
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from policies.catalog import ROOT
from policies.judging import Declared, Finding
from policies.reading import UNKNOWN, Tree

FRESH_SECONDS: Final = 3600
_DIGEST_BYTES: Final = 6
_ALLOWED: Final = "what a preview judged with the whole stack within the hour"
# A provider names things by chance, in each run anew.
_BY_CHANCE: Final = re.compile(r"-[0-9a-f]{7,8}(?![0-9A-Za-z])")
_DEFAULTS: Final = "__defaults"
_LAW: Final = (".py", ".yaml", ".csv", ".json", ".txt")

Seconds = Callable[[], float]


class Previews:
    """The receipts of one machine, and what the running operation declares."""

    def __init__(self, folder: Path | None = None, clock: Seconds = time.time) -> None:
        """Args: folder: Where receipts lie, by default in Pulumi's home. clock: Gives seconds."""
        home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
        self._folder = folder or home / "mizan" / "previews"
        self._clock = clock
        self._file: Path | None = None
        self._dry_run = True
        self._salt = ""
        self._declared: dict[str, Any] = {}
        self._lacks = ""

    def begin(self, organization: str, project: str, stack: str, *, dry_run: bool) -> None:
        """Notes which operation on which stack runs; an update takes its receipt, once."""
        name = hashlib.sha256(f"{organization}\n{project}\n{stack}".encode()).hexdigest()[:32]
        self._file = self._folder / f"{name}.json"
        self._dry_run = dry_run
        self._declared, self._salt = {}, secrets.token_hex(8)
        self._lacks = "" if dry_run else self._taken(self._file)

    def judge(self, resource: Declared) -> Iterator[Finding]:
        """Judges a resource of an update by the receipt; notes one of a preview."""
        if self._file is None:
            return  # an analysis of what is there already: nothing is made
        if self._dry_run:
            self._declared[resource.urn] = self._noted(resource)
        elif self._lacks:
            yield Finding(path="type", given=self._lacks, allowed=_ALLOWED)
        else:
            yield from self._compared(resource)

    def passed(self, resources: Iterable[Declared] = ()) -> None:
        """Leaves a receipt of a preview in which nothing was found.

        Args:
            resources: What was judged, with what each input was made from. Such an input may come
                out otherwise when its source has changed; then it is judged again, by itself.
        """
        if self._file is None or not self._dry_run:
            return
        for resource in resources:
            self._opened(resource)
        receipt = {
            "law": law(),
            "at": self._clock(),
            "salt": self._salt,
            "resources": self._declared,
        }
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = self._file.with_suffix(f".{os.getpid()}")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as to:
                json.dump(receipt, to)
            draft.replace(self._file)
        except OSError as error:  # a preview alone needs none; an update will say that it lacks it
            sys.stderr.write(f"mizan: no receipt of this preview could be written: {error}\n")

    def _opened(self, resource: Declared) -> None:
        noted = self._declared.get(resource.urn)
        made = [key for key, sources in resource.derived_from.items() if sources]
        if noted is not None and made:
            noted["open"] += made
            noted["known"] = {
                path: digest for path, digest in noted["known"].items() if not _within(path, made)
            }

    def failed(self) -> None:
        """Takes away what an earlier preview left, since this one found something."""
        if self._file is not None and self._dry_run:
            self._file.unlink(missing_ok=True)

    def _taken(self, file: Path) -> str:
        """Takes the receipt; says what is wrong with it, or nothing."""
        try:
            receipt = json.loads(file.read_text(encoding="utf-8"))
            file.unlink()
            age = self._clock() - float(receipt["at"])
            self._salt, self._declared = str(receipt["salt"]), dict(receipt["resources"])
            same = receipt["law"] == law()
        except FileNotFoundError:
            return "an update without a preview of its own"
        except (OSError, ValueError, KeyError, TypeError) as error:
            return f"a receipt of a preview that cannot be read ({error})"
        if not 0 <= age <= FRESH_SECONDS:
            return "an update long after its preview"
        return "" if same else "a preview by another law"

    def _noted(self, resource: Declared) -> dict[str, Any]:
        facts = list(_facts(resource.props))
        return {
            "type": resource.type,
            "provider": resource.provider_type,
            # Its provider could not be asked yet what it adds by itself.
            "grows": any(value is UNKNOWN for _, value in _facts(resource.provider_props)),
            "open": [path for path, value in facts if value is UNKNOWN],
            "known": {
                path: self._digest(path, value) for path, value in facts if value is not UNKNOWN
            },
        }

    def _compared(self, resource: Declared) -> Iterator[Finding]:
        judged = self._declared.get(resource.urn)
        kind = (resource.type, resource.provider_type)
        if judged is None or (judged["type"], judged["provider"]) != kind:
            yield Finding(path="type", given=resource.type, allowed=_ALLOWED)
            return
        known: Mapping[str, str] = judged["known"]
        facts = [fact for fact in _facts(resource.props) if not _within(fact[0], judged["open"])]
        paths = {path for path, _ in facts}
        for path, value in facts:
            added = path not in known and not judged["grows"]
            if added or (path in known and known[path] != self._digest(path, value)):
                yield Finding(path=path, given="another value", allowed=_ALLOWED)
        for path in known.keys() - paths:
            yield Finding(path=path, given="nothing", allowed=_ALLOWED)

    def _digest(self, path: str, value: Tree) -> str:
        said = _BY_CHANCE.sub("-", value) if isinstance(value, str) else repr(value)
        text = f"{self._salt}\n{path}\n{type(value).__name__}\n{said}"
        return hashlib.blake2b(
            text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES
        ).hexdigest()


def law(root: Path = ROOT) -> str:
    """Gives a digest of everything that the pack judges by."""
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*")):
        if file.suffix in _LAW and file.is_file():
            digest.update(f"{file.relative_to(root)}\n".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _facts(tree: Tree, at: str = "") -> Iterator[tuple[str, Tree]]:
    """Walks to every scalar that a program declared, without what its provider chose by default."""
    if isinstance(tree, dict):
        chosen = tree.get(_DEFAULTS)
        skipped = chosen if isinstance(chosen, list) else []
        for key, value in tree.items():
            if key != _DEFAULTS and key not in skipped:
                yield from _facts(value, f"{at}.{key}" if at else key)
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from _facts(value, f"{at}[{index}]")
    elif tree is not None:
        yield at, tree


def _within(path: str, places: list[str]) -> bool:
    return any(path == place or path.startswith((f"{place}.", f"{place}[")) for place in places)
