"""How driver and executors are set up, without starting either."""

import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app import executor, java, session
from app.failure import ConfigurationError, StoreError
from app.settings import Settings
from tests.workloads.conftest import _certificate

TOKEN = "token-of-the-driver"  # noqa: S105 - of a server that lives for one test
ENVIRON = {
    "STORE_ENDPOINT": "https://store:7070",
    "STORE_REGION": "me-central-1",
    "STORE_LAKE": "lake-1",
    "STORE_FEATURES": "features-1",
    "EXECUTOR_TEMPLATE": "batch-executor",
    "EXECUTOR_IMAGE": "registry/mizan/batch@sha256:aa",
    "EXECUTOR_CPU_MILLICORES": "4000",
    "EXECUTOR_MEMORY_MIB": "8192",
    "MAX_EXECUTORS": "12",
    "DRIVER_MEMORY_MIB": "1024",
    "POD_NAMESPACE": "batch",
    "POD_NAME": "batch-x1",
    "POD_IP": "10.0.0.7",
    "SERVICE_ACCOUNT": "batch",
}


@pytest.fixture
def api(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder as pods find their account, and the API server that knows it."""
    certificate, key = _certificate(tmp_path)
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "ca.crt").write_bytes(certificate.read_bytes())

    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers["Authorization"] == f"Bearer {TOKEN}"
            there = self.path == "/api/v1/namespaces/batch/podtemplates/batch-executor"
            self.send_response(200 if known and there else 403)
            self.end_headers()
            said = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": []}}
            self.wfile.write(json.dumps({"kind": "PodTemplate", "template": said}).encode())

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield tmp_path, f"https://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def settings(**changes: str) -> Settings:
    return Settings.from_environment({**ENVIRON, **changes})


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setattr(session, "template", lambda pods: Path("executor.json"))
    return session.configuration(settings())


def test_what_is_said_between_pods_and_what_they_spill_is_encrypted(said: dict[str, str]) -> None:
    assert said["spark.authenticate"] == "true"
    assert said["spark.authenticate.secret.file"] == "/etc/mizan/rpc/secret_key"
    assert said["spark.network.crypto.enabled"] == "true"
    assert said["spark.network.crypto.cipher"] == "AES/GCM/NoPadding"
    assert said["spark.io.encryption.enabled"] == "true"
    assert said["spark.ui.enabled"] == "false"


def test_an_executor_gets_what_was_declared_and_no_more(said: dict[str, str]) -> None:
    assert said["spark.executor.cores"] == "4"
    for bound in ("request", "limit"):
        assert said[f"spark.kubernetes.executor.{bound}.cores"] == "4000m"
    parts = [said["spark.executor.memory"], said["spark.executor.memoryOverhead"]]
    assert sum(int(part.removesuffix("m")) for part in parts) == 8192
    assert said["spark.dynamicAllocation.maxExecutors"] == "12"
    assert said["spark.dynamicAllocation.shuffleTracking.enabled"] == "true"
    assert said["spark.kubernetes.executor.container.image"] == ENVIRON["EXECUTOR_IMAGE"]


def test_executors_go_with_their_driver_and_ask_for_nothing(said: dict[str, str]) -> None:
    assert said["spark.kubernetes.driver.pod.name"] == "batch-x1"
    assert said["spark.kubernetes.executor.disableConfigMap"] == "true"
    assert said["spark.driver.host"] == "10.0.0.7"


def test_no_secret_is_among_sparks_settings(said: dict[str, str], tmp_path: Path) -> None:
    provider = "spark.hadoop.fs.s3a.aws.credentials.provider"
    assert said[provider].endswith(".ContainerCredentialsProvider")
    mounted(tmp_path)
    with_one = session.configuration(
        Settings.from_environment({**ENVIRON, "MOUNT_ROOT": str(tmp_path), "EXECUTOR_TEMPLATE": ""})
    )
    assert with_one[provider].endswith(".EnvironmentVariableCredentialsProvider")
    assert "very-secret" not in str(with_one)


def mounted(folder: Path) -> Path:
    """A credential as pods find it."""
    (folder / "store").mkdir()
    certificate, _ = _certificate(folder)
    (folder / "store" / "ca.crt").write_bytes(certificate.read_bytes())
    (folder / "store" / "access_key").write_text("batch\n")
    (folder / "store" / "secret_key").write_text("very-secret\n")
    return folder / "store"


def test_java_gets_the_mounted_account_and_trusts_its_store(tmp_path: Path) -> None:
    mounted(tmp_path)
    environ = java.prepared({"MOUNT_ROOT": str(tmp_path)})
    assert environ["AWS_ACCESS_KEY_ID"] == "batch"
    assert environ["AWS_SECRET_ACCESS_KEY"] == "very-secret"  # noqa: S105 - of this test
    assert "-Djavax.net.ssl.trustStore=/" in environ["JAVA_TOOL_OPTIONS"]
    assert java.prepared({"MOUNT_ROOT": str(tmp_path / "no")}) == {
        "MOUNT_ROOT": str(tmp_path / "no")
    }


@pytest.mark.parametrize("file", ["access_key", "ca.crt"])
def test_a_credential_that_is_none_is_named(tmp_path: Path, file: str) -> None:
    store = mounted(tmp_path)
    (store / file).write_text("") if file == "ca.crt" else (store / file).unlink()
    with pytest.raises(ConfigurationError, match=file):
        java.prepared({"MOUNT_ROOT": str(tmp_path)})


def test_executors_are_made_from_the_template_in_the_cluster(api: tuple[Path, str]) -> None:
    pods = settings().pods
    assert pods is not None
    made = json.loads(session.template(pods, *api).read_text())
    assert made == {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"labels": {"a": "b"}},
        "spec": {"containers": []},
    }


def test_a_template_that_may_not_be_read_is_named(api: tuple[Path, str]) -> None:
    account, address = api
    pods = settings(EXECUTOR_TEMPLATE="other").pods
    assert pods is not None
    with pytest.raises(ConfigurationError, match=r"podtemplates/other cannot be read: HTTP.* 403"):
        session.template(pods, account, address)
    with pytest.raises(StoreError, match="the API server does not answer"):
        session.template(pods, account, "https://localhost:1")


def test_an_executor_runs_what_its_driver_told_it() -> None:
    told = {name: name.lower() for name in executor.TOLD.values()}
    words = executor.command(
        {
            **told,
            "SPARK_EXECUTOR_MEMORY": "576m",
            "SPARK_JAVA_OPT_10": "-Dlast=1",
            "SPARK_JAVA_OPT_2": "-Dsecond=1",
        }
    )
    assert words[:4] == ["java", "-Dsecond=1", "-Dlast=1", executor.KIND]
    assert words[4:6] == ["-Xms576m", "-Xmx576m"]
    assert words[words.index("--driver-url") + 1] == "spark_driver_url"
    assert words[words.index("--podName") + 1] == "spark_executor_pod_name"


def test_an_executor_without_a_driver_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("MOUNT_ROOT", str(tmp_path))
    assert executor.main() == 78
    assert "SPARK_DRIVER_URL" in capsys.readouterr().err


def test_an_executor_takes_the_place_of_its_program(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MOUNT_ROOT", str(tmp_path))
    for name in (*executor.TOLD.values(), "SPARK_EXECUTOR_MEMORY"):
        monkeypatch.setenv(name, "1")
    ran: list[str] = []

    def become(program: str, words: list[str], environ: object) -> None:
        ran.extend([program, words[-1]])
        raise SystemExit

    monkeypatch.setattr("os.execvpe", become)
    with pytest.raises(SystemExit):
        executor.main()
    assert ran == ["java", "1"]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("STORE_REGION", "", "STORE_REGION is not set"),
        ("STORE_ENDPOINT", "http://store:7070", "only https:// is allowed"),
        ("STORE_LAKE", "Lake!", "give a bucket name"),
        ("EXECUTOR_MEMORY_MIB", "512", "give a whole number from 1024"),
        ("MAX_EXECUTORS", "many", "give a whole number from 1"),
        ("POD_IP", "", "POD_IP is not set"),
    ],
)
def test_a_wrong_setting_is_refused(name: str, value: str, reason: str) -> None:
    with pytest.raises(ConfigurationError, match=reason):
        settings(**{name: value})
