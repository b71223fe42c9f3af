"""Loading a model: what is found in it, and what is refused before or while it is read."""

import json
import subprocess
import sys
import threading
import time
import weakref

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

from core.errors import (
    Cancelled,
    CheckpointError,
    InputError,
    ResourceError,
    StudioError,
    UnsupportedModelError,
)
from core.run import Progress, Run
from core.runtime import choose_device, device, load_model, memory
from core.runtime.layers import find_layers
from core.runtime.live import live_model
from core.runtime.streaming_reader import TensorReader
from core.runtime.structure import changes
from tests.core.live import KINDS, load_tiny
from tests.tiny import tiny_model

LAYER_IDS = {"qwen3_moe": (0, 2), "deepseek_v3": (1, 2)}


@pytest.mark.parametrize("family", KINDS)
def test_rows_are_the_layers_that_the_headers_name(family, tmp_path):
    live = load_tiny(family, tmp_path)
    assert live.layer_ids == LAYER_IDS.get(family, (0, 1)) == tuple(live.info.moe_layers)
    assert live.experts == tuple(live.info.experts)
    for layer in live.moe:
        assert layer.block is live.model.get_submodule(layer.name)
        assert layer.router is layer.block.get_submodule(layer.router_name)
        assert layer.experts is layer.block.get_submodule(layer.experts_name)
        assert layer.score == ("sigmoid" if family == "deepseek_v3" else "softmax")
    assert not live.model.training
    assert not any(p.requires_grad for p in live.model.parameters())


def test_importing_the_rooms_is_light():
    rooms = "core.runtime, core.profiling, core.pruning, core.evaluation"
    code = f"import {rooms}, sys; print({{'torch', 'transformers'}} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"


def test_rooms_know_only_their_own_names():
    import core.evaluation
    import core.profiling
    import core.pruning
    import core.runtime

    for room in (core.runtime, core.profiling, core.pruning, core.evaluation):
        assert all(getattr(room, name) is not None for name in room.__all__)
        with pytest.raises(AttributeError, match="nothing_such"):
            room.nothing_such  # noqa: B018


def test_loading_reports_progress_and_the_dtype(tmp_path):
    events = []
    live = load_model(tiny_model("mixtral", tmp_path), device="cpu", run=Run(events.append))
    done = [event.done for event in events if isinstance(event, Progress)]
    assert (done[0], done[-1]) == (0, live.info.bytes)
    assert done == sorted(done)
    assert any("float32 on cpu" in getattr(event, "text", "") for event in events)


def test_a_cancelled_run_loads_nothing(tmp_path):
    run = Run()
    run.cancel()
    with pytest.raises(Cancelled):
        load_model(tiny_model("mixtral", tmp_path), device="cpu", run=run)


def test_auto_dtype_on_the_cpu_is_float32_while_that_fits(monkeypatch):
    cpu = torch.device("cpu")
    assert device.choose_dtype("auto", cpu, "BF16", 1000) == torch.float32
    monkeypatch.setattr(device, "free_ram_bytes", lambda: 3000)
    assert device.choose_dtype("auto", cpu, "BF16", 1000) == torch.bfloat16
    assert device.choose_dtype("auto", torch.device("cuda"), "F16", 1000) == torch.float16
    assert device.choose_dtype("float16", cpu, "BF16", 1000) == torch.float16
    with pytest.raises(InputError, match="no dtype 'int3'"):
        device.choose_dtype("int3", cpu, "BF16", 1000)


def test_a_model_that_does_not_fit_is_refused_with_both_numbers(tmp_path, monkeypatch):
    folder = tiny_model("mixtral", tmp_path)
    monkeypatch.setattr(device, "free_ram_bytes", lambda: 50_000)
    with pytest.raises(ResourceError, match=r"needs 0\.\d MB of RAM, 0\.1 MB are free") as error:
        load_model(folder, device="cpu", dtype="float32", run=Run())
    assert "streaming" in error.value.remedy


@pytest.mark.parametrize("name", ["gpu", "cuda:", "cuda:x", "cpu:0"])
def test_a_device_that_is_no_device_is_refused(name):
    with pytest.raises(InputError, match="no device"):
        choose_device(name)


def test_cuda_that_is_not_there_is_refused_with_the_count(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto") == torch.device("cpu")
    with pytest.raises(ResourceError, match="sees 0 CUDA devices"):
        choose_device("cuda:1")


def test_a_missing_tensor_is_named(tmp_path):
    folder = tiny_model("mixtral", tmp_path)
    path = folder / "model.safetensors"
    tensors = load_file(path)
    del tensors["model.norm.weight"]
    save_file(tensors, path, metadata={"format": "pt"})
    with pytest.raises(StudioError, match=r"model\.norm\.weight"):
        load_model(folder, device="cpu", dtype="float32", run=Run())


def test_a_tensor_of_another_shape_is_a_checkpoint_error(tmp_path):
    folder = tiny_model("mixtral", tmp_path)
    path = folder / "model.safetensors"
    tensors = load_file(path)
    tensors["model.norm.weight"] = tensors["model.norm.weight"][:-1].clone()
    save_file(tensors, path, metadata={"format": "pt"})
    with pytest.raises(CheckpointError):
        load_model(folder, device="cpu", dtype="float32", run=Run())


def test_a_truncated_file_is_a_checkpoint_error(tmp_path):
    folder = tiny_model("mixtral", tmp_path)
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(CheckpointError):
        load_model(folder, device="cpu", run=Run())


def test_an_unknown_model_type_is_refused_with_the_known_ones(tmp_path):
    folder = tiny_model("mixtral", tmp_path)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "frobnicator"}))
    with pytest.raises(UnsupportedModelError, match="frobnicator") as error:
        load_model(folder, device="cpu", run=Run())
    assert "mixtral" in error.value.remedy


