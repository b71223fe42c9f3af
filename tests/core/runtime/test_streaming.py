"""A streamed model computes what the model in memory computes, to the last bit."""

import json
import threading
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from core.errors import (
    Cancelled,
    CheckpointError,
    InputError,
    ResourceError,
    UnsupportedModelError,
)
from core.planning import Plan
from core.pruning import shrink
from core.run import Run
from core.runtime import LiveModel, device, load_model
from core.runtime import streaming_layers as layers_module
from core.runtime import streaming_reader as reader_module
from core.runtime.streaming_crew import Watcher
from tests.core.live import KINDS
from tests.tiny import VOCABULARY, tiny_model

DTYPES = ("bfloat16", "float32")


def open_both(folder, dtype: str = "bfloat16") -> tuple[LiveModel, LiveModel]:
    options = {"device": "cpu", "dtype": dtype}
    streamed = load_model(folder, stream="always", run=Run(), **options)
    return load_model(folder, run=Run(), **options), streamed


def some_batches(count: int = 5) -> list[dict[str, torch.Tensor | None]]:
    generator = torch.Generator().manual_seed(3)
    batches = []
    for index in range(count):
        ids = torch.randint(3, VOCABULARY, (2, 20), generator=generator)
        mask = torch.ones_like(ids)
        mask[0, 13:] = 0
        batches.append({"input_ids": ids, "attention_mask": mask if index % 2 else None})
    return batches


@torch.inference_mode()
def logits_of(live: LiveModel, batch: dict[str, torch.Tensor | None]) -> torch.Tensor:
    return live.model(**batch, use_cache=False).logits


def streamed_logits(live: LiveModel, batches, run: Run | None = None, **options):
    found: dict[int, torch.Tensor] = {}

    def step(index: int) -> None:
        found[index] = logits_of(live, batches[index])

    options = {"at_once": len(batches), **options}
    live.stream.drive(range(len(batches)), step, run=run or Run(), **options)
    return [found[index] for index in range(len(batches))]


def assert_same(live: LiveModel, streamed: LiveModel, **options) -> None:
    batches = some_batches()
    for batch, found in zip(batches, streamed_logits(streamed, batches, **options), strict=True):
        assert torch.equal(found, logits_of(live, batch))


def all_on_meta(live: LiveModel) -> bool:
    layers = live.stream.store.layers
    return all(live.model.get_parameter(f.name).is_meta for x in layers for f in x.fills[:3])


@pytest.mark.parametrize("family", KINDS)
def test_logits_of_each_family_are_those_of_the_model_in_memory(family, tmp_path):
    folder = tiny_model(family, tmp_path, shards=3, dtype="bfloat16", tokenizer=False)
    live, streamed = open_both(folder)
    assert_same(live, streamed, at_once=3)
    assert streamed.dtype is torch.bfloat16
    assert all_on_meta(streamed)


def test_a_checkpoint_read_in_another_dtype_gives_that_dtype_in_memory(tmp_path):
    folder = tiny_model("deepseek_v3", tmp_path, dtype="bfloat16", tokenizer=False)
    live, streamed = open_both(folder, "float32")
    assert_same(live, streamed)


def test_tied_embeddings_stay_tied(tmp_path):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False, tie_word_embeddings=True)
    live, streamed = open_both(folder, "float32")
    model = streamed.model
    assert model.lm_head.weight is model.get_input_embeddings().weight
    assert_same(live, streamed)


def test_each_byte_is_read_once_and_two_layers_are_there_at_most(tmp_path):
    folder = tiny_model(
        "qwen3_moe", tmp_path, shards=4, tokenizer=False, num_hidden_layers=6, mlp_only_layers=[]
    )
    _, streamed = open_both(folder, "float32")
    store = streamed.stream.store
    streamed_logits(streamed, some_batches())
    assert store.bytes_read == streamed.info.bytes
    assert store.peak_resident == 2
    assert not store.resident


