"""The search over options: real short runs, a budget, a journal to go on from."""

from pathlib import Path

import pytest

from core.errors import InputError, Parked
from core.run import Note, Progress, Run, Snapshot
from core.tuning import Found, search_options
from tests.core.tuning.runs import options, texts

pytest.importorskip("optuna")


def search(folder: Path, work: Path, minutes: float, run: Run | None = None, **changes) -> Found:
    return search_options(
        folder,
        texts(),
        options(**changes),
        minutes=minutes,
        work=work,
        validation=texts(seed=1),
        run=run or Run(),
    )


def test_a_search_keeps_to_its_time_and_goes_on_from_its_journal(
    mixtral: Path, tmp_path: Path
) -> None:
    seen: list = []
    work = tmp_path / "search"
    first = search(mixtral, work, 0.0, Run(seen.append))
    assert len(first.trials) == 1
    base = first.trials[0]
    assert base.options.learning_rate == pytest.approx(1e-2)
    assert base.options.schedule == "linear"
    assert base.perplexity is not None
    assert [e.value for e in seen if isinstance(e, Snapshot) and e.name == "tuning-search"] == [
        first
    ]
    # Room for one more of the same length.
    second = search(mixtral, work, 2.5 * first.seconds / 60)
    assert len(second.trials) >= 2
    assert second.trials[0] == base
    assert second.trials[1].options != base.options
    assert second.best is not None
    assert second.best.perplexity <= base.perplexity
    assert [path.name for path in work.iterdir() if path.is_dir()] == []


def test_a_journal_of_another_search_is_refused(mixtral: Path, tmp_path: Path) -> None:
    search(mixtral, tmp_path, 0.0)
    with pytest.raises(InputError, match="another model, text or number of steps"):
        search(mixtral, tmp_path, 0.0, steps=5)


@pytest.mark.slow
def test_a_trial_that_fails_is_listed_and_never_the_best(mixtral: Path, tmp_path: Path) -> None:
    found = search(
        mixtral, tmp_path, 0.0, learning_rate=10.0, max_grad_norm=0, steps=60, train="all"
    )
    assert [trial.perplexity for trial in found.trials] == [None]
    assert found.best is None


def test_a_paused_trial_goes_on_after_its_last_whole_step(mixtral: Path, tmp_path: Path) -> None:
    whole = search(mixtral, tmp_path / "whole", 0.0)
    box: list[Run] = []
    seen: list = []

    def park(event: object) -> None:
        seen.append(event)
        if isinstance(event, Progress) and (event.stage, event.done) == ("tune", 2):
            box[-1].pause(park=True)

    box.append(Run(park))
    with pytest.raises(Parked):
        search(mixtral, tmp_path / "paused", 0.0, box[-1])
    seen.clear()
    found = search(mixtral, tmp_path / "paused", 0.0, Run(seen.append))
    assert any(isinstance(e, Note) and "going on from step 2" in e.text for e in seen)
    assert [trial.perplexity for trial in found.trials] == [whole.trials[0].perplexity]
    steps = [e.done for e in seen if isinstance(e, Progress) and e.stage == "tune"]
    assert set(steps) == {3}
    assert [path.name for path in (tmp_path / "paused").iterdir() if path.is_dir()] == []
