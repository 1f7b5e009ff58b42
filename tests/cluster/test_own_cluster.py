"""`MIZAN_KUBECONFIG`: the same platform on a cluster that `up` did not start."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from sandbox.layout import PROJECT
from sandbox.ports import ports

pytestmark = pytest.mark.cluster


def test_up_takes_the_cluster_that_it_is_given_and_reaches_it_by_its_api(layout, tmp_path):
    kubeconfig = shutil.copy(layout.kubeconfig, tmp_path / "kubeconfig")
    summary, variables = layout.summary.read_text(), (layout.sandbox / "env").read_text()
    # Other ports than those of the embedded cluster: it is reached by `kubectl port-forward`.
    told = {"MIZAN_KUBECONFIG": str(kubeconfig), "MIZAN_PORT": str(ports().api + 100)}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "sandbox", "up", layout.environment],
            cwd=PROJECT, env={**os.environ, **told}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        found = json.loads(layout.summary.read_text())
        assert found["changes"] == {}
        assert found["kubeconfig"] == str(kubeconfig)
        assert found["peak_memory_gib"] is None
        assert not [one for one in found["stand_ins"] if "embedded" in one]
        assert found["answers"]["variants"] == json.loads(summary)["answers"]["variants"]
    finally:
        layout.given.unlink(missing_ok=True)
        layout.summary.write_text(summary)
        (layout.sandbox / "env").write_text(variables)
