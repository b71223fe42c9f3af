"""A looked-at text as the widgets take it: colours per token and layer, shades of the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.theme import LEVELS
from app.widgets.take_menu import Table, table_of
from app.widgets.token_card import Choice, LayerChoices
from core.profiling import Lens, Lost

Shade = Literal["lost", "entropy", "gate"]


@dataclass(frozen=True, kw_only=True, eq=False)
class LensPaint:
    """Everything that changes with the plan or with what colours mean.

    Attributes:
        level_LT: Steps on the colour scale.
        kept_LT: False where the plan drops an expert of the token.
        seen_LT: False where there is nothing to show.
        shade_T: How strongly a token of the text is shaded, 0 to 1.
        low: The value at the dark end.
        high: The value at the bright end.
        darkest: The value of the most strongly shaded token.
    """

    level_LT: NDArray[np.uint8]
    kept_LT: NDArray[np.bool_]
    seen_LT: NDArray[np.bool_]
    shade_T: NDArray[np.float64]
    low: float
    high: float
    darkest: float


def lens_paint(lens: Lens, lost: Lost, shade: Shade) -> LensPaint:
    """Colours of a text.

    "lost" shows the share of the gates that go, "entropy" the router's entropy as a share of ln E,
    "gate" the highest gate of the token. The text is shaded by the mean over the layers, from
    nothing lost (or the lowest entropy, or the highest gate) to the strongest of this text.
    """
    most_L = np.log(np.maximum(np.asarray(lens.experts, dtype=np.float64), 2))
    everywhere = np.ones(lens.entropy.shape, dtype=np.bool_)
    seen_TL, kept_TL = everywhere, ~lost.chosen_TLK.any(axis=2)
    if shade == "lost":
        values_TL, seen_TL, kept_TL = lost.share_TL, lost.share_TL > 0, everywhere
        mean_T = lost.share_T
        low, high = 0.0, 1.0
    elif shade == "entropy":
        values_TL = lens.entropy / most_L[None, :]
        mean_T = values_TL.mean(axis=1)
        low, high = 0.0, 1.0
    else:
        values_TL = np.nan_to_num(lens.gate[:, :, 0])
        mean_T = values_TL.mean(axis=1)
        # A gate may be scaled beyond one: the scale ends at the largest of this text.
        low, high = 0.0, max(float(values_TL.max()), 1e-9)
    least = 0.0 if shade == "lost" else float(mean_T.min())
    darkest = float(mean_T.max())
    unit = np.clip((values_TL - low) / (high - low), 0.0, 1.0)
    return LensPaint(
        level_LT=np.ascontiguousarray(np.round(unit * (LEVELS - 1)).astype(np.uint8).T),
        kept_LT=np.ascontiguousarray(kept_TL.T),
        seen_LT=np.ascontiguousarray(seen_TL.T),
        shade_T=(mean_T - least) / max(darkest - least, 1e-9),
        low=low,
        high=high,
        darkest=darkest,
    )


def token_layers(lens: Lens, lost: Lost, token: int) -> tuple[LayerChoices, ...]:
    """What one token does in every layer."""
    out = []
    for row, layer in enumerate(lens.layer_ids):
        chosen = zip(
            lens.expert[token, row].tolist(),
            lens.gate[token, row].tolist(),
            lost.chosen_TLK[token, row].tolist(),
            strict=True,
        )
        choices = tuple(Choice(expert=e, gate=g, lost=gone) for e, g, gone in chosen if e >= 0)
        out.append(
            LayerChoices(
                layer=layer,
                choices=choices,
                entropy=float(lens.entropy[token, row]),
                most=float(np.log(max(lens.experts[row], 1))),
            )
        )
    return tuple(out)


def lens_table(lens: Lens, lost: Lost) -> Table:
    """Every choice of every token: a line per token and layer."""
    return table_of(
        ("token", "text", "layer", "experts", "gates", "entropy_nats", "dropped", "share_dropped"),
        (
            (
                token, piece, layer,
                _joined(lens.expert[token, row].tolist()),
                " ".join(f"{gate:.4g}" for gate in _finite(lens.gate[token, row])),
                float(lens.entropy[token, row]),
                _joined(lens.expert[token, row][lost.chosen_TLK[token, row]].tolist()),
                float(lost.share_TL[token, row]),
            )
            for token, piece in enumerate(lens.pieces)
            for row, layer in enumerate(lens.layer_ids)
        ),
    )  # fmt: skip


def _finite(gates: NDArray[np.float32]) -> list[float]:
    return gates[np.isfinite(gates)].tolist()


def _joined(experts: list[int]) -> str:
    return " ".join(str(expert) for expert in experts if expert >= 0)
