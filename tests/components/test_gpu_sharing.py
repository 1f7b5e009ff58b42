import tomllib

import pytest

from components.gpu_sharing import GpuSharing


def nvidia(sharing: GpuSharing, accelerator: str) -> dict[str, object]:
    document = tomllib.loads(sharing.settings(accelerator))
    found: dict[str, object] = document["settings"]["kubelet-device-plugins"]["nvidia"]
    return found


def test_a_whole_accelerator_is_handed_out_by_the_node_itself() -> None:
    assert nvidia(GpuSharing(), "NVIDIA L4") == {"device-list-strategy": "volume-mounts"}


def test_turns_keep_the_name_that_scales_nodes_and_nobody_gets_two_of_one_device() -> None:
    found = nvidia(GpuSharing(strategy="time-slicing", parts=4), "NVIDIA L4")
    assert found["device-sharing-strategy"] == "time-slicing"
    assert found["time-slicing"] == {
        "replicas": 4,
        "rename-by-default": False,
        "fail-requests-greater-than-one": True,
    }


def test_partitions_are_cut_by_the_model_of_the_accelerator() -> None:
    found = nvidia(GpuSharing(strategy="partitions", parts=7), "NVIDIA H200")
    assert found["device-partitioning-strategy"] == "mig"
    assert found["mig"] == {"profile": {"h200.141gb": "7"}}


def test_a_node_without_an_accelerator_has_nothing_to_set() -> None:
    assert GpuSharing().settings(None) == ""


@pytest.mark.parametrize(
    ("sharing", "accelerator", "told"),
    [
        (GpuSharing(parts=2), "NVIDIA L4", "a whole accelerator serves one pod"),
        (GpuSharing(strategy="time-slicing", parts=2), None, "no accelerator to share"),
        (GpuSharing(strategy="time-slicing"), "NVIDIA L4", "starts at 2"),
        (GpuSharing(strategy="partitions", parts=7), "NVIDIA L40S", "has no partitions"),
        (GpuSharing(strategy="partitions", parts=5), "NVIDIA H200", "cut into 2, 3, 7"),
    ],
)
def test_what_the_accelerator_cannot_do_is_refused(
    sharing: GpuSharing, accelerator: str | None, told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        sharing.check("gpu", accelerator)
