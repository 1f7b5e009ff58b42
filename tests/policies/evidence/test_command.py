"""`python -m policies.evidence`, as a user calls it."""

import json
import os
import subprocess
import sys

import pytest

from policies.evidence import __main__ as command
from policies.evidence import signing
from tests.policies.evidence.conftest import REPOSITORY
from tests.support.engine import environment_plan
from tests.support.plan_documents import AWS, document, of_program, state

ENVIRONMENT = REPOSITORY / "environments" / "smb" / "environment.yaml"


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Writes the evidence of a plan; gives the exit code and the folder."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")

    def write(plan, *more, out="out"):
        (tmp_path / "plan.json").write_text(plan)
        keys = () if "--key" in more else ("--made-key", str(tmp_path / "key.pem"))
        code = command.main(
            ["write", str(tmp_path / "plan.json"), "--environment", str(ENVIRONMENT),
             "--out", str(tmp_path / out), *keys, *more]
        )  # fmt: skip
        return code, tmp_path / out / "smb"

    return write


@pytest.fixture(scope="module")
def plan():
    return of_program(environment_plan("smb"), "smb")


def test_evidence_is_written_signed_and_the_same_again(written, plan, capsys):
    code, folder = written(plan)
    again, other = written(plan, out="again")

    assert (code, again) == (0, 0)
    assert {file.name for file in folder.iterdir()} == {
        "manifest.json", "manifest.sig", "plan.json", "report.html", "report.json", "signer.pem"
    }  # fmt: skip
    for file in folder.iterdir():
        assert file.read_bytes() == (other / file.name).read_bytes(), file.name
    assert command.main(["verify", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "evidence of smb, dated 2026-09-21T14:13:20Z" in said
    assert "which proves no author" in said
    assert "not who signed" in said


def test_another_process_writes_the_same_bytes(written, plan, tmp_path):
    _, folder = written(plan)

    subprocess.run(
        [sys.executable, "-m", "policies.evidence", "write", str(tmp_path / "plan.json"),
         "--environment", str(ENVIRONMENT), "--out", str(tmp_path / "other"),
         "--made-key", str(tmp_path / "key.pem")],
        cwd=REPOSITORY, check=True, env={**os.environ, "PYTHONHASHSEED": "7"}, timeout=120,
    )  # fmt: skip

    for file in folder.iterdir():
        assert file.read_bytes() == (tmp_path / "other" / "smb" / file.name).read_bytes()


def test_a_violation_is_written_and_told_by_the_exit_code(written):
    code, folder = written(document([AWS, state("aws:s3/bucket:Bucket", "a", {"region": "x"})]))

    assert code == command.VIOLATED
    assert json.loads((folder / "report.json").read_text())["summary"]["violations"] > 0
    assert command.main(["verify", str(folder)]) == 0


def test_a_given_key_signs_and_is_named_so(written, plan, tmp_path, capsys):
    signing.sandbox_key(tmp_path / "mine.pem")

    code, folder = written(plan, "--key", str(tmp_path / "mine.pem"))

    assert code == 0
    assert "signed by   the key given" in capsys.readouterr().out
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["signer"]["key"] == "given by the user"
    assert command.main(["verify", str(folder), "--key", str(folder / "signer.pem")]) == 0


def test_a_changed_report_is_refused(written, plan, capsys):
    _, folder = written(plan)
    page = folder / "report.html"
    page.write_text(page.read_text().replace("No violation", "no violation", 1))

    assert command.main(["verify", str(folder)]) == 1
    assert "report.html: changed since it was signed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("plan", "said"),
    [("", "is not JSON"), ("{}", "holds no resource"), ("[]", "is no object")],
)
def test_what_is_no_plan_is_one_clear_error(written, plan, said, capsys):
    code, folder = written(plan)

    assert code == 1
    assert said in capsys.readouterr().err
    assert not folder.exists()


def test_a_plan_without_a_date_is_one_clear_error(written, plan, capsys, monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH")

    assert written(plan)[0] == 1
    assert "Remedy: set SOURCE_DATE_EPOCH" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["name: smb", "- a", "{"])
def test_a_faulty_environment_is_one_clear_error(written, plan, tmp_path, text, capsys):
    (tmp_path / "environment.yaml").write_text(text)

    code, _ = written(plan, "--environment", str(tmp_path / "environment.yaml"))

    assert code == 1
    assert "environment.yaml: the environment" in capsys.readouterr().err


SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


def exported(plan, **outputs):
    """What `pulumi stack export` would write of a plan that was carried out."""
    states = [step["newState"] for step in json.loads(plan)["steps"]]
    states[-1] = {**states[-1], "outputs": outputs}
    manifest = {"time": "2026-11-20T14:00:00+04:00", "version": "v3.0.0"}
    return json.dumps({"version": 3, "deployment": {"manifest": manifest, "resources": states}})


@pytest.mark.parametrize("stack", ["local", "uae-prod.abu-dhabi-dc"])
def test_the_state_of_a_site_on_premises_is_evidence_dated_by_itself(
    written, tmp_path, stack, capsys
):
    environment = ENVIRONMENT.parents[1] / stack.partition(".")[0] / "environment.yaml"
    state = exported(of_program(environment_plan(stack), stack), token={**SECRET, "ciphertext": ""})

    code, _ = written(state, "--environment", str(environment))

    assert code == 0
    assert f"evidence of {stack}, dated 2026-11-20T10:00:00Z" in capsys.readouterr().out
    found = json.loads((tmp_path / "out" / stack / "report.json").read_text())
    assert (found["stack"], found["dated"]["by"]) == (stack, "the exported state")
    assert found["summary"]["stores"] > 0


def test_a_state_with_a_secret_in_clear_is_no_evidence(written, plan, capsys):
    code, folder = written(exported(plan, token=[{**SECRET, "plaintext": '"hidden"'}]))

    assert (code, folder.exists()) == (1, False)
    said = capsys.readouterr().err
    assert "outputs.token[0]: a secret in clear" in said
    assert "hidden" not in said
