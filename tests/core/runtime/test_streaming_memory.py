"""Layers on their way to a CUDA device: the rules that keep their bytes right."""

import contextlib

import pytest
import torch

from core.profiling import profile_model
from core.run import Run
from core.runtime import load_model
from core.runtime.streaming_memory import IN_FLIGHT, TensorPool, Upload
from tests.core.live import random_set
from tests.tiny import tiny_model

CPU = torch.device("cpu")
AWAY = torch.device("meta")  # some device that is not the host


@pytest.fixture
def log(monkeypatch) -> list[str]:
    """CUDA's streams and events as words; the device is the host."""
    words: list[str] = []

    class Stream:
        def __init__(self, name: object) -> None:
            self.name = name

        def wait_stream(self, other: object) -> None:
            words.append("wait for the computing stream")

        def wait_event(self, event: object) -> None:
            words.append("wait for the release")

    class Event:
        def record(self, stream: Stream) -> None:
            words.append(f"mark {stream.name}")

        def synchronize(self) -> None:
            words.append("arrived")

    @contextlib.contextmanager
    def on(_: Stream):
        words.append("send")
        yield

    monkeypatch.setattr(torch.cuda, "Stream", lambda _: Stream("copies"))
    monkeypatch.setattr(torch.cuda, "Event", Event)
    monkeypatch.setattr(torch.cuda, "stream", on)
    monkeypatch.setattr(torch.cuda, "default_stream", lambda _: Stream("compute"))
    monkeypatch.setattr(torch.cuda, "current_stream", lambda _: Stream("compute"))
    return words


def host(value: float) -> torch.Tensor:
    return torch.full((2, 3), float(value))


def test_a_host_buffer_is_used_again_only_when_its_copy_has_arrived(log):
    pool, upload = TensorPool(), Upload(AWAY)
    buffers = [host(i) for i in range(IN_FLIGHT + 1)]
    for index, buffer in enumerate(buffers):
        assert upload.send(buffer, pool).device == AWAY
        there = [pool.find((2, 3), torch.float32, CPU) for _ in buffers]
        back = [tensor for tensor in there if tensor is not None]
        assert len(back) == (index + 1 >= IN_FLIGHT)
        assert log.count("arrived") == max(0, index + 2 - IN_FLIGHT)
    upload.finish(pool)
    assert log.count("arrived") == len(buffers)


def test_freed_device_memory_waits_for_what_was_queued_with_it(log):
    pool, upload = TensorPool(), Upload(CPU)
    first = upload.send(host(1), pool)
    assert log[:2] == ["wait for the computing stream", "send"]  # fresh memory
    upload.finish(pool)
    pool.clear()
    upload.released()
    pool.give(first)
    log.clear()
    second = upload.send(host(2), pool)
    assert second.data_ptr() == first.data_ptr()
    assert log[:2] == ["wait for the release", "send"]


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("family", ["mixtral", "qwen3_moe", "gpt_oss"])
def test_a_streamed_profile_on_the_device_is_that_of_the_model_in_its_memory(family, tmp_path):
    folder = tiny_model(family, tmp_path, dtype="bfloat16", tokenizer=False, num_hidden_layers=6)
    texts = random_set(sequences=9, seq_len=64, batch_size=2)
    profiles = [
        profile_model(load_model(folder, device="cuda", stream=s, run=Run()), texts, run=Run())
        for s in ("never", "always")
    ]
    assert profiles[0].fingerprint == profiles[1].fingerprint
