"""Which memory a run is weighed against: torch has the last word on the graphics card."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from app.pages.select import costs


@pytest.fixture
def card(monkeypatch) -> None:
    """A driver that lists one device with 7 bytes free."""
    driver = SimpleNamespace(
        nvmlInit=lambda: None,
        nvmlDeviceGetHandleByIndex=lambda _index: None,
        nvmlDeviceGetMemoryInfo=lambda _device: SimpleNamespace(free=7),
    )
    monkeypatch.setitem(sys.modules, "pynvml", driver)
    monkeypatch.setattr(costs, "loading", lambda: False)


def loaded(monkeypatch, *, usable: bool) -> None:
    cuda = SimpleNamespace(is_available=lambda: usable)
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))


def test_a_card_that_torch_cannot_use_is_none(card, monkeypatch) -> None:
    loaded(monkeypatch, usable=False)
    assert costs.read_memory().name == "RAM"
    loaded(monkeypatch, usable=True)
    assert costs.read_memory() == costs.Memory(name="VRAM", free=7)


def test_while_torch_is_not_loaded_the_driver_is_believed(card, monkeypatch) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert costs.read_memory().name == "VRAM"
    loaded(monkeypatch, usable=False)
    monkeypatch.setattr(costs, "loading", lambda: True)
    assert costs.read_memory().name == "VRAM"