def test_a_second_group_reads_the_layers_again_and_changes_nothing(tmp_path):
    folder = tiny_model("olmoe", tmp_path, tokenizer=False)
    live, streamed = open_both(folder, "float32")
    store = streamed.stream.store
    outside = store.bytes_read
    assert_same(live, streamed, at_once=2)
    layers = sum(layer.stored_bytes for layer in store.layers)
    assert store.bytes_read == outside + 3 * layers  # 5 batches in groups of 2


def test_states_that_leave_the_device_come_back_as_they_were(tmp_path):
    folder = tiny_model("gpt_oss", tmp_path, dtype="bfloat16", tokenizer=False)
    live, streamed = open_both(folder)
    assert_same(live, streamed, park=True)


def test_layers_that_transformers_converts_give_the_same_bits(tmp_path, monkeypatch):
    folder = tiny_model("qwen2_moe", tmp_path, shards=2, dtype="bfloat16", tokenizer=False)
    monkeypatch.setattr(layers_module, "_parts", lambda *_: None)
    live, streamed = open_both(folder)
    assert streamed.stream.store.copies == 3
    assert_same(live, streamed)
    assert streamed.stream.store.bytes_read == streamed.info.bytes


def four_bit_gpt_oss(folder: Path) -> Path:
    """A gpt-oss as the hub has it: expert weights as mxfp4 blocks and scales."""
    model = tiny_model(
        "gpt_oss",
        folder,
        dtype="bfloat16",
        tokenizer=False,
        hidden_size=64,
        intermediate_size=64,
        head_dim=16,
    )
    file, generator = model / "model.safetensors", torch.Generator().manual_seed(0)
    tensors = {}
    for name, tensor in load_file(file).items():
        if not name.endswith(("gate_up_proj", "down_proj")):
            tensors[name] = tensor
            continue
        experts, rows, columns = tensor.shape
        shape = (experts, columns, rows // 32)
        options = {"dtype": torch.uint8, "generator": generator}
        tensors[f"{name}_blocks"] = torch.randint(0, 256, (*shape, 16), **options)
        tensors[f"{name}_scales"] = torch.randint(118, 124, shape, **options)
    save_file(tensors, file, metadata={"format": "pt"})
    config = json.loads((model / "config.json").read_text())
    whole = ["model.layers.*.self_attn", "model.layers.*.mlp.router", "embed_tokens", "lm_head"]
    config["quantization_config"] = {"quant_method": "mxfp4", "modules_to_not_convert": whole}
    (model / "config.json").write_text(json.dumps(config))
    return model


def test_four_bit_experts_are_unpacked_layer_by_layer(tmp_path):
    live, streamed = open_both(four_bit_gpt_oss(tmp_path))
    assert_same(live, streamed, at_once=3)
    assert streamed.stream.store.largest > 2 * streamed.stream.store.layers[0].stored_bytes


def test_a_step_may_run_the_model_more_than_once(tmp_path):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False)
    live, streamed = open_both(folder, "float32")
    batches = some_batches(3)
    sums = {}

    def step(index: int) -> None:
        sums[index] = logits_of(streamed, batches[index]) + logits_of(streamed, batches[0])

    streamed.stream.drive(range(3), step, at_once=3, run=Run())
    for index, batch in enumerate(batches):
        assert torch.equal(sums[index], logits_of(live, batch) + logits_of(live, batches[0]))


def test_tensors_that_the_model_ignores_are_not_read(tmp_path):
    folder = tiny_model("deepseek_v3", tmp_path, tokenizer=False)
    file = folder / "model.safetensors"
    tensors = load_file(file)
    extra = {f"model.layers.3.{name}": torch.ones(64) for name in ("enorm.weight", "hnorm.weight")}
    save_file(tensors | extra, file, metadata={"format": "pt"})
    live, streamed = open_both(folder, "float32")
    assert_same(live, streamed)
    read = streamed.stream.store.bytes_read
    assert read == sum(tensor.nbytes for tensor in tensors.values())


class CancelAt(Watcher[int]):
    def __init__(self, run: Run, layer: int) -> None:
        self.run, self.layer = run, layer

    def leave(self, item: int, layer: int, /) -> None:
        if (item, layer) == (1, self.layer):
            self.run.cancel()


