"""The token lens: what one text does in every layer, token by token, as a frozen value.

Shapes: T tokens, L MoE layers (rows, in model order), K experts per token, E experts of the widest
layer. No torch here: the window and `seer lens` read it without.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from core.errors import ProfileError
from core.profiling.files import write_file

SCHEMA = 1
SCHEMA_KEY = "seer_lens"
FACTS_KEY = "seer"
NOBODY = -1  # in experts: the layer chooses fewer

_DTYPES = {
    "ids": np.int32,
    "special": np.bool_,
    "sequence": np.int32,
    "expert": np.int16,
    "gate": np.float32,
    "entropy": np.float32,
}
_TUPLES = ("layer_ids", "experts", "pieces")
_PLAIN = ("model_fingerprint", "model_type", "options", "versions")
_MAX_SIDE = 2**20


@dataclass(frozen=True, kw_only=True, eq=False)
class Lens:
    """How a model routes one text.

    Attributes:
        model_fingerprint: The model that was watched.
        model_type: Its type, e.g. "mixtral".
        layer_ids: Decoder layer id of each row.
        experts: Number of experts per row.
        pieces: What each token stands for in the text.
        options: What the pass was given: JSON values only.
        versions: Library versions.
        ids: [T] int32, token ids.
        special: [T] bool, tokens that stand for nothing in the text.
        sequence: [T] int32, number of the sequence that a token was read in: a long text is cut,
            and a token sees nothing of an earlier sequence.
        expert: [T, L, K] int16, the chosen experts, the highest gate first; -1 where fewer are.
        gate: [T, L, K] float32, the gates really applied; NaN where there is no expert.
        entropy: [T, L] float32, entropy in nats of the router's distribution over all experts.
    """

    model_fingerprint: str
    model_type: str
    layer_ids: tuple[int, ...]
    experts: tuple[int, ...]
    pieces: tuple[str, ...]
    options: Mapping[str, object] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    ids: NDArray[np.int32]
    special: NDArray[np.bool_]
    sequence: NDArray[np.int32]
    expert: NDArray[np.int16]
    gate: NDArray[np.float32]
    entropy: NDArray[np.float32]

    def __post_init__(self) -> None:
        """Check that shapes and numbers can be true.

        Raises:
            ProfileError: They cannot.
        """
        T, L = len(self.pieces), len(self.layer_ids)
        K = self.expert.shape[-1] if self.expert.ndim == 3 else 0
        shapes = {
            "ids": (T,), "special": (T,), "sequence": (T,),
            "expert": (T, L, K), "gate": (T, L, K), "entropy": (T, L),
        }  # fmt: skip
        for name, shape in shapes.items():
            array = getattr(self, name)
            if array.shape != shape or array.dtype != _DTYPES[name]:
                raise ProfileError(
                    f"a lens of {T} tokens and {L} layers has no '{name}' of shape "
                    f"{list(array.shape)} and type {array.dtype}"
                )
        if len(self.experts) != L or not (T and L and K):
            raise ProfileError("a lens needs tokens, layers and experts")
        most_L = np.asarray(self.experts)[None, :, None]
        if (self.expert < NOBODY).any() or (self.expert >= most_L).any():
            raise ProfileError("a lens names an expert that its layer does not have")
        for array in (self.ids, self.special, self.sequence, self.expert, self.gate, self.entropy):
            array.flags.writeable = False

    @property
    def tokens(self) -> int:
        """T."""
        return len(self.pieces)

    @property
    def top_k(self) -> int:
        """K."""
        return int(self.expert.shape[2])

    @cached_property
    def _places(self) -> NDArray[np.intp]:
        """Where each choice is in a flat mask of [L, E + 1], the last column for no expert."""
        L, width = len(self.layer_ids), max(self.experts) + 1
        column_TLK = np.where(self.expert < 0, width - 1, self.expert)
        return (np.arange(L)[None, :, None] * width + column_TLK).astype(np.intp)

    @cached_property
    def _shares(self) -> NDArray[np.float32]:
        """|g| of each choice as a share of the token's in that layer; 0 where there is none."""
        weight_TLK = np.abs(np.nan_to_num(self.gate))
        total_TL1 = weight_TLK.sum(axis=2, keepdims=True)
        share_TLK = weight_TLK / np.where(total_TL1 > 0, total_TL1, 1)
        return share_TLK.astype(np.float32)

    def dropped(self, kept_LE: NDArray[np.bool_]) -> Lost:
        """See `lost_under`; the mask has exactly the lens's experts."""
        L = len(self.layer_ids)
        gone = np.zeros((L, max(self.experts) + 1), dtype=np.bool_)
        gone[:, :-1] = ~kept_LE[:, : max(self.experts)]
        chosen_TLK = gone.reshape(-1).take(self._places)
        share_TL = np.einsum("tlk,tlk->tl", self._shares, chosen_TLK, dtype=np.float32)
        share_TL = np.minimum(share_TL, np.float32(1))
        return Lost(chosen_TLK=chosen_TLK, share_TL=share_TL, share_T=share_TL.mean(axis=1))

    @property
    def starts(self) -> tuple[int, ...]:
        """Tokens that begin a sequence, the first one left out."""
        return tuple((np.flatnonzero(np.diff(self.sequence)) + 1).tolist())

    @property
    def text(self) -> str:
        """The text as far as it was read."""
        return "".join(
            piece for piece, alone in zip(self.pieces, self.special, strict=True) if not alone
        )

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """The arrays by name, as the file holds them."""
        return {name: getattr(self, name) for name in _DTYPES}


