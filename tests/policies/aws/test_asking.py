"""Each type of AWS with an input for encryption is asked for it, or excused with a reason."""

import re
from pathlib import Path

import pytest

from policies.aws import asking, sdk, world
from policies.aws.asking import AT_REST, IN_TRANSIT, NOTHING
from policies.aws.world import WORLD
from policies.reading import UNKNOWN

TYPES = sdk.inputs()
OPAQUE = "supply-chain-opaque-content"
JUDGED = {token for token, known in WORLD.items() if not known.refused and known.rule != OPAQUE}
WITH_INPUTS = {token for token, (_, paths) in world.baseline().items() if paths} & JUDGED
ASKS = [
    (token, ask) for table in (AT_REST, IN_TRANSIT) for token, asks in table.items() for ask in asks
]
FIREHOSE = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"


def test_every_type_with_an_input_for_encryption_is_asked_or_excused() -> None:
    assert len(WITH_INPUTS) > 150
    assert WITH_INPUTS - set(AT_REST) - set(IN_TRANSIT) - set(NOTHING) == set()


def test_nothing_is_asked_of_types_that_are_refused() -> None:
    assert {token for token, _ in ASKS} | set(NOTHING) <= JUDGED


def test_no_type_is_both_asked_and_excused() -> None:
    assert set(NOTHING) & {token for token, _ in ASKS} == set()


def test_paths_are_inputs_of_their_type_to_the_last_name() -> None:
    for token, ask in ASKS:
        known = {path.replace("[]", "") for path in TYPES[token]}
        for path in (ask.demand[0], *ask.when, *ask.unless):
            assert re.sub(r"\[[+*]\]|\?", "", path) in known, (token, path)


def test_an_input_that_excuses_is_one_that_is_set() -> None:
    asks = AT_REST[FIREHOSE]
    stream = {"kinesisSourceConfiguration": {"kinesisStreamArn": "arn"}}

    assert [found.path for found in asking.lacking(stream, asks)] == []
    for props in ({}, {"kinesisSourceConfiguration": UNKNOWN}):
        found = {one.path for one in asking.lacking(props, asks)}
        assert "serverSideEncryption.enabled" in found


def test_an_unknown_condition_makes_the_demand() -> None:
    asks = AT_REST["aws:rds/clusterInstance:ClusterInstance"]

    assert list(asking.lacking({"performanceInsightsEnabled": UNKNOWN}, asks))
    assert not list(asking.lacking({"performanceInsightsEnabled": False}, asks))


@pytest.mark.parametrize(
    "fault", ["types: sqs/queues, ask: {a: key}", "types: sqs/queue, ask: {a: maybe}"]
)
def test_a_faulty_table_is_one_clear_error(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "encryption.yaml"
    path.write_text(f"{{at_rest: [{{{fault}}}], in_transit: [], nothing: []}}", encoding="utf-8")

    with pytest.raises(asking.AskingError, match=r"encryption\.yaml: the table of encryption"):
        asking.load(path)
