"""The stand-in of AWS, seen by a plain client."""

import http.client
import json

import botocore.session
import pytest
from botocore.exceptions import ClientError

from sandbox.aws import running
from sandbox.faults import SandboxError


@pytest.fixture
def client(stand_in):
    def make(service):
        return botocore.session.get_session().create_client(
            service,
            region_name="me-central-1",
            endpoint_url=stand_in,
            **dict.fromkeys(("aws_access_key_id", "aws_secret_access_key"), "any"),
        )

    return make


def code_of(operation, **given):
    with pytest.raises(ClientError) as error:
        operation(**given)
    return error.value.response["Error"]["Code"]


def test_what_moto_lacks_is_kept_and_answers_with_the_services_own_errors(client):
    analyzer = client("accessanalyzer")
    arn = analyzer.create_analyzer(analyzerName="one", type="ACCOUNT", tags={"a": "b"})["arn"]
    assert analyzer.get_analyzer(analyzerName="one")["analyzer"]["status"] == "ACTIVE"
    assert code_of(analyzer.create_analyzer, analyzerName="one", type="ACCOUNT") == (
        "ConflictException"
    )
    assert code_of(analyzer.get_analyzer, analyzerName="two") == "ResourceNotFoundException"
    analyzer.tag_resource(resourceArn=arn, tags={"c": "d"})
    analyzer.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert analyzer.list_tags_for_resource(resourceArn=arn)["tags"] == {"c": "d"}
    analyzer.delete_analyzer(analyzerName="one")
    assert [a for a in analyzer.list_analyzers()["analyzers"] if a["name"] == "one"] == []


def test_what_nobody_has_is_named(client):
    with pytest.raises(ClientError, match="auditmanager:ListControls is not to be had here"):
        client("auditmanager").list_controls(controlType="Custom")
    with pytest.raises(ClientError, match="gamelift:ListFleets is not to be had here"):
        client("gamelift").list_fleets()


def test_the_report_says_who_answered(client, stand_in):
    client("kms").create_key()
    client("accessanalyzer").list_analyzers()
    connection = http.client.HTTPConnection(stand_in.removeprefix("http://"))
    connection.request("GET", "/mizan/report")
    report = json.load(connection.getresponse())
    connection.close()
    assert report["moto"]["kms:CreateKey"] >= 1
    assert report["kept"]["accessanalyzer:ListAnalyzers"] >= 1


def test_starting_twice_is_starting_once_and_stopping_ends_what_was_started(tmp_path):
    first = running.start(tmp_path)
    try:
        assert running.start(tmp_path) == first
        with pytest.raises(SandboxError, match="runs with --account 111122223333"):
            running.start(tmp_path, account="444455556666")
    finally:
        running.stop(tmp_path)
    assert not first.alive
    assert running.running(tmp_path) is None
    running.stop(tmp_path)
