"""The lens against routers read by hand, and against the profile of the same text."""

import json

import numpy as np
import pytest
import torch

from core.calibration import load_tokenizer, read_passage
from core.calibration.passage import Passage
from core.errors import Cancelled, InputError, ProfileError
from core.profiling import (
    lens_json,
    load_lens,
    look_at,
    lost_under,
    profile_model,
    save_lens,
)
from core.profiling.lens import NOBODY
from core.profiling.profile import Profile
from core.run import Run
from core.runtime import load_model
from tests.core.live import KINDS, load_tiny, random_set
from tests.core.profiling.brute_force import _forward
from tests.tiny import TEXT, VOCABULARY, tiny_model


def passage(tokens: int = 30, seed: int = 1) -> Passage:
    ids = np.random.default_rng(seed).integers(3, VOCABULARY, tokens).astype(np.int32)
    return Passage(
        ids_T=ids,
        pieces=tuple(f"t{i} " for i in ids.tolist()),
        special_T=np.zeros(tokens, dtype=np.bool_),
    )


def as_set(text: Passage, seq_len: int):
    """The same sequences as a calibration set, one per batch."""
    from core.calibration import CalibrationOptions, CalibrationSet, Source

    ids = text.ids_T.astype(np.int64)
    rows = tuple(ids[i : i + seq_len] for i in range(0, len(ids), seq_len))
    options = CalibrationOptions(
        sources=(Source(path_or_id="demo", domain="text"),), seq_len=seq_len, batch_size=1
    )
    return CalibrationSet(options=options, domains=("text",), sequences_by_domain=(rows,), pad_id=0)


@pytest.mark.parametrize("family", [*KINDS, "longcat_flash", "zaya"])
def test_every_choice_is_the_one_that_the_router_put_out(family, tmp_path):
    live, text = load_tiny(family, tmp_path), passage()
    seen = look_at(live, text, seq_len=16, run=Run())
    assert seen.sequence.tolist() == [0] * 16 + [1] * 14
    at = 0
    for batch in as_set(text, 16).batches():
        with torch.inference_mode():
            rows = _forward(live, batch)
        for row, truth in enumerate(rows):
            for t in range(len(truth.index_TK)):
                pairs = zip(truth.index_TK[t].tolist(), truth.gate_TK[t].tolist(), strict=True)
                chosen = [(e, g) for e, g in pairs if e < live.experts[row]]
                mine = seen.expert[at + t, row]
                real = mine[mine != NOBODY].tolist()
                assert sorted(real) == sorted(e for e, _ in chosen)
                gates = dict(chosen)
                np.testing.assert_allclose(
                    seen.gate[at + t, row, : len(real)], [gates[e] for e in real], rtol=1e-5
                )
                assert (np.diff(seen.gate[at + t, row]) <= 0).all()
                q = truth.p_TR[t] / truth.p_TR[t].sum()
                expected = float(-(q * q.log()).sum())
                assert seen.entropy[at + t, row] == pytest.approx(expected, rel=1e-4)
        at += len(rows[0].index_TK)
    assert at == 30


def test_its_sums_are_the_profile_of_the_same_text(tmp_path):
    live, text = load_tiny("mixtral", tmp_path), passage()
    seen = look_at(live, text, seq_len=16, run=Run())
    profile: Profile = profile_model(live, as_set(text, 16), run=Run())
    count = np.zeros(profile.count.shape[1:], dtype=np.int64)
    gates = np.zeros(count.shape)
    for row in range(len(live.moe)):
        np.add.at(count[row], seen.expert[:, row].reshape(-1), 1)
        np.add.at(gates[row], seen.expert[:, row].reshape(-1), seen.gate[:, row].reshape(-1))
    np.testing.assert_array_equal(count, profile.count[0])
    np.testing.assert_allclose(gates, profile.gate_sum[0], rtol=1e-5)
    np.testing.assert_allclose(
        seen.entropy.sum(axis=0, dtype=np.float64), profile.entropy_sum[0], rtol=1e-5
    )


