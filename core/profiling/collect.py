"""The pass: a live model over a calibration set, batch by batch, resumable, with snapshots."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError
from core.profiling import partial
from core.profiling.files import save_profile
from core.profiling.options import ProfileOptions
from core.profiling.probe import Probe
from core.profiling.profile import Profile
from core.profiling.state import STAGE, Facts, Pass
from core.run import Run
from core.runtime.live import LiveModel
from core.runtime.ranks import ALONE, Ranks

if TYPE_CHECKING:
    from core.calibration import CalibrationSet


def profile_model(
    live: LiveModel,
    calibration: CalibrationSet,
    *,
    output: Path | None = None,
    resume: bool = False,
    options: ProfileOptions | None = None,
    ranks: Ranks = ALONE,
    run: Run,
) -> Profile:
    """Run a model over text once and keep what it says about every expert.

    Several ranks take the batches in turn and come out with the profile of one process, to the last
    bit where their arithmetic is the same (device, dtype, number of threads).

    Args:
        live: The model.
        calibration: The packed text.
        output: Where the profile is saved when the pass is complete; beside it lies, until then,
            what a stopped pass resumes from. None keeps it in memory only.
        resume: Go on from there if it is there. A pass that was stopped and resumed gives the same
            profile as one that was not, to the last bit.
        options: Group size and snapshot rate.
        ranks: The processes that do it; the leader alone reads and writes `output`.
        run: Checked before each batch and each MoE layer; gets `Progress` in tokens after each
            batch, and snapshots named "profile" that hold a `Profile`.

    Returns:
        The complete profile.

    Raises:
        Cancelled: The run was stopped; whole batches seen so far are kept for `resume`.
        InputError: There is no text, or its token ids are not this model's, or ranks read others.
        ProfileError: A stopped pass of other options lies there, the model puts out NaN, or the
            output cannot be written.
        ResourceError: The device ran out of memory.
    """
    options = options or ProfileOptions()
    if len(calibration) == 0:
        raise InputError("the calibration text is empty", remedy="add a source with text in it")
    if calibration.context_by_domain is not None:
        raise InputError(
            f"sequences that overlap by a stride of {calibration.options.stride} would be counted "
            "more than once",
            remedy="no stride for a profile",
        )
    live.warn_of_length(calibration, run)
    facts = Facts.of(live, calibration)
    with Probe(live, len(calibration.domains), run, ranks) as probe:
        state = Pass(probe=probe, facts=facts, options=options, output=output, ranks=ranks)
        with ranks.together():
            earlier = _earlier(state, resume=resume, run=run)
        if live.stream is not None:
            from core.profiling.streamed import stream_pass

            with ranks.together():
                stream_pass(state, earlier, run)
        else:
            if earlier is not None:
                state.restore(earlier)
            _pass_in_memory(state, run)
        profile = state.whole()
    with ranks.together():
        if output is not None and ranks.leads:
            save_profile(profile, output)
            partial.remove(output)
    if output is not None:
        partial.remove_waiting(output)  # every rank its own, also on another machine
    return profile


def _earlier(state: Pass, *, resume: bool, run: Run) -> Profile | None:
    """What a stopped pass has left for the leader; the others learn where it was."""
    facts, output, ranks = state.facts, state.output, state.ranks
    ranks.check_alike(facts.live.info.fingerprint + facts.calibration.fingerprint)
    earlier = None
    if output is not None and ranks.leads:
        if resume:
            streamed = facts.live.stream is not None
            earlier = partial.load(output, facts.like, run, streamed=streamed, ranks=ranks.size)
        else:
            partial.remove(output)
    found = 0 if earlier is None else earlier.batches
    state.batches = state.saved = ranks.agree(found)[0][0]
    return earlier


def _pass_in_memory(state: Pass, run: Run) -> None:
    """All layers for one batch, then the next batch."""
    calibration, ranks = state.facts.calibration, state.ranks
    state.count(range(state.batches))
    run.progress(STAGE, state.tokens, calibration.tokens, "tokens")
    try:
        with ranks.together():
            while state.batches < len(calibration):
                state.step(run)
    except Exception:
        # A killed process leaves the last group; a cancelled or failed one every whole batch.
        if not ranks.lost:
            state.keep()
        raise