@dataclass(frozen=True, kw_only=True, eq=False)
class Lost:
    """What a plan would take away from each token.

    Attributes:
        chosen_TLK: True where a chosen expert would be gone.
        share_TL: Share of the token's gate in a layer that goes with them, 0 to 1.
        share_T: The same over all layers: the mean of the layers.
    """

    chosen_TLK: NDArray[np.bool_]
    share_TL: NDArray[np.float32]
    share_T: NDArray[np.float32]

    @property
    def share(self) -> float:
        """Mean over all tokens and layers."""
        return float(self.share_T.mean()) if len(self.share_T) else 0.0


def lost_under(lens: Lens, kept_LE: NDArray[np.bool_]) -> Lost:
    """What is lost of each token's routing when only some experts stay.

    share_TL = Σ_{k: e_k dropped} |g_k| / Σ_k |g_k|, so 1 means that every expert of the token goes;
    the magnitude, because a family's gate may be negative. The masked model would choose others in
    their place: this says how much of the choice is gone, not what the output becomes.

    Args:
        lens: The watched text.
        kept_LE: [L, E] mask of the experts that stay, rows as in the lens.

    Raises:
        ProfileError: The mask is of another model.
    """
    L = len(lens.layer_ids)
    if kept_LE.shape[0] != L or kept_LE.shape[1] < max(lens.experts):
        raise ProfileError(
            f"the lens has {L} layers of up to {max(lens.experts)} experts, the plan has "
            f"{kept_LE.shape[0]} of {kept_LE.shape[1]}",
            remedy="look at the text with this model again",
        )
    return lens.dropped(kept_LE)


def save_lens(lens: Lens, path: Path) -> None:
    """Write a lens whole or not at all.

    Raises:
        ProfileError: The folder is missing, read-only or full.
    """
    facts: dict[str, object] = {name: list(getattr(lens, name)) for name in _TUPLES}
    for name in _PLAIN:
        value = getattr(lens, name)
        facts[name] = dict(value) if isinstance(value, Mapping) else value
    metadata = {SCHEMA_KEY: str(SCHEMA), FACTS_KEY: json.dumps(facts, sort_keys=True)}
    arrays = {name: np.ascontiguousarray(array) for name, array in lens.arrays().items()}
    write_file(path, to_bytes(arrays, metadata))