@pytest.mark.parametrize("family", ["qwen3_moe", "deepseek_v3"])
def test_a_streamed_model_shows_the_same_to_the_last_bit(family, tmp_path):
    folder = tiny_model(family, tmp_path, shards=2, dtype="bfloat16", tokenizer=False)
    text = passage(50)

    def look(stream: str):
        live = load_model(folder, device="cpu", dtype="float32", stream=stream, run=Run())
        return look_at(live, text, seq_len=16, run=Run())

    whole, streamed = look("never"), look("always")
    for name, array in whole.arrays().items():
        np.testing.assert_array_equal(array, streamed.arrays()[name], err_msg=name)
    assert streamed.options["streamed"] is True


def test_a_lens_survives_its_file_and_a_damaged_file_is_refused(tmp_path):
    live = load_tiny("mixtral", tmp_path)
    seen = look_at(live, passage(9), run=Run())
    path = tmp_path / "lens.safetensors"
    save_lens(seen, path)
    back = load_lens(path)
    for name, array in seen.arrays().items():
        np.testing.assert_array_equal(array, back.arrays()[name], err_msg=name)
    assert (back.pieces, back.layer_ids, back.experts) == (
        seen.pieces,
        seen.layer_ids,
        seen.experts,
    )
    assert json.loads(json.dumps(lens_json(back)))["tokens"][0]["text"] == seen.pieces[0]
    data = path.read_bytes()
    path.write_bytes(data[:-40])
    with pytest.raises(ProfileError, match="not a readable lens"):
        load_lens(path)
    with pytest.raises(ProfileError, match="no lens at"):
        load_lens(tmp_path / "other.safetensors")
    from safetensors.numpy import save_file

    save_file({"x": np.zeros(1)}, path)
    with pytest.raises(ProfileError, match="not a lens"):
        load_lens(path)


def test_what_a_plan_takes_away_is_the_share_of_the_gates(tmp_path):
    live = load_tiny("mixtral", tmp_path)
    seen = look_at(live, passage(12), run=Run())
    kept = np.ones((2, 8), dtype=np.bool_)
    assert lost_under(seen, kept).share == 0
    gone = int(seen.expert[3, 1, 0])
    kept[1, gone] = False
    lost = lost_under(seen, kept)
    assert lost.chosen_TLK[3, 1].tolist() == [True, False]
    gates = seen.gate[3, 1]
    assert lost.share_TL[3, 1] == pytest.approx(float(gates[0] / gates.sum()))
    assert lost.share_TL[3, 0] == 0
    assert lost.share_T[3] == pytest.approx(float(gates[0] / gates.sum()) / 2)
    touched = (seen.expert[:, 1] == gone).any(axis=1)
    np.testing.assert_array_equal(lost.share_TL[:, 1] > 0, touched)
    assert lost_under(seen, np.zeros((2, 8), dtype=np.bool_)).share == pytest.approx(1.0)
    with pytest.raises(ProfileError, match="2 layers"):
        lost_under(seen, np.ones((3, 8), dtype=np.bool_))


def test_the_pieces_of_a_text_are_the_text(tmp_path):
    tokenizer = load_tokenizer(tiny_model("mixtral", tmp_path))
    for text in (TEXT, "한국어 🙂 text", "  two  blanks\n\n\ttab"):
        found = read_passage(text, tokenizer, most=10_000)
        assert found.cut == 0
        words = [p for p, s in zip(found.pieces, found.special_T, strict=True) if not s]
        assert "".join(words) == text
        assert len(found.pieces) == found.tokens
    short = read_passage(TEXT, tokenizer, most=7)
    assert short.tokens == 7
    assert short.cut > 0
    with pytest.raises(InputError, match="no text"):
        read_passage(" \n", tokenizer, most=5)


def test_a_look_leaves_no_trace_and_stops_when_told(tmp_path):
    live = load_tiny("mixtral", tmp_path)
    before = [set(vars(layer.experts)) for layer in live.moe]
    stopped = Run()
    stopped.cancel()
    with pytest.raises(Cancelled):
        look_at(live, passage(), run=stopped)
    assert [set(vars(layer.experts)) for layer in live.moe] == before
    assert all(not layer.router._forward_hooks for layer in live.moe)
    with pytest.raises(InputError, match="token id"):
        look_at(live, Passage(
            ids_T=np.array([VOCABULARY], dtype=np.int32), pieces=("x",),
            special_T=np.zeros(1, dtype=np.bool_),
        ), run=Run())  # fmt: skip
    profile_model(live, random_set(sequences=1), run=Run())  # and the probe works after it
