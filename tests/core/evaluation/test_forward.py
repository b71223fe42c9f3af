"""The head applied a few rows at a time gives the model's own logits, whatever it does to them."""

import numpy as np
import pytest
import torch

from core.evaluation import forward as module
from core.evaluation.forward import Piece, forward
from core.run import Run
from core.runtime import load_model
from tests.tiny import FAMILIES, VOCABULARY, tiny_loadable

# Logits that are scaled, capped, tied or plain.
SOME = ("mixtral", "granitemoe", "gemma4_text", "deepseek_v3", "gpt_oss", "cohere2_moe")


def check(family: str, folder) -> None:
    live = load_model(tiny_loadable(family, folder), device="cpu", dtype="float32", run=Run())
    rng = np.random.default_rng(0)
    ids = rng.integers(3, VOCABULARY, (2, 9))
    scored = np.ones((2, 9), dtype=bool)
    scored[:, 0] = False
    piece = Piece(ids=ids, mask=np.ones((2, 9), dtype=bool), scored=scored)
    with torch.inference_mode():
        whole = live.model(input_ids=torch.from_numpy(ids), use_cache=False).logits[:, :-1]
        found = forward(live, piece)
        parts = [found.head.logits(found.states[rows]) for rows in found.head.chunks(16)]
        again = live.model(input_ids=torch.from_numpy(ids), use_cache=False).logits[:, :-1]
    torch.testing.assert_close(torch.cat(parts), whole.flatten(0, 1), rtol=1e-4, atol=1e-4)
    assert torch.equal(again, whole)  # the body is back
    assert torch.equal(found.target, torch.from_numpy(ids[:, 1:]).flatten())


@pytest.mark.parametrize("family", SOME)
def test_logits_are_the_model_s_own(family, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LOGITS_BYTES", 5 * 4 * VOCABULARY)
    check(family, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("family", sorted(set(FAMILIES) - set(SOME)))
def test_logits_are_the_model_s_own_in_every_family(family, tmp_path):
    check(family, tmp_path)
