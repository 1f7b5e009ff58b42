"""Run a program, keep its output, and turn its failure into one clear error."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.faults import SandboxError


def mortal(words: Sequence[str]) -> list[str]:
    """`words` as they must be called to end when this process does, however it is ended.

    Else a killed command would leave builders behind that write where the next one works.
    """
    return ["setpriv", "--pdeathsig", "KILL", *words]


def run(  # noqa: PLR0913 - each of these is a plain fact of one program run
    command: Sequence[str | Path],
    *,
    log: Path | None = None,
    cwd: Path | None = None,
    extra: Mapping[str, str] | None = None,
    stdin: str | None = None,
    outlives: bool = False,
    remedy: str = "read the lines above; run the command again once its cause is gone.",
) -> str:
    """Run `command` to its end and return what it printed on standard output.

    Args:
        command: Program and arguments.
        log: File that what it printed is added to.
        cwd: Folder in which it runs.
        extra: Environment variables besides this process's own.
        stdin: What it reads on standard input; nothing by default, so that it cannot ask.
        outlives: Let it finish even when this process is killed.
        remedy: What the user can do when it fails.

    Raises:
        SandboxError: It is not installed or it ended with a code other than zero; the
            message carries the last lines that it printed.
    """
    words = [str(word) for word in command]
    env = {**os.environ, **(extra or {})}
    if not shutil.which(words[0], path=env.get("PATH")):
        raise SandboxError(f"The program {words[0]} is not installed.", remedy)
    done = subprocess.run(
        words if outlives else mortal(words),
        cwd=cwd, env=env, input=stdin or "", capture_output=True, text=True, check=False,
    )  # fmt: skip
    if log:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a") as out:
            out.write(f"$ {' '.join(words)}\n{done.stdout}{done.stderr}\n")
    if done.returncode:
        told = f"{done.stdout.strip()}\n{done.stderr.strip()}".strip().splitlines()[-8:]
        raise SandboxError(
            f"`{' '.join(words[:4])} …` ended with {done.returncode}: {' | '.join(told)}.", remedy
        )
    return done.stdout
