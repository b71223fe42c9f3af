"""The memory plan of a streamed pass: what fits, in how many groups, and what is refused."""

import pytest

from core.errors import ResourceError
from core.runtime.streaming_plan import SHARE_OF_FREE, Footprint, plan_stream

GB = 10**9
PARTS = Footprint(layers=48, layer=GB, copies=2, working=GB // 2, parked=GB // 10)


def plan(batches: int, *, device: str = "cpu", free: float, free_host: float = 64):
    return plan_stream(
        PARTS, batches, device=device, free=int(free * GB), free_host=int(free_host * GB)
    )


def test_all_batches_go_together_when_they_fit():
    found = plan(20, free=8)
    assert (found.at_once, found.groups) == (20, 1)
    assert found.needed == 2 * GB + GB // 2 + 20 * GB // 10
    assert found.needed <= 8 * GB * SHARE_OF_FREE


def test_batches_that_do_not_fit_together_go_in_groups():
    found = plan(100, free=8)
    room = int(8 * GB * SHARE_OF_FREE) - PARTS.fixed
    assert found.at_once == room // PARTS.parked
    assert found.groups == -(-100 // found.at_once)
    assert f"{found.groups} passes over the checkpoint" in found.text


def test_waiting_batches_leave_a_device_that_they_do_not_fit_on():
    found = plan(100, device="cuda", free=4)
    assert found.park_on_host
    assert found.at_once == 100
    assert found.needed == PARTS.fixed
    assert "in RAM" in found.text
    assert not plan(5, device="cuda", free=8).park_on_host


def test_a_pass_without_room_for_one_batch_is_refused_with_both_numbers():
    with pytest.raises(ResourceError, match=r"needs 2\.6 GB of RAM .* 3\.0 GB are free") as error:
        plan(4, free=3)
    assert "--batch-size" in error.value.remedy
    with pytest.raises(ResourceError, match=r"of VRAM .* 2\.0 GB are free"):
        plan(4, device="cuda", free=2)
    with pytest.raises(ResourceError, match=r"of RAM .* 1\.0 GB are free"):
        plan(100, device="cuda", free=4, free_host=1)