def test_a_live_model_that_is_not_its_checkpoint_is_refused(tmp_path):
    live = load_tiny("mixtral", tmp_path)
    other = load_tiny("olmoe", tmp_path, num_hidden_layers=1)
    with pytest.raises(UnsupportedModelError, match="its checkpoint"):
        live_model(live.model, folder=other.folder, info=other.info)


def test_a_dense_model_has_no_experts(tmp_path):
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
        vocab_size=16,
    )  # fmt: skip
    with pytest.raises(UnsupportedModelError, match="no routed experts"):
        find_layers(LlamaForCausalLM(config), "softmax")


@pytest.mark.parametrize("family", KINDS)
def test_what_depends_on_the_number_of_experts_is_found_by_comparison(family, tmp_path):
    live = load_tiny(family, tmp_path)
    count = live.experts[0]
    found = changes(live, experts=count // 2)
    for layer in live.moe:
        inside = found.within(layer.name)
        names = {f"{change.module}.{change.name}" for change in inside.tensors}
        prefix = f"{layer.name}.{layer.experts_name}"
        assert {f"{prefix}.gate_up_proj", f"{prefix}.down_proj"} <= names
        assert f"{layer.name}.{layer.router_name}.weight" in names
        assert all(change.axis == 0 for change in inside.tensors)
        assert {number.value for number in inside.numbers} == {count // 2}
    assert all(change.module.startswith("model.layers.") for change in found.tensors)
    only_k = changes(live, top_k=1)
    assert not only_k.tensors
    assert {number.value for number in only_k.numbers} == {1}


def test_free_memory_honours_a_containers_limit(tmp_path, monkeypatch):
    assert memory.free_ram_bytes() > 0
    (tmp_path / "memory.max").write_text("5000\n")
    (tmp_path / "memory.current").write_text("4000\n")
    (tmp_path / "memory.stat").write_text("anon 10\ninactive_file 500\n")
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    assert memory.free_ram_bytes() == 1500
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.free_ram_bytes() > 1_000_000


def test_bytes_read_like_a_person_says_them():
    assert memory.gigabytes(21_400_000_000) == "21.4 GB"
    assert memory.gigabytes(2_500_000) == "2.5 MB"
    assert memory.peak_rss_bytes() > 10_000_000


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("family", KINDS)
def test_a_cuda_profile_agrees_with_the_cpus(family, tmp_path):
    import numpy as np

    from core.profiling import profile_model
    from tests.core.live import random_set

    texts = random_set()
    on_cpu = profile_model(load_tiny(family, tmp_path), texts, run=Run())
    live = load_model(tmp_path / family, device="cuda", dtype="float32", run=Run())
    on_cuda = profile_model(live, texts, run=Run())
    assert on_cuda.peak_device_bytes > 0
    np.testing.assert_array_equal(on_cuda.tokens, on_cpu.tokens)
    np.testing.assert_allclose(on_cuda.soft_count, on_cpu.soft_count, rtol=1e-3)
    np.testing.assert_allclose(on_cuda.norm_max, on_cpu.norm_max, rtol=1e-2)


@pytest.mark.parametrize("model_type", ["mixtral", "granitemoe"])
def test_loading_stops_at_a_cancel_and_reads_no_further(model_type, tmp_path, monkeypatch):
    folder = tiny_model(model_type, tmp_path, tokenizer=False, num_hidden_layers=8)
    read_into = TensorReader.read_into

    begun, ended = [], []

    def slowly(self, ref, target, check):
        begun.append(ref)
        while len(begun) > 3:  # a disk that gives nothing more: only a stop ends the reading
            check()
            time.sleep(0.01)
        read_into(self, ref, target, check)
        ended.append(ref)

    monkeypatch.setattr(TensorReader, "read_into", slowly)
    run = Run(lambda event: run.cancel() if isinstance(event, Progress) and event.done else None)
    threads = threading.active_count()
    with pytest.raises(Cancelled):
        load_model(folder, device="cpu", run=run)
    assert len(begun) == 4
    assert len(ended) == 3
    monkeypatch.undo()
    assert load_model(folder, device="cpu", run=Run()).layer_ids == tuple(range(8))
    patience = time.monotonic() + 5  # transformers lets go of its reading threads without waiting
    while threading.active_count() > threads and time.monotonic() < patience:
        time.sleep(0.01)
    assert threading.active_count() <= threads


def test_a_model_read_by_us_is_the_one_that_transformers_reads(tmp_path):
    folder = tiny_model("qwen2_moe", tmp_path, shards=2, dtype="bfloat16", tokenizer=False)
    live = load_model(folder, device="cpu", dtype="bfloat16", run=Run())
    stock = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16).eval()
    assert type(live.model) is type(stock)
    ours, theirs = live.model.state_dict(), stock.state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    buffers = dict(stock.named_buffers())
    assert all(torch.equal(held, buffers[name]) for name, held in live.model.named_buffers())


def test_a_model_is_read_no_further_ahead_than_it_is_converted(tmp_path, monkeypatch):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False, num_hidden_layers=6)
    alive: weakref.WeakSet = weakref.WeakSet()
    most = []
    read = TensorReader.read

    def counted(self, ref, check):
        tensor = read(self, ref, check)
        if ".experts." in ref.name:
            alive.add(tensor)
            most.append(sum(held.nbytes for held in alive))
        return tensor

    monkeypatch.setattr(TensorReader, "read", counted)
    live = load_model(folder, device="cpu", run=Run())
    layer = live.info.parameters.routed_experts * 4 / 6
    assert max(most) <= 1.1 * layer
