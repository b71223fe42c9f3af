"""Scores on the disk take no more than their room: what was used longest ago goes first."""

from __future__ import annotations

import os
from pathlib import Path

from core.evaluation.tasks.cache import ScoreCache, make_room


def test_the_folder_of_scores_stays_within_its_room(tmp_path: Path) -> None:
    for number in range(6):
        path = tmp_path / f"{number}.jsonl"
        path.write_text("[0, 1.0]\n" * 1000)
        os.utime(path, (1e9 + number, 1e9 + number))
    make_room(tmp_path, tmp_path / "0.jsonl", most_bytes=3 * 9000)
    assert sorted(p.stem for p in tmp_path.iterdir()) == ["0", "4", "5"]


def test_what_is_used_again_stays_and_a_new_one_makes_room(tmp_path: Path) -> None:
    first, second = ScoreCache(tmp_path, "a"), ScoreCache(tmp_path, "b")
    for kept, age in ((first, 1e9), (second, 1e9 + 5)):
        kept.add(dict.fromkeys(range(500), (1.0,)))
        os.utime(kept._path, (age, age))
    again = ScoreCache(tmp_path, "a")
    assert len(again.scores) == 500
    room = first._path.stat().st_size + 10
    make_room(tmp_path, tmp_path / "new.jsonl", most_bytes=room)
    assert {p.name for p in tmp_path.iterdir()} == {first._path.name}
    assert len(ScoreCache(tmp_path, "a").scores) == 500
