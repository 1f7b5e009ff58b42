"""An update without changes costs seconds, whatever the number of objects."""

import time

import pytest

from tests.sandbox.provider.project import Project

pytestmark = pytest.mark.engine

OBJECTS = 60
MOST_SECONDS = 15


def test_an_update_without_changes_of_sixty_objects_is_fast(project: Project) -> None:
    project.write(
        f"""
        for number in range({OBJECTS}):
            k8s.core.v1.ConfigMap(
                f"settings-{{number}}", metadata={{"name": f"settings-{{number}}"}},
                data={{"number": str(number)}},
            )
        """
    )
    project.up().expect_success()
    started = time.monotonic()
    unchanged = project.up(skip_preview=False).expect_success().output
    seconds = time.monotonic() - started
    assert f"{OBJECTS + 1} unchanged" in unchanged
    assert seconds < MOST_SECONDS, f"preview and update took {seconds:.1f} s"
