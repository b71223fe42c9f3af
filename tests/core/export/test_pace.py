"""Both ways to copy are tried, and the faster one is taken."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest

from core.export import pace as pace_module
from core.export.pace import Pace
from tests.core.export.plans import export
from tests.raw import mixtral, mixtral_config, tensor_bytes, write_folder


def choices(pace: Pace, clock: list[float], kernel: float, hand: float, steps: int) -> list[bool]:
    """What is chosen when a byte takes so many seconds each way."""
    chosen = []
    for _ in range(steps):
        way = pace.by_kernel()
        with pace.timed(10, way=way):
            clock[0] += 10 * (kernel if way else hand)
        chosen.append(way)
    return chosen


@pytest.mark.parametrize(("kernel", "hand", "winner"), [(1.0, 2.0, True), (2.0, 1.0, False)])
def test_both_ways_are_tried_and_the_faster_one_stays(
    monkeypatch: pytest.MonkeyPatch, kernel: float, hand: float, winner: bool
) -> None:
    clock = [0.0]
    monkeypatch.setattr(pace_module, "TRIAL", 20)
    monkeypatch.setattr(pace_module.time, "perf_counter", lambda: clock[0])
    found = choices(Pace(kernel=True), clock, kernel, hand, 8)
    assert found == [True, True, False, False, *[winner] * 4]


def test_without_the_kernels_copy_there_is_no_choice() -> None:
    assert not Pace(kernel=False).by_kernel()
    pace = Pace(kernel=True)
    pace.give_up()
    assert not pace.by_kernel()


def test_changing_ways_in_the_middle_of_a_tensor_changes_no_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = write_folder(tmp_path / "model", mixtral_config(), mixtral(), shards=2)
    export(model, tmp_path / "plain")
    turns = itertools.count()
    monkeypatch.setattr(Pace, "by_kernel", lambda _: next(turns) % 2 == 0)
    monkeypatch.setattr("core.export.shards.CHUNK", 1001)
    monkeypatch.setattr("core.export.shards.BUFFER", 777)
    export(model, tmp_path / "mixed")
    assert tensor_bytes(tmp_path / "mixed") == tensor_bytes(tmp_path / "plain")


def test_most_bytes_keep_their_place_in_a_page(tmp_path: Path) -> None:
    from core.export.shards import PAGE, page_lead
    from core.export.slices import Range

    ranges = [Range("a", 104, 104 + 10), Range("b", 1016, 1016 + 3 * PAGE)]
    assert (page_lead(ranges) + 10 - 1016) % PAGE != 0  # 1006 is no multiple of eight
    assert page_lead(ranges) == 104
    assert page_lead([Range("a", 104, 120), Range("b", 1016, 1016 + 3 * PAGE)]) == 1000
    assert page_lead([]) == 0
    assert os.sysconf("SC_PAGESIZE") % PAGE == 0