def load_lens(path: Path) -> Lens:
    """Read a lens and check that it can be true.

    Raises:
        ProfileError: The file is missing, damaged, of a newer schema, or not a lens.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            facts = _facts(path, file.metadata() or {})
            names = set(file.keys())
            if not set(_DTYPES) <= names:
                raise _damaged(path, f"it lacks {min(set(_DTYPES) - names)!r}")
            if any(max(file.get_slice(name).get_shape(), default=0) > _MAX_SIDE for name in names):
                raise _damaged(path, "it is larger than any text")
            arrays = {name: file.get_tensor(name) for name in _DTYPES}
    except FileNotFoundError as error:
        raise ProfileError(f"there is no lens at {path}", remedy="seer lens") from error
    except (SafetensorError, OSError) as error:
        raise _damaged(path, str(error)) from error
    try:
        values: dict[str, Any] = {name: tuple(facts[name]) for name in _TUPLES}
        values |= {name: facts[name] for name in _PLAIN}
        return Lens(**values, **arrays)
    except (ProfileError, TypeError) as error:
        raise _damaged(path, str(error)) from error


def lens_json(lens: Lens, lost: Lost | None = None) -> dict[str, object]:
    """A lens as the JSON object that `seer lens --json` prints.

    Args:
        lens: The watched text.
        lost: What a plan would take away, or None.
    """

    def token(t: int) -> dict[str, object]:
        rows = []
        for row, layer in enumerate(lens.layer_ids):
            here = lens.expert[t, row] != NOBODY
            found: dict[str, object] = {
                "layer": layer,
                "experts": lens.expert[t, row][here].tolist(),
                "gates": [round(g, 6) for g in lens.gate[t, row][here].tolist()],
                "entropy": round(float(lens.entropy[t, row]), 6),
            }
            if lost is not None:
                found["lost"] = lens.expert[t, row][lost.chosen_TLK[t, row]].tolist()
                found["share_lost"] = round(float(lost.share_TL[t, row]), 6)
            rows.append(found)
        said: dict[str, object] = {
            "text": lens.pieces[t],
            "id": int(lens.ids[t]),
            "special": bool(lens.special[t]),
            "sequence": int(lens.sequence[t]),
            "layers": rows,
        }
        if lost is not None:
            said["share_lost"] = round(float(lost.share_T[t]), 6)
        return said

    return {
        "model_type": lens.model_type,
        "fingerprint": lens.model_fingerprint,
        "layer_ids": list(lens.layer_ids),
        "experts": list(lens.experts),
        "top_k": lens.top_k,
        "options": dict(lens.options),
        "tokens": [token(t) for t in range(lens.tokens)],
        "share_lost": None if lost is None else lost.share,
    }


def _facts(path: Path, metadata: Mapping[str, str]) -> dict[str, Any]:
    schema = metadata.get(SCHEMA_KEY)
    if schema is None:
        raise ProfileError(f"{path} is not a lens", remedy="a file of seer lens")
    if not schema.isdecimal() or int(schema) < 1:
        raise _damaged(path, f"its schema is '{schema[:20]}'")
    if int(schema) > SCHEMA:
        raise ProfileError(
            f"{path} has lens schema {int(schema)}, this program reads up to {SCHEMA}",
            remedy="a newer SEER Studio, or look at the text again",
        )
    try:
        facts = json.loads(metadata.get(FACTS_KEY, ""))
    except (ValueError, RecursionError) as error:
        raise _damaged(path, "its description is not JSON") from error
    if not isinstance(facts, dict) or any(name not in facts for name in (*_TUPLES, *_PLAIN)):
        raise _damaged(path, "its description is incomplete")
    texts = {"pieces": str, "layer_ids": int, "experts": int}
    for name, kind in texts.items():
        values = facts[name]
        if not isinstance(values, list) or not all(type(value) is kind for value in values):
            raise _damaged(path, f"its '{name}' has a wrong type")
    return facts


def _damaged(path: Path, why: str) -> ProfileError:
    return ProfileError(f"{path} is not a readable lens: {why}", remedy="look at the text again")
