"""The profile: what one pass over text says about every expert, as a frozen value.

Shapes: D domains, L MoE layers (rows, in model order), E experts of the widest layer, R top tokens
per expert, C tokens of context around each. All statistics but the maxima and the reservoir are
sums over valid tokens, so domains blend by weight and shards merge by addition. No torch here:
scoring, planning and the window read profiles without it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ProfileError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Arrays = dict[str, NDArray[Any]]  # by name; `array_shapes` says which dtype each has

TOP_TOKENS = 8  # R: what an expert's card shows without scrolling
CONTEXT_BEFORE = 16  # tokens left of a top token: enough to read why it was chosen
CONTEXT_AFTER = 7
CONTEXT = CONTEXT_BEFORE + 1 + CONTEXT_AFTER  # C; the token itself is at index CONTEXT_BEFORE
PAD = -1  # in counts, contexts and domains: no such expert, no token, no entry

SUM_ARRAYS = ("soft_count", "gate_sum", "norm_sum", "norm_sq_sum", "gated_norm_sum")
MAX_ARRAYS = ("norm_max", "peak_max")


@dataclass(frozen=True, kw_only=True, eq=False)
class Profile:
    """Routing statistics of one model on one calibration set.

    T_e are the valid tokens that chose expert e, g the gate really applied, f the expert's output
    before gating, p the router's own score over all experts of the layer (softmax of the logits, or
    the family's sigmoid). Cells without an expert hold -1 in integer arrays and NaN in the others.

    Attributes:
        model_fingerprint: The model that was observed.
        model_type: Its type, e.g. "mixtral".
        layer_ids: Decoder layer id of each row.
        experts: Number of experts per row.
        top_k: Experts per token while it was observed.
        domains: Names of the domains, in the order of the first axis.
        sources: The sources as they were given.
        options: What the pass was given: JSON values only.
        versions: Library versions.
        calibration: Fingerprint of the packed calibration set.
        batches: Calibration batches observed so far.
        batches_total: Batches of the whole set.
        sequences: Sequences observed, all domains.
        seconds: Time the pass took, pauses left out.
        streamed: Whether the model was streamed layer by layer.
        peak_rss_bytes: Highest resident memory of the process.
        peak_device_bytes: Highest memory allocated on the device; 0 on the CPU.
        made_at: When the pass ended, UTC, ISO 8601; empty in a file of an older version.
        count: [D, L, E] int64, |T_e|.
        soft_count: [D, L, E], sum of p over all valid tokens.
        gate_sum: [D, L, E], sum of g over T_e.
        norm_sum: [D, L, E], sum of ‖f‖ over T_e.
        norm_sq_sum: [D, L, E], sum of ‖f‖² over T_e.
        gated_norm_sum: [D, L, E], sum of g‖f‖ over T_e.
        norm_max: [D, L, E], max of ‖f‖; 0 if never chosen.
        peak_max: [D, L, E], max of |f| over tokens and channels; 0 if never chosen.
        tokens: [D, L] int64, valid tokens seen.
        entropy_sum: [D, L], sum over valid tokens of the entropy of p (normalised), in nats.
        coactivation: [L, E, E] int64, tokens that chose both experts; the diagonal is the count.
        top_gate: [L, E, R] float64, highest gates, descending; NaN where there are fewer.
        top_context: [L, E, R, C] int32, token ids around each, -1 beyond the sequence.
        top_domain: [L, E, R] int16, domain of each, or -1.
    """

    model_fingerprint: str
    model_type: str
    layer_ids: tuple[int, ...]
    experts: tuple[int, ...]
    top_k: int
    domains: tuple[str, ...]
    sources: tuple[str, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    calibration: str = ""
    batches: int = 0
    batches_total: int = 0
    sequences: int = 0
    seconds: float = 0.0
    streamed: bool = False
    peak_rss_bytes: int = 0
    peak_device_bytes: int = 0
    made_at: str = ""
    count: Ints
    soft_count: Floats
    gate_sum: Floats
    norm_sum: Floats
    norm_sq_sum: Floats
    gated_norm_sum: Floats
    norm_max: Floats
    peak_max: Floats
    tokens: Ints
    entropy_sum: Floats
    coactivation: Ints
    top_gate: Floats
    top_context: NDArray[np.int32]
    top_domain: NDArray[np.int16]

    def __post_init__(self) -> None:
        """Freeze arrays and mappings, check that everything fits together."""
        for name in ("options", "versions"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        if not (self.domains and self.layer_ids and len(self.layer_ids) == len(self.experts)):
            raise ProfileError(
                f"the profile names {len(self.domains)} domains, {len(self.layer_ids)} layers and "
                f"{len(self.experts)} expert counts"
            )
        for name, (shape, dtype) in array_shapes(
            len(self.domains), self.experts, self.top_gate.shape[-1], self.top_context.shape[-1]
        ).items():
            array = getattr(self, name)
            if array.shape != shape or array.dtype != dtype:
                raise ProfileError(
                    f"profile array {name} is {array.dtype}{list(array.shape)}, "
                    f"expected {np.dtype(dtype)}{list(shape)}"
                )
            view = array.view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)

    @property
    def arrays(self) -> Arrays:
        """All arrays by name, as the file holds them."""
        return {name: getattr(self, name) for name in ARRAY_NAMES}

    @property
    def complete(self) -> bool:
        """Whether every batch of the calibration set was observed."""
        return self.batches == self.batches_total

    @property
    def tokens_D(self) -> Ints:
        """Valid tokens per domain."""
        return self.tokens.max(axis=1)

    @property
    def total_tokens(self) -> int:
        """Valid tokens, all domains."""
        return int(self.tokens_D.sum())

    @cached_property
    def exists_LE(self) -> NDArray[np.bool_]:
        """True where the model has an expert; rows may be narrower than E."""
        mask = exists(self.experts)
        mask.flags.writeable = False
        return mask

    @property
    def entropy_DL(self) -> Floats:
        """Mean routing entropy per domain and layer in nats; NaN where no token was seen."""
        tokens_DL = np.where(self.tokens > 0, self.tokens, np.nan)
        return self.entropy_sum / tokens_DL

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the model, the domains and every array; not over times and paths."""
        digest = hashlib.sha256()
        head = (self.model_fingerprint, self.layer_ids, self.experts, self.top_k, self.domains)
        digest.update(repr(head).encode())
        for name in ARRAY_NAMES:
            array = np.ascontiguousarray(getattr(self, name))
            digest.update(f"{name}{array.dtype.str}{array.shape}".encode())
            digest.update(array.tobytes())
        return digest.hexdigest()


