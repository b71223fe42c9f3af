"""An expert's card as a value: everything the inspector says about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication

from app.models.experts import merge_text, score_text, state_text
from app.pages.select.tokens import Context, TokenReader
from app.widgets import numbers
from core import scoring
from core.profiling.profile import CONTEXT_BEFORE

if TYPE_CHECKING:
    from app.pages.select.derived import Derived
    from app.session import Session
    from core.planning import Merge
    from core.profiling import Profile

translate = QCoreApplication.translate  # the name that lupdate looks for

FACTS = ("tokens", "share", "gate", "norm", "score")  # keys of the facts, in their order
CONTEXTS = 4
PARTNERS = 3


@dataclass(frozen=True, kw_only=True)
class ExpertCard:
    """One expert.

    Attributes:
        title: "L13 · expert 9".
        state: "kept · rank 4 of 32".
        kept: Whether it stays.
        locked: Whether it is locked.
        protected: Whether it is protected.
        facts: (name, value) pairs.
        keys: What the facts are to whoever knows where they come from.
        domains: (domain, its share of that domain's choices) pairs.
        contexts: Where it was chosen with the highest gates.
        partners: (expert, share of its tokens that choose that one too).
        ranks: (metric, place) pairs for the other metrics.
        layer: Decoder layer id.
        expert: Its number in the layer.
        experts: Experts of the layer.
    """

    title: str
    state: str
    kept: bool
    locked: bool
    protected: bool
    facts: tuple[tuple[str, str], ...] = ()
    keys: tuple[str, ...] = ()
    domains: tuple[tuple[str, float], ...] = ()
    contexts: tuple[Context, ...] = ()
    partners: tuple[tuple[int, float], ...] = ()
    ranks: tuple[tuple[str, int], ...] = ()
    layer: int = 0
    expert: int = 0
    experts: int = 0


def expert_card(
    session: Session, derived: Derived, reader: TokenReader, row: int, expert: int
) -> ExpertCard | None:
    """Put a card together from what the session knows."""
    plan = session.plan
    if plan is None or not (row < len(plan.experts) and expert < plan.experts[row]):
        return None
    state = derived.state(plan)
    kept, locked = bool(state.kept_LE[row, expert]), bool(state.locked_LE[row, expert])
    protected = bool(state.protected_LE[row, expert])
    group = plan.merge_of(row, expert)
    merged = merge_text(group, expert) if group is not None else ""
    words = state_text(kept=kept, locked=locked, protected=protected, merged=merged)
    places, profile = derived.ranks(), session.shown_profile
    if places is not None:
        words = translate("ExpertCard", "{state} · rank {rank} of {experts}").format(
            state=words, rank=int(places[row, expert]), experts=plan.experts[row]
        )
    return ExpertCard(
        title=translate("ExpertCard", "L{layer} · expert {expert}").format(
            layer=plan.layer_ids[row], expert=expert
        ),
        state=words,
        kept=kept,
        locked=locked,
        protected=protected,
        facts=(*_facts(session, derived, row, expert), *_shares(group)),
        keys=tuple(f"expert.{plan.layer_ids[row]}.{expert}.{what}" for what in FACTS),
        domains=_domains(derived, profile, row, expert),
        contexts=_contexts(reader, profile, row, expert),
        partners=() if profile is None else scoring.fires_with(profile, row, expert, PARTNERS),
        ranks=_ranks(session, derived, row, expert),
        layer=plan.layer_ids[row],
        expert=expert,
        experts=plan.experts[row],
    )


def cell_tip(session: Session, derived: Derived, row: int, expert: int) -> str:
    """What is special about a cell, beside its score; nothing of one that is just kept."""
    plan = session.plan
    if plan is None or row < 0:
        return ""
    state, group = derived.state(plan), plan.merge_of(row, expert)
    kept = bool(state.kept_LE[row, expert])
    marked = state.locked_LE[row, expert] or state.protected_LE[row, expert]
    if kept and not marked and group is None:
        return ""
    words = state_text(
        kept=kept,
        locked=bool(state.locked_LE[row, expert]),
        protected=bool(state.protected_LE[row, expert]),
        merged="" if group is None else merge_text(group, expert),
    )
    name = translate("ExpertCard", "L{layer} · expert {expert}")
    return f"{name.format(layer=plan.layer_ids[row], expert=expert)}: {words}"


def status_line(session: Session, derived: Derived, row: int, expert: int) -> str:
    """The expert under the pointer in one line: L13 · E9 · 4.1 % · gate 0.31 · norm 2.84."""
    plan, statistics = session.plan, derived.statistics()
    if plan is None or row < 0:
        return ""
    name = f"L{plan.layer_ids[row]} · E{expert}"
    if statistics is None:
        return name
    share = statistics.share_LE[row, expert]
    gate, norm = statistics.mean_gate_LE[row, expert], statistics.output_norm_LE[row, expert]
    if not np.isfinite(gate):
        never = translate("ExpertCard", "never chosen")
        return f"{name} · {never}"
    return translate("ExpertCard", "{name} · {share} · gate {gate:.2f} · norm {norm:.2f}").format(
        name=name, share=_share(float(share)), gate=gate, norm=norm
    )


def _share(share: float) -> str:
    """A percentage with a second digit where it is small."""
    return numbers.percent(share, 1 if share >= 0.01 or share == 0 else 2)


def _facts(
    session: Session, derived: Derived, row: int, expert: int
) -> tuple[tuple[str, str], ...]:
    statistics, scores = derived.statistics(), session.scores_LE
    if statistics is None or scores is None:
        return ()

    def shown(value: float, digits: int) -> str:
        return f"{value:,.{digits}f}" if np.isfinite(value) else numbers.DASH

    share = float(statistics.share_LE[row, expert])
    return (
        (
            translate("ExpertCard", "Tokens routed"),
            shown(float(statistics.tokens_LE[row, expert]), 0),
        ),
        (
            translate("ExpertCard", "Share of layer"),
            _share(share) if np.isfinite(share) else numbers.DASH,
        ),
        (
            translate("ExpertCard", "Mean gate"),
            shown(float(statistics.mean_gate_LE[row, expert]), 2),
        ),
        (
            translate("ExpertCard", "Output norm"),
            shown(float(statistics.output_norm_LE[row, expert]), 2),
        ),
        (session.metric, score_text(float(scores[row, expert]))),
    )


def _shares(group: Merge | None) -> tuple[tuple[str, str], ...]:
    """What the mean of a group is made of."""
    if group is None:
        return ()
    parts = ", ".join(
        f"{member} {numbers.percent(share, 0)}" for member, share in group.shares.items()
    )
    return ((translate("ExpertCard", "Mean of"), parts),)


def _domains(
    derived: Derived, profile: Profile | None, row: int, expert: int
) -> tuple[tuple[str, float], ...]:
    statistics = derived.statistics()
    if statistics is None or profile is None:
        return ()
    shares = np.nan_to_num(statistics.domain_share_DLE[:, row, expert])
    return tuple(zip(profile.domains, shares.tolist(), strict=True))


def _contexts(
    reader: TokenReader, profile: Profile | None, row: int, expert: int
) -> tuple[Context, ...]:
    if profile is None or not reader.loaded or profile.top_context.shape[-1] <= CONTEXT_BEFORE:
        return ()
    names = (*profile.domains, "")  # -1 is the last: unknown
    domains = tuple(names[d] for d in profile.top_domain[row, expert].tolist())
    return reader.contexts(
        profile.top_context[row, expert],
        profile.top_gate[row, expert],
        domains,
        at=CONTEXT_BEFORE,
        most=CONTEXTS,
    )


def _ranks(
    session: Session, derived: Derived, row: int, expert: int
) -> tuple[tuple[str, int], ...]:
    """Places under all other metrics; a random rank says nothing."""
    if session.shown_profile is None or session.live_profile is not None:
        return ()
    out = []
    for metric in scoring.metrics():
        if metric.name in {session.metric, "random"}:
            continue
        places = derived.ranks(metric.name)
        if places is not None:
            out.append((metric.name, int(places[row, expert])))
    return tuple(out)
