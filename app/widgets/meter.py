"""The meter in the status bar: memory, video memory and load, once a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from app.widgets import numbers
from app.widgets.bars import Bar
from app.widgets.forms import label, row

INTERVAL_MS = 1000
# Above this share the bar asks for attention: a load that no longer fits comes soon after.
HIGH = 0.85


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """One thing that is measured.

    Attributes:
        name: "RAM", "VRAM", "CPU", "GPU".
        share: Used share of one.
        text: The figures as they are read.
        load: Whether being full is normal (a busy GPU) rather than a danger (full memory).
    """

    name: str
    share: float
    text: str
    load: bool = False


class Sampler:
    """Reads psutil and, where there is one, the first NVIDIA device through NVML."""

    def __init__(self) -> None:
        import psutil

        self._psutil = psutil
        psutil.cpu_percent(None)
        self._nvml, self._device = _first_device()

    def __call__(self) -> tuple[Gauge, ...]:
        """All gauges now."""
        memory = self._psutil.virtual_memory()
        used = memory.total - memory.available
        cpu = self._psutil.cpu_percent(None)
        out = [_memory("RAM", used, memory.total), _load("CPU", cpu)]
        if self._nvml is not None:
            try:
                video = self._nvml.nvmlDeviceGetMemoryInfo(self._device)
                busy = self._nvml.nvmlDeviceGetUtilizationRates(self._device).gpu
            except self._nvml.NVMLError:
                return tuple(out)
            out += [_memory("VRAM", int(video.used), int(video.total)), _load("GPU", busy)]
        return tuple(out)


def _first_device() -> tuple[object, object]:
    """The NVML module and its first device, or (None, None) where there is none."""
    try:
        import pynvml
    except ImportError:
        return None, None
    try:
        pynvml.nvmlInit()
        return pynvml, pynvml.nvmlDeviceGetHandleByIndex(0)
    except pynvml.NVMLError:
        return None, None


def _memory(name: str, used: int, total: int) -> Gauge:
    text = f"{used / 1e9:.1f} / {numbers.size(total)}"
    return Gauge(name=name, share=used / total if total else 0.0, text=text)


def _load(name: str, percent: float) -> Gauge:
    return Gauge(name=name, share=percent / 100, text=f"{percent:.0f} %", load=True)


class _GaugeView(QWidget):
    def __init__(self, gauge: Gauge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bar = Bar("good", width=64)
        self._text = label("", "caption")
        self._text.setMinimumWidth(36 if gauge.load else 100)
        self.setLayout(row(label(gauge.name, "caption"), self._bar, self._text, spacing=6))
        self.show_gauge(gauge)

    def show_gauge(self, gauge: Gauge) -> None:
        """Show newer figures."""
        self._bar.set_share(gauge.share, "bar" if gauge.load else _token(gauge))
        self._text.setText(gauge.text)
        self.setAccessibleName(f"{gauge.name} {gauge.text}")


def _token(gauge: Gauge) -> str:
    return "accent" if gauge.share > HIGH else "good"


class Meter(QWidget):
    """The gauges side by side.

    Args:
        sampler: Gives the gauges; made when the meter starts.
    """

    def __init__(
        self,
        sampler: Callable[[], Callable[[], tuple[Gauge, ...]]] = Sampler,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._make = sampler
        self._sample: Callable[[], tuple[Gauge, ...]] | None = None
        self._views: dict[str, _GaugeView] = {}
        self._box = row(spacing=20)
        self.setLayout(self._box)
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.refresh)

    def start(self) -> None:
        """Begin measuring; called after the first paint, for psutil takes its time to load."""
        if self._sample is None:
            self._sample = self._make()
        self.refresh()
        self._timer.start()

    def stop(self) -> None:
        """Stop measuring."""
        self._timer.stop()

    def refresh(self) -> None:
        """Measure once."""
        if self._sample is None:
            return
        for gauge in self._sample():
            view = self._views.get(gauge.name)
            if view is None:
                view = self._views[gauge.name] = _GaugeView(gauge)
                self._box.addWidget(view)
            else:
                view.show_gauge(gauge)


def free_memory() -> int:
    """Bytes of main memory that can still be taken."""
    from core.runtime.memory import free_ram_bytes

    return free_ram_bytes()


def free_video_memory() -> int | None:
    """Free bytes of the first NVIDIA device; None where there is none."""
    nvml, device = _first_device()
    if nvml is None:
        return None
    try:
        return int(nvml.nvmlDeviceGetMemoryInfo(device).free)
    except nvml.NVMLError:
        return None
