"""Byte ranges for the shapes that experts and routers come in."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.checkpoint import Checkpoint, TensorRef, inspect_model, read_layout
from core.errors import CheckpointError, PlanError
from core.export.slices import Range, _rows, kept_by_layer, slice_tensors
from core.families import FAMILIES, MoeConfig, Role
from tests.core.export.plans import export, odd, plan_of
from tests.raw import Raw, mixtral, mixtral_config, tensor_bytes, write_folder


def ref(dtype: str, *shape: int, start: int = 100) -> TensorRef:
    raw = Raw("t", dtype, shape)
    return TensorRef("t", "f", dtype, shape, start, start + raw.nbytes)


def test_rows_are_ranges_and_neighbours_are_one() -> None:
    out = _rows(ref("BF16", 8, 5), [0, 1, 4, 7], 8, spare=False, flattened=False)
    assert out.shape == (4, 5)
    assert out.ranges == (Range("f", 100, 120), Range("f", 140, 150), Range("f", 170, 180))


def test_a_bias_with_a_leading_one_loses_columns() -> None:
    out = _rows(ref("F32", 1, 4), [0, 3], 4, spare=False, flattened=False)
    assert (out.shape, out.nbytes) == ((1, 2), 8)
    assert out.ranges == (Range("f", 100, 104), Range("f", 112, 116))


def test_router_rows_beyond_the_experts_stay() -> None:
    out = _rows(ref("BF16", 6, 2), [1, 3], 4, spare=True, flattened=False)
    assert out.shape == (4, 2)
    assert [(r.start - 100) // 4 for r in out.ranges] == [1, 3]
    assert out.nbytes == 16


def test_one_scale_for_all_experts_stays() -> None:
    for shape in ((), (1,), (1, 1)):
        out = _rows(ref("F32", *shape), [1], 4, spare=False, flattened=False)
        assert (out.shape, out.nbytes) == (shape, 4)


def test_shape_that_counts_something_else_is_refused() -> None:
    with pytest.raises(CheckpointError, match="does not count 4 experts"):
        _rows(ref("BF16", 5, 2), [0], 4, spare=False, flattened=False)


def test_rows_that_end_within_a_byte_are_refused() -> None:
    with pytest.raises(CheckpointError, match="whole bytes"):
        _rows(ref("F4", 4, 3)._replace(end=106), [0], 4, spare=False, flattened=False)


def mtp_model(folder: Path, experts: int) -> tuple[Checkpoint, MoeConfig]:
    """A model whose further-token layer is kept apart from the decoder, as `mtp.layers.0`."""
    extra = [
        raw._replace(name=raw.name.replace("model.", "mtp.", 1))
        for raw in mixtral(layers=1, experts=experts)
        if raw.name.startswith("model.layers.0.")
    ]
    write_folder(folder, mixtral_config(), sorted([*mixtral(), *extra]))
    checkpoint = Checkpoint.open(folder)
    moe = MoeConfig(
        family=FAMILIES["mixtral"], routing="softmax", section="", layers=2, experts=8, top_k=2,
        n_group=1, topk_group=1, mtp_layers=1, tied=False,
    )  # fmt: skip
    return checkpoint, moe


def test_layers_apart_from_the_decoder_follow_the_last_and_not_their_namesake(
    tmp_path: Path,
) -> None:
    checkpoint, moe = mtp_model(tmp_path / "model", experts=8)
    layout = read_layout(checkpoint.tensors, moe)
    assert [(block.stem, block.layer) for block in layout.mtp_blocks] == [("mtp.layers.0", 2)]
    choice = iter([[0, 1], [6, 7]])
    plan = plan_of(tmp_path / "model", lambda _: next(choice))
    kept = kept_by_layer(plan, layout, drop_mtp=False)
    assert kept == {0: (0, 1), 1: (6, 7), 2: (6, 7)}
    out = slice_tensors(checkpoint, layout, kept, drop_mtp=False, family=moe.family)
    written = {tensor.name: tensor for tensor in out}
    name = "mtp.layers.0.block_sparse_moe.experts.{}.w1.weight"
    assert written[name.format(1)].ranges[0].start == checkpoint.tensors[name.format(7)].start
    assert name.format(2) not in written


def test_layers_of_another_expert_count_must_be_dropped(tmp_path: Path) -> None:
    checkpoint, moe = mtp_model(tmp_path / "model", experts=4)
    layout = read_layout(checkpoint.tensors, moe)
    plan = plan_of(tmp_path / "model", odd)
    with pytest.raises(PlanError, match="with 4 experts, the last layer has 8") as caught:
        kept_by_layer(plan, layout, drop_mtp=False)
    assert caught.value.remedy == "--drop-mtp"
    kept = kept_by_layer(plan, layout, drop_mtp=True)
    out = slice_tensors(checkpoint, layout, kept, drop_mtp=True, family=moe.family)
    assert not [tensor for tensor in out if tensor.name.startswith("mtp.")]
    everything = plan_of(tmp_path / "model", range)
    assert kept_by_layer(everything, layout, drop_mtp=False)[2] == (0, 1, 2, 3)


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_any_choice_of_experts_exports_the_bytes_it_names(data: st.DataObject) -> None:
    experts = data.draw(st.integers(2, 7))
    count = data.draw(st.integers(2, experts))
    ids = st.lists(st.integers(0, experts - 1), min_size=count, max_size=count, unique=True).map(
        sorted
    )
    keep = [data.draw(ids), data.draw(ids)]
    with tempfile.TemporaryDirectory() as place:
        folder, out = Path(place) / "model", Path(place) / "out"
        shards = data.draw(st.integers(1, 3))
        config = mixtral_config(experts=experts)
        write_folder(folder, config, mixtral(experts=experts, hidden=8, inner=8), shards=shards)
        choice = iter(keep)
        export(folder, out, plan_of(folder, lambda _: next(choice)))
        before, after = tensor_bytes(folder), tensor_bytes(out)
        assert inspect_model(out).experts == (count, count)
    expected = {}
    for name, (dtype, shape, content) in before.items():
        place_in_family = FAMILIES["mixtral"].role_of(name.partition("layers.")[2][2:])
        role, expert, _ = place_in_family
        layer = int(name.split(".")[2]) if "layers." in name else 0
        if role is Role.EXPERT and expert is not None:
            if expert in keep[layer]:
                new = name.replace(f".{expert}.w", f".{keep[layer].index(expert)}.w")
                expected[new] = (dtype, shape, content)
        elif role is Role.ROUTER:
            step = len(content) // experts
            rows = b"".join(content[i * step : (i + 1) * step] for i in keep[layer])
            expected[name] = (dtype, (count, *shape[1:]), rows)
        else:
            expected[name] = (dtype, shape, content)
    assert after == expected