def test_cancelling_frees_the_layers_and_leaves_the_model_usable(tmp_path):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False, num_hidden_layers=4)
    live, streamed = open_both(folder, "float32")
    run = Run()
    with pytest.raises(Cancelled):
        streamed_logits(streamed, some_batches(), run=run, watcher=CancelAt(run, 1))
    assert all_on_meta(streamed)
    assert not [t for t in threading.enumerate() if t.name.startswith("layer-reader")]
    assert_same(live, streamed)


@pytest.mark.parametrize("converted", [False, True])
def test_reading_a_layer_stops_within_a_tensor(converted, tmp_path, monkeypatch):
    if converted:
        monkeypatch.setattr(layers_module, "_parts", lambda *_: None)
    monkeypatch.setattr(reader_module, "CHUNK", 16)
    folder = tiny_model("mixtral", tmp_path, tokenizer=False)
    streamed = load_model(folder, device="cpu", stream="always", run=Run())
    store = streamed.stream.store
    before, calls = store.bytes_read, []

    def check() -> None:
        calls.append(store.bytes_read)
        if len(calls) >= 20:  # on every reading thread
            raise Cancelled

    with pytest.raises(Cancelled):
        store.load(0, check)
    assert store.bytes_read - before < store.layers[0].stored_bytes / 2
    store.close()
    assert all_on_meta(streamed)


def test_an_error_in_a_step_comes_out_as_it_is(tmp_path):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False)
    streamed = load_model(folder, device="cpu", stream="always", run=Run())

    def step(index: int) -> None:
        logits_of(streamed, some_batches()[index])
        raise ZeroDivisionError(f"step {index}")

    with pytest.raises(ZeroDivisionError, match="step 0"):
        streamed.stream.drive(range(3), step, at_once=3, run=Run())
    assert all_on_meta(streamed)


def test_context_variables_of_the_caller_reach_the_steps(tmp_path):
    from contextvars import ContextVar

    folder = tiny_model("mixtral", tmp_path, tokenizer=False)
    streamed = load_model(folder, device="cpu", stream="always", run=Run())
    variable: ContextVar[str] = ContextVar("variable", default="nothing")
    variable.set("something")
    seen = []

    def step(index: int) -> None:
        logits_of(streamed, some_batches()[index])
        seen.append(variable.get())

    streamed.stream.drive(range(2), step, at_once=2, run=Run())
    assert seen == ["something"] * 2


def test_a_missing_tensor_is_named(tmp_path):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False)
    file = folder / "model.safetensors"
    tensors = load_file(file)
    name = "model.layers.1.self_attn.q_proj.weight"
    save_file({k: v for k, v in tensors.items() if k != name}, file, metadata={"format": "pt"})
    streamed = load_model(folder, device="cpu", stream="always", run=Run())
    with pytest.raises(CheckpointError, match=r"lacks 1 tensors of layer 1, .*q_proj"):
        streamed_logits(streamed, some_batches(2))


def test_a_missing_tensor_outside_of_the_layers_is_named_before_the_pass(tmp_path):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False)
    file = folder / "model.safetensors"
    tensors = load_file(file)
    save_file(
        {k: v for k, v in tensors.items() if k != "model.norm.weight"},
        file,
        metadata={"format": "pt"},
    )
    with pytest.raises(CheckpointError, match=r"lacks 1 tensors of the model, model\.norm"):
        load_model(folder, device="cpu", stream="always", run=Run())


def test_a_tensor_of_another_shape_is_refused(tmp_path):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False)
    file = folder / "model.safetensors"
    tensors = load_file(file)
    tensors["model.layers.0.self_attn.q_proj.weight"] = torch.zeros(5, 7)
    save_file(tensors, file, metadata={"format": "pt"})
    streamed = load_model(folder, device="cpu", stream="always", run=Run())
    with pytest.raises(CheckpointError, match=r"q_proj.* is \[5, 7\] in the checkpoint"):
        streamed_logits(streamed, some_batches(2))


