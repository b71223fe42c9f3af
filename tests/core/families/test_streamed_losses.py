"""Masks of every family are measured in one reading of the streamed model, with memory's bits."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.evaluation.losses import Losses
from core.evaluation.losses_streamed import StreamedLosses
from core.run import Run
from tests.core.evaluation.test_losses import masks
from tests.core.families.test_merged import ALONE, build, load
from tests.core.live import random_set
from tests.tiny_towers import TOWERS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("family", [*ALONE, *TOWERS])
def test_masks_measured_together_have_the_losses_of_memory(family: str, tmp_path: Path) -> None:
    folder = build(family, tmp_path)
    live, texts = load(folder), random_set(sequences=2, seq_len=12, batch_size=2)
    # Files are mapped where they are, and the last bit of a product depends on the alignment.
    for tensor in (*live.model.parameters(), *live.model.buffers()):
        tensor.data = tensor.data.clone()
    some = masks(live, 3)
    for mask_LE in some:
        mask_LE[[layer in live.info.hash_layers for layer in live.layer_ids]] = True
    with Losses(live, texts, run=Run()) as measured:
        expected = [measured.of(mask_LE) for mask_LE in some]
    with StreamedLosses(load(folder, "always"), texts, run=Run()) as measured:
        measured.ahead(some)
        assert [measured.of(mask_LE) for mask_LE in some] == expected
        assert measured.asked == len(some)
    # A base that has moved, and masks on both sides of where it did.
    base, late, early = some[0].copy(), some[0].copy(), some[0].copy()
    base[0] = late[0] = some[1][0]
    late[-1], early[0] = some[2][-1], some[2][0]
    more = [base, late, early]
    with Losses(live, texts, run=Run()) as measured:
        expected = [measured.of(mask_LE) for mask_LE in more]
    with StreamedLosses(load(folder, "always"), texts, run=Run()) as measured:
        measured.of(some[0])
        measured.rebase(base)
        measured.ahead(more)
        assert [measured.of(mask_LE) for mask_LE in more] == expected
