"""Computed values are kept within a number of bytes, and hold on to nothing they were made from."""

from __future__ import annotations

import gc
import weakref

import numpy as np

from app.session import Session
from app.session.cache import ValueCache
from core.scoring import metrics
from tests.values import made_info, made_profile


def megabyte(value: int = 0) -> np.ndarray:
    return np.full(2**17, value, np.float64)


def test_a_value_is_made_once_for_the_same_parts() -> None:
    cache, made = ValueCache(), []
    profile, weights = megabyte(), (("a", 1.0),)

    def make() -> list[int]:
        made.append(1)
        return made

    assert cache.once("x", (profile, weights), make) is cache.once(
        "x", (profile, (("a", 1.0),)), make
    )
    assert len(made) == 1
    cache.once("x", (profile, (("a", 2.0),)), make)
    cache.once("x", (megabyte(), weights), make)
    assert len(made) == 3
    assert len(cache) == 1


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    cache = ValueCache(most_bytes=3 * 2**20)
    for name in "abc":
        cache.once(name, (), megabyte)
    cache.once("a", (), megabyte)
    cache.once("d", (), megabyte)
    assert cache.bytes <= cache.most_bytes
    for name, stays in {"a": True, "d": True, "b": False}.items():
        mark = cache.once(name, (), lambda: "made anew")
        assert (mark is not None and not isinstance(mark, str)) is stays, name


def test_a_value_that_is_larger_than_all_room_is_still_kept_once() -> None:
    cache = ValueCache(most_bytes=10)
    one = cache.once("big", (), megabyte)
    assert cache.once("big", (), megabyte) is one
    cache.once("other", (), megabyte)
    assert len(cache) == 1


def test_two_hundred_metrics_and_snapshots_keep_one_profile_alive(qapp) -> None:
    session = Session()
    experts = (16,) * 6
    session.set_model(made_info(experts=experts), name="made-up")
    names = [metric.name for metric in metrics()]
    seen: list[weakref.ref] = []
    for turn in range(200):
        profile = made_profile(experts=experts, seed=turn)
        seen.append(weakref.ref(profile))
        session.set_live_profile(profile)
        session.set_metric(names[turn % len(names)])
        session.set_domain_weights({"prose": 1 + turn / 7})
        assert session.scores_LE is session.scores_LE
        del profile
    gc.collect()
    assert [ref for ref in seen if ref() is not None] == [seen[-1]]
    assert session._cache.bytes < 2**20
    session.close()