def exists(experts: Sequence[int]) -> NDArray[np.bool_]:
    """True where a layer has an expert: [L, E] of the widest layer."""
    return np.arange(max(experts)) < np.asarray(experts, dtype=np.int64)[:, None]


def array_shapes(
    domains: int, experts: Sequence[int], top: int = TOP_TOKENS, context: int = CONTEXT
) -> dict[str, tuple[tuple[int, ...], type[np.generic]]]:
    """Shape and dtype of every array of a profile."""
    D, L, E = domains, len(experts), max(experts)
    shapes: dict[str, tuple[tuple[int, ...], type[np.generic]]] = {"count": ((D, L, E), np.int64)}
    shapes.update(dict.fromkeys((*SUM_ARRAYS, *MAX_ARRAYS), ((D, L, E), np.float64)))
    shapes["tokens"] = ((D, L), np.int64)
    shapes["entropy_sum"] = ((D, L), np.float64)
    shapes["coactivation"] = ((L, E, E), np.int64)
    shapes["top_gate"] = ((L, E, top), np.float64)
    shapes["top_context"] = ((L, E, top, context), np.int32)
    shapes["top_domain"] = ((L, E, top), np.int16)
    return shapes


ARRAY_NAMES = tuple(array_shapes(1, (1,)))


def blend(values_DLE: NDArray[np.generic], weights_D: Floats) -> Floats:
    """Weighted sum over domains of an additive statistic; NaN stays where no expert is.

    Args:
        values_DLE: Any additive array of a profile, domains first; integer padding becomes NaN.
        weights_D: One weight per domain; a domain of weight 0 contributes nothing.
    """
    values = values_DLE.astype(np.float64)
    if np.issubdtype(values_DLE.dtype, np.integer):
        values[values < 0] = np.nan
    return np.tensordot(np.asarray(weights_D, dtype=np.float64), values, axes=1)


