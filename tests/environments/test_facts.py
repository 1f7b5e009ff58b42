"""The tables behind the model: regions, obligations, sizes; and the one door."""

from itertools import pairwise

import pytest

import environments
from environments.governance import DataClass, Perimeter, Residency, Sector
from environments.obligation import obligations, obligations_of, residency_of
from environments.profiles import PROFILES
from environments.region import regions


def test_no_region_outside_the_country_is_known() -> None:
    assert {region.country for region in regions().values()} == {"AE"}
    assert list(regions()) == ["me-central-1"]


def test_every_family_stands_in_physical_zones_of_its_region() -> None:
    for region in regions().values():
        for name, family in region.families.items():
            assert family.zones, name
            assert set(family.zones) <= set(region.zones.values()), name
            assert name not in region.absent


def test_gpu_families_stand_where_the_offerings_say() -> None:
    offered = regions()["me-central-1"].offered
    assert offered(accelerated=True) == ("g5", "g6", "g6e", "p5en")
    assert offered(accelerated=True, zone_id="mec1-az1") == ("g5", "g6", "g6e", "p5en")
    assert offered(accelerated=True, zone_id="mec1-az2") == ("g5", "g6", "g6e")
    assert offered(accelerated=True, zone_id="mec1-az3") == ("p5en",)


def test_families_that_do_not_encrypt_in_transit_are_never_offered() -> None:
    region = regions()["me-central-1"]
    plain = {name for name, family in region.families.items() if not family.encrypts}
    assert plain == {"c5", "m5", "r5", "c5d", "m5d", "r5d", "c6g", "m6g", "r6g", "m6gd", "i3"}
    assert plain.isdisjoint(region.offered(accelerated=False))
    assert {"t3", "t4g"} <= set(region.absent)


def test_two_zones_lack_the_newest_memory_families() -> None:
    offered = regions()["me-central-1"].offered
    missing = set(offered(accelerated=False)) - set(offered(accelerated=False, zone_id="mec1-az1"))
    assert missing == {"r8i", "x2iezn"}


def test_sectors_with_localisation_law_keep_data_in_the_country_in_every_perimeter() -> None:
    for perimeter in Perimeter:
        for sector in (Sector.BANK, Sector.HEALTH, Sector.GOVERNMENT):
            rows = obligations_of(perimeter, sector, [DataClass.INTERNAL])
            assert any(row.residency is Residency.HARD for row in rows), (perimeter, sector)


def test_health_information_is_bound_in_any_sector() -> None:
    rows = obligations_of(Perimeter.DIFC, Sector.GENERAL, [DataClass.HEALTH])
    assert [row.name for row in rows] == ["health information", "DIFC entities"]


def test_an_onshore_company_without_personal_data_is_free() -> None:
    (row,) = obligations_of(Perimeter.ONSHORE, Sector.GENERAL, [DataClass.INTERNAL])

    assert row.residency is Residency.FREE
    assert residency_of(Perimeter.ONSHORE, Sector.GENERAL, [DataClass.INTERNAL]) is Residency.FREE


def test_what_no_row_binds_stays_in_the_country(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("environments.obligation.obligations", lambda: ())

    assert residency_of(Perimeter.ONSHORE, Sector.GENERAL, [DataClass.PUBLIC]) is Residency.HARD


@pytest.mark.parametrize("perimeter", Perimeter)
def test_health_stays_in_the_country_whatever_else_is_held(perimeter: Perimeter) -> None:
    classes = [DataClass.PUBLIC, DataClass.HEALTH]

    assert residency_of(perimeter, Sector.HEALTH, [DataClass.PUBLIC]) is Residency.HARD
    assert residency_of(perimeter, Sector.GENERAL, classes) is Residency.HARD


def test_every_row_of_the_law_names_its_instrument_and_binds_somebody() -> None:
    for row in obligations():
        assert len(row.instrument) > 10
        assert row.when.perimeters or row.when.sectors or row.when.data_classes


def test_each_size_is_larger_than_the_one_before() -> None:
    rows = list(PROFILES.values())
    for small, large in pairwise(rows):
        assert small.requests.cpu_millicores < large.requests.cpu_millicores
        assert small.requests.memory_mib < large.requests.memory_mib


def test_the_small_sizes_are_those_of_the_platform_pods() -> None:
    asked = {size: profile.requests.quantities for size, profile in PROFILES.items()}
    assert asked["nano"] == {"cpu": "50m", "memory": "128Mi"}
    assert asked["tiny"] == {"cpu": "100m", "memory": "256Mi"}
    assert asked["small"] == {"cpu": "200m", "memory": "512Mi"}


def test_the_door_is_sorted_and_holds_what_it_says() -> None:
    assert environments.__all__ == sorted(environments.__all__)
    for name in environments.__all__:
        assert getattr(environments, name) is not None