def test_a_shard_that_shrinks_while_it_is_read_is_an_error_of_the_checkpoint(tmp_path):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False)
    streamed = load_model(folder, device="cpu", stream="always", run=Run())
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(CheckpointError, match="too early"):
        streamed_logits(streamed, some_batches(2))


def test_layers_that_are_called_out_of_order_are_refused(tmp_path):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False, num_hidden_layers=3)
    streamed = load_model(folder, device="cpu", stream="always", run=Run())
    layers = streamed.model.model.layers
    hidden = torch.zeros(1, 4, 32)

    def step(_: int) -> None:
        for layer in (layers[0], layers[2], layers[1]):
            layer(hidden, position_embeddings=(torch.ones(1, 4, 8), torch.zeros(1, 4, 8)))

    with pytest.raises(UnsupportedModelError, match="calls layer 1 after layer 2"):
        streamed.stream.drive(range(1), step, at_once=1, run=Run())


def test_a_streamed_model_cannot_be_shrunk(tmp_path):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False)
    streamed = load_model(folder, device="cpu", stream="always", run=Run())
    with pytest.raises(InputError, match="cannot be cut in memory"):
        shrink(streamed, Plan.keep_all(streamed.info))


def test_an_allocation_that_fails_is_a_lack_of_memory(tmp_path):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False)
    streamed = load_model(folder, device="cpu", stream="always", run=Run())

    def step(_: int) -> None:
        torch.empty(1 << 58)

    with pytest.raises(ResourceError, match=r"ran out of memory with 2 layers") as error:
        streamed.stream.drive(range(1), step, at_once=1, run=Run())
    assert "--batch-size" in error.value.remedy


def test_layers_that_share_a_weight_are_refused(tmp_path, monkeypatch):
    from core.runtime import streaming_model

    folder = tiny_model("mixtral", tmp_path, tokenizer=False)
    build = streaming_model.build_skeleton

    def sharing(*args, **kwargs):
        skeleton = build(*args, **kwargs)
        first, second = skeleton.layers
        second.self_attn.q_proj.weight = first.self_attn.q_proj.weight
        return skeleton

    monkeypatch.setattr(streaming_model, "build_skeleton", sharing)
    with pytest.raises(UnsupportedModelError, match="are one tensor"):
        load_model(folder, device="cpu", stream="always", run=Run())


def test_auto_streams_what_does_not_fit_and_loads_what_does(tmp_path, monkeypatch):
    folder = tiny_model("mixtral", tmp_path, dtype="bfloat16", tokenizer=False)
    options = {"device": "cpu", "dtype": "bfloat16", "stream": "auto", "run": Run()}
    assert load_model(folder, **options).stream is None
    whole = device.needed_bytes(load_model(folder, **options).info.parameters.total, torch.bfloat16)
    monkeypatch.setattr(device, "free_ram_bytes", lambda: whole - 1)
    monkeypatch.setattr("core.runtime.streaming_plan.SHARE_OF_FREE", 10.0)
    monkeypatch.setattr("core.runtime.streaming_model.SHARE_OF_FREE", 10.0)
    assert load_model(folder, **options).stream is not None


def test_a_model_whose_layers_do_not_fit_is_refused_with_both_numbers(tmp_path, monkeypatch):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False)
    monkeypatch.setattr(device, "free_ram_bytes", lambda: 60_000)
    with pytest.raises(ResourceError, match=r"needs 0\.\d MB of RAM .* 0\.1 MB are free") as error:
        load_model(folder, device="cpu", stream="auto", run=Run())
    assert "memory" in error.value.remedy


def test_no_part_of_the_file_is_mapped_into_memory(tmp_path):
    folder = tiny_model("mixtral", tmp_path, tokenizer=False)
    streamed = load_model(folder, device="cpu", stream="always", run=Run())
    mapped = []

    class Look(Watcher[int]):
        def leave(self, item: int, layer: int, /) -> None:
            mapped.append("model.safetensors" in Path("/proc/self/maps").read_text())

    if not Path("/proc/self/maps").exists():
        pytest.skip("needs /proc")
    streamed_logits(streamed, some_batches(2), watcher=Look())
    assert mapped
    assert not any(mapped)