def merge(profiles: Sequence[Profile]) -> Profile:
    """Add profiles of one model: shards of one set, or other texts; domains unite by name.

    Raises:
        ProfileError: They are of different models or observed with different Top-K.
    """
    if not profiles:
        raise ProfileError("there is no profile to merge")
    first = profiles[0]
    for other in profiles[1:]:
        if _model(other) != _model(first):
            raise ProfileError(
                f"profiles of models {first.model_fingerprint[:12]} and "
                f"{other.model_fingerprint[:12]} cannot be merged",
                remedy="profiles of one model at one Top-K",
            )
    domains = tuple(dict.fromkeys(name for p in profiles for name in p.domains))
    arrays = empty_arrays(len(domains), first.experts)
    exists_LE = first.exists_LE
    for profile in profiles:
        at_D = np.array([domains.index(name) for name in profile.domains])
        for name in ("count", *SUM_ARRAYS):
            arrays[name][at_D[:, None], exists_LE] += getattr(profile, name)[:, exists_LE]
        for name in MAX_ARRAYS:
            here = arrays[name][at_D[:, None], exists_LE]
            there = getattr(profile, name)[:, exists_LE]
            arrays[name][at_D[:, None], exists_LE] = np.maximum(here, there)
        arrays["tokens"][at_D] += profile.tokens
        arrays["entropy_sum"][at_D] += profile.entropy_sum
        pairs_LEE = exists_LE[:, :, None] & exists_LE[:, None, :]
        arrays["coactivation"][pairs_LEE] += profile.coactivation[pairs_LEE]
    arrays.update(_merge_top(profiles, domains))
    return replace(
        first,
        domains=domains,
        sources=tuple(dict.fromkeys(source for p in profiles for source in p.sources)),
        calibration="+".join(dict.fromkeys(p.calibration for p in profiles)),
        batches=sum(p.batches for p in profiles),
        batches_total=sum(p.batches_total for p in profiles),
        sequences=sum(p.sequences for p in profiles),
        seconds=sum(p.seconds for p in profiles),
        peak_rss_bytes=max(p.peak_rss_bytes for p in profiles),
        peak_device_bytes=max(p.peak_device_bytes for p in profiles),
        made_at=max(p.made_at for p in profiles),
        **arrays,  # type: ignore[arg-type]
    )


def empty_arrays(
    domains: int, experts: Sequence[int], top: int = TOP_TOKENS, context: int = CONTEXT
) -> Arrays:
    """Arrays of a profile that has seen nothing: zero where an expert is, padding elsewhere."""
    exists_LE = exists(experts)
    arrays: Arrays = {}
    for name, (shape, dtype) in array_shapes(domains, experts, top, context).items():
        arrays[name] = np.zeros(shape, dtype)
    arrays["count"][:, ~exists_LE] = PAD
    for name in (*SUM_ARRAYS, *MAX_ARRAYS):
        arrays[name][:, ~exists_LE] = np.nan
    arrays["coactivation"][~(exists_LE[:, :, None] & exists_LE[:, None, :])] = PAD
    arrays["top_gate"][:] = np.nan
    arrays["top_context"][:] = PAD
    arrays["top_domain"][:] = PAD
    return arrays


def _model(profile: Profile) -> tuple[object, ...]:
    """What must be equal for two profiles to add up."""
    return (profile.model_fingerprint, profile.layer_ids, profile.experts, profile.top_k)


def _merge_top(profiles: Sequence[Profile], domains: tuple[str, ...]) -> Arrays:
    """The highest gates of all reservoirs, with domains renumbered."""
    top, width = profiles[0].top_gate.shape[-1], profiles[0].top_context.shape[-1]
    if any(p.top_gate.shape[-1] != top or p.top_context.shape[-1] != width for p in profiles):
        raise ProfileError("profiles keep different numbers of top tokens and cannot be merged")
    gate = np.concatenate([p.top_gate for p in profiles], axis=-1)
    context = np.concatenate([p.top_context for p in profiles], axis=-2)
    renumbered = []
    for profile in profiles:
        ids = np.array([*(domains.index(name) for name in profile.domains), PAD], dtype=np.int16)
        renumbered.append(ids[profile.top_domain])  # PAD is -1, so it picks the last entry
    domain = np.concatenate(renumbered, axis=-1)
    order = np.argsort(-np.nan_to_num(gate, nan=-np.inf), axis=-1, kind="stable")[..., :top]
    return {
        "top_gate": np.take_along_axis(gate, order, axis=-1),
        "top_context": np.take_along_axis(context, order[..., None], axis=-2),
        "top_domain": np.take_along_axis(domain, order, axis=-1),
    }
