"""What the cloud holds besides what is known: nothing more, nothing less."""

from types import SimpleNamespace

from sandbox.rehearsal import inventory


def told(store: str, key: str, *names: str, **more) -> dict:
    return {
        "service": "ec2", "region": "me-central-1", "store": store, "key": key,
        "names": [key, *names], "tags": {}, "state": "", "network": "", **more,
    }  # fmt: skip


def besides(*things: dict, names: set[str], first: frozenset = frozenset()) -> list[str]:
    cloud = SimpleNamespace(inventory=lambda: things)
    return [thing.key for thing in inventory.besides(cloud, first, names)]


def test_what_bears_a_known_name_is_known():
    assert besides(told("subnets", "subnet-1", "arn:1"), names={"arn:1"}) == []
    assert besides(told("subnets", "subnet-1", "arn:1"), names={"arn:2"}) == ["subnet-1"]


def test_what_the_account_was_born_with_is_not_told():
    born = frozenset({("ec2", "me-central-1", "subnets", "subnet-1")})
    assert besides(told("subnets", "subnet-1"), names=set(), first=born) == []


def test_what_comes_with_a_network_is_known_with_it_unless_it_was_made_by_somebody():
    network = told("vpcs", "vpc-1")
    table = told("route_tables", "rtb-1", network="vpc-1")
    own = told("route_tables", "rtb-2", network="vpc-1", tags={"Name": "own"})
    assert besides(network, table, own, names={"vpc-1"}) == ["rtb-2"]
    assert besides(network, table, names=set()) == ["vpc-1", "rtb-1"]
    assert besides(table, names=set()) == []


def test_what_waits_to_be_forgotten_and_settings_of_accounts_are_not_told():
    assert besides(told("keys", "k", state="PendingDeletion"), names=set()) == []
    assert besides(told("account default", "settings"), names=set()) == []


def test_a_resource_is_known_by_id_arn_and_name():
    state = [
        {
            "type": "aws:s3/bucket:Bucket",
            "id": "lake-1",
            "outputs": {"arn": "arn:aws:s3:::lake-1", "bucket": "lake-1", "policy": "text"},
        }
    ]
    assert inventory.known(state) == {"lake-1", "arn:aws:s3:::lake-1"}
