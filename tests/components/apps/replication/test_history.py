"""What a copy lacks, as arithmetic on versions."""

from datetime import UTC, datetime

import pytest


def at(second):
    return datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC)


@pytest.fixture
def version(program):
    return lambda name, second: program.history.Version(
        id=name, modified=at(second), marker=name.startswith("gone")
    )


@pytest.fixture
def held(program):
    return lambda name, second, *, marked=False: program.history.Held(
        version=name,
        modified=at(second),
        digest="0",
        marked=marked,
        copy="c",
        deleted=False,
        locked_until=None,
    )


def lacking(program, source, held):
    return [version.id for version in program.history.missing(source, held)]


def test_what_was_never_copied_lacks_everything(program, version):
    assert lacking(program, [version("a", 1), version("b", 2)], None) == ["a", "b"]


def test_a_copy_lacks_what_came_after_it(program, version, held):
    source = [version("a", 1), version("b", 1), version("gone", 3), version("c", 4)]

    assert lacking(program, source, held("a", 1)) == ["b", "gone", "c"]
    assert lacking(program, source, held("c", 4)) == []


def test_a_deletion_is_marked_once(program, version, held):
    source = [version("a", 1), version("gone", 3)]

    assert lacking(program, source, held("a", 1)) == ["gone"]
    assert lacking(program, source, held("a", 1, marked=True)) == []


def test_a_deletion_of_what_was_never_copied_is_nothing(program, version):
    assert lacking(program, [version("gone", 1)], None) == []


def test_a_source_that_forgot_the_version_goes_by_time(program, version, held):
    assert lacking(program, [version("b", 2), version("c", 3)], held("a", 2)) == ["c"]
