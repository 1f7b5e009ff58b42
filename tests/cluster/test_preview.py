"""Native Pulumi on the running platform, in a shell that knows nothing but `.sandbox/env`."""

import os
import re
import subprocess

import pytest

from sandbox.layout import PROJECT

pytestmark = pytest.mark.cluster


def test_a_native_preview_works_by_itself_and_finds_nothing_to_change(layout):
    shell = {"HOME": os.environ["HOME"], "PATH": os.defpath, "TERM": "dumb"}
    native = f"pulumi preview -s {layout.environment} --policy-pack policies"
    done = subprocess.run(
        ["sh", "-c", f". .sandbox/env && {native} --non-interactive --expect-no-changes"],
        cwd=PROJECT, env=shell, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^ +[1-9]\d* unchanged$", done.stdout, re.MULTILINE), done.stdout
    assert "mizan" in done.stdout.partition("Policies:")[2], done.stdout
