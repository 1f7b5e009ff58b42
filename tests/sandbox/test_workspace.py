"""The launchers that Pulumi finds on PATH."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from sandbox import layout, workspace
from sandbox.layout import Layout

HOST = "pulumi-language-python"


@pytest.fixture
def place(tmp_path, monkeypatch) -> Layout:
    monkeypatch.setattr(layout, "PROJECT", tmp_path / "checkout")
    made = Layout("local")
    made.bin.mkdir(parents=True)
    return made


def first_line(command: list[str], folder: Path) -> str:
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as host:
        assert host.stdout
        line = host.stdout.readline()
        host.terminate()
    return str(line)


def test_a_file_in_the_current_folder_does_not_stand_in_for_a_module(place, tmp_path):
    workspace._launcher(place, HOST)
    (tmp_path / "grpc.py").write_text("raise SystemExit('the wrong module')")
    launcher = place.bin / HOST

    assert first_line([str(launcher), "127.0.0.1:1"], tmp_path).strip().isdigit()

    launcher.write_text(launcher.read_text().replace(" -P ", " "))
    assert first_line([str(launcher), "127.0.0.1:1"], tmp_path) == "the wrong module\n"


def test_an_official_plugin_of_the_users_wins(place, tmp_path, monkeypatch):
    monkeypatch.setattr(workspace, "official", lambda name, _: name == "pulumi" and "/theirs")
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path))
    step = SimpleNamespace(note="")
    assert len(workspace.prepare_engine(place, step, used=("aws", "kubernetes"))) == 2
    assert (place.bin / "pulumi-resource-aws").exists()

    (tmp_path / "plugins" / "resource-aws-v7.51.1").mkdir(parents=True)
    assert "AWS" not in str(workspace.prepare_engine(place, step, used=("aws", "kubernetes")))
    assert not (place.bin / "pulumi-resource-aws").exists()


def test_the_engine_lies_beside_its_language_host_under_a_path_of_its_own(place, tmp_path):
    built = tmp_path / "pulumi"
    built.write_text("engine")

    workspace._beside(built, place.bin / "pulumi")

    assert (place.bin / "pulumi").resolve() == place.bin / "pulumi"
    assert (place.bin / "pulumi").samefile(built)


def test_a_cache_on_another_disk_is_copied_from(place, tmp_path, monkeypatch):
    built = tmp_path / "pulumi"
    built.write_text("engine")
    built.chmod(0o755)

    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    workspace._beside(built, place.bin / "pulumi")

    assert os.access(place.bin / "pulumi", os.X_OK)
    assert (place.bin / "pulumi").read_text() == "engine"


def test_programs_keep_their_bytecode_where_the_users_shell_forbids_it(place, tmp_path):
    variables = workspace.environment(place, tmp_path / "kubeconfig")
    (tmp_path / "part.py").write_text("")

    subprocess.run(
        [sys.executable, "-c", "import part"],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **variables, "PYTHONPATH": "."},
        cwd=tmp_path,
        check=True,
    )

    assert list((tmp_path / "__pycache__").glob("part.*.pyc"))
