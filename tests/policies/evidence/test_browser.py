"""The page opens in a real browser that has no network, and prints.

Needs Debian's chromium, which `make accept` installs.
"""

import json
import re
import shutil
import subprocess

import pytest

from policies.evidence import page
from tests.policies.evidence.conftest import evidence_of

pytestmark = pytest.mark.acceptance

# No name resolves and no proxy answers; whatever the page would load has to fail.
OFFLINE = ("--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9", "--no-sandbox")


def browser(folder, *words):
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("chromium is not installed. Remedy: apt-get install chromium")
    done = subprocess.run(
        [program, "--headless", "--disable-gpu", f"--user-data-dir={folder / 'profile'}",
         *OFFLINE, "--enable-logging=stderr", *words, f"file://{folder / 'report.html'}"],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    refused = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert not refused, refused
    return done.stdout


@pytest.fixture(params=["uae-prod", "smb"])
def opened(request, tmp_path):
    found = evidence_of(request.param)
    (tmp_path / "report.html").write_text(page.render(found, "00"), encoding="utf-8")
    return found, tmp_path


def test_the_browser_shows_every_control_and_runs_the_filter(opened):
    found, folder = opened

    shown = browser(folder, "--dump-dom")

    controls = [one for framework in found["frameworks"] for one in framework["controls"]]
    assert shown.count("data-control=") == len(controls)
    assert f"<output>{len(controls)} of {len(controls)}</output>" in shown
    assert re.search(r'<html lang="en" class="scripted">', shown)


def test_it_prints_with_every_page_numbered(opened):
    _, folder = opened

    browser(folder, f"--print-to-pdf={folder / 'report.pdf'}", "--no-pdf-header-footer")

    pdf = (folder / "report.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) > 10


def test_the_report_of_the_page_is_plain_json(opened):
    found, _ = opened

    assert json.loads(json.dumps(found)) == found
