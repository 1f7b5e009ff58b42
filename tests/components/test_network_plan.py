from ipaddress import IPv4Network
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.network.plan import PRIVATE, ZONES, Role, plan

NAMES = ["one", "two", "three"]


@st.composite
def ranges(draw: st.DrawFn) -> str:
    whole = draw(st.sampled_from(PRIVATE))
    prefix = draw(st.integers(16, 21))
    places = 2 ** (prefix - whole.prefixlen)
    first = int(whole.network_address) + draw(st.integers(0, places - 1)) * 2 ** (32 - prefix)
    return str(IPv4Network((first, prefix)))


def all_of(cidr: str, zones: list[str]) -> list[IPv4Network]:
    return [
        IPv4Network(subnet)
        for of_role in plan(cidr, zones, {}).subnets.values()
        for subnet in of_role.values()
    ]


@given(ranges(), st.integers(1, ZONES))
def test_subnets_lie_in_the_network_and_never_overlap(cidr: str, count: int) -> None:
    found = all_of(cidr, NAMES[:count])
    assert len(found) == count * len(Role)
    assert all(subnet.subnet_of(IPv4Network(cidr)) for subnet in found)
    assert not any(one.overlaps(other) for one, other in combinations(found, 2))


@given(ranges())
def test_a_zone_more_moves_no_subnet(cidr: str) -> None:
    before, after = plan(cidr, NAMES[:1], {}), plan(cidr, NAMES, {})
    for role in Role:
        assert after.subnets[role]["one"] == before.subnets[role]["one"]
    assert after.zones == ("one", "two", "three")


@given(ranges())
def test_every_subnet_has_the_room_that_aws_asks_for(cidr: str) -> None:
    found = plan(cidr, NAMES, {}).subnets
    assert all(IPv4Network(subnet).prefixlen <= 27 for subnet in found[Role.EDGE].values())
    assert all(IPv4Network(subnet).prefixlen == 28 for subnet in found[Role.FIREWALL].values())
    nodes = sum(IPv4Network(subnet).num_addresses for subnet in found[Role.NODES].values())
    assert nodes * 4 == IPv4Network(cidr).num_addresses * 3


def test_a_plan_is_what_a_reader_expects() -> None:
    found = plan("10.40.0.0/16", ["a", "b", "c"], {})
    assert found.subnets[Role.NODES] == {
        "a": "10.40.0.0/18",
        "b": "10.40.64.0/18",
        "c": "10.40.128.0/18",
    }
    assert found.subnets[Role.DATA]["a"] == "10.40.192.0/22"
    assert found.subnets[Role.ENDPOINTS]["c"] == "10.40.232.0/22"
    assert found.subnets[Role.FIREWALL]["a"] == "10.40.204.0/28"


@pytest.mark.parametrize(
    ("cidr", "zones", "taken", "said"),
    [
        ("10.40.0.0/16", NAMES, {"the data centre": "10.0.0.0/8"}, "overlaps 10.0.0.0/8 of the da"),
        ("10.40.0.0/16", NAMES, {"services": "10.40.9.0/24"}, "overlaps 10.40.9.0/24 of services"),
        ("10.40.0.0/16", NAMES, {"the branch": "10.40"}, "the range of the branch, is not an IPv4"),
        ("10.40.0.0/22", NAMES, {}, "is a /22: a network is a /16 to a /21"),
        ("10.0.0.0/15", NAMES, {}, "is a /15"),
        ("10.40.0.1/16", NAMES, {}, "has host bits set"),
        ("10.40.0.0", NAMES, {}, "is a /32"),
        ("ten", NAMES, {}, "'ten', the range of the network, is not an IPv4 range"),
        ("8.8.0.0/16", NAMES, {}, "is not private"),
        ("100.64.0.0/16", NAMES, {}, "is not private"),
        ("10.40.0.0/16", [], {}, r"\(none\) cannot be planned"),
        ("10.40.0.0/16", ["a", "a"], {}, "one to 3 different zones"),
        ("10.40.0.0/16", ["a", "b", "c", "d"], {}, "one to 3 different zones"),
    ],
)
def test_a_plan_that_cannot_hold_is_refused(
    cidr: str, zones: list[str], taken: dict[str, str], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        plan(cidr, zones, taken)
