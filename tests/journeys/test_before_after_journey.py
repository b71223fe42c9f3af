"""Before and after tuning, for real: profile, prune, tune, profile again, see the layers beside."""

from __future__ import annotations

import csv
import json
import shlex
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from app.jobs.tuning import tune_task, tuned_variant
from app.pages import subject
from app.pages.tune.choice import TuneChoice
from app.pages.tune.request import request_of
from core.tuning import TuneOptions
from core.tuning.history import RunRecord, new_run_folder

pytestmark = [pytest.mark.timeout(300), pytest.mark.slow]

TOKENS = 1024


def tune_with_entropy(studio):
    """Eight steps of routers alone under a heavy entropy penalty; the run becomes a variant."""
    session = studio.session
    options = TuneOptions(
        top_k=2, schedule="none", train="routers", entropy_weight=3.0, learning_rate=0.05,
        steps=8, batch_size=2, eval_every=0, save_every=0,
    )  # fmt: skip
    choice = TuneChoice(options=options)
    choice = replace(choice, texts=replace(choice.texts, max_tokens=TOKENS, seq_len=128))
    folder = new_run_folder(subject.project_file(session, "runs"))
    job = session.start(tune_task(request_of(session, choice, (), folder)))
    studio.wait(lambda: job.over)
    assert job.state == "done", job.error
    session.add_variant(tuned_variant(RunRecord.load(folder)))
    return next(v for v in session.variants if v.kind == "tuned")


def test_entropy_and_use_before_and_after_tuning_stand_beside_each_other(studio, tmp_path) -> None:
    session = studio.session
    studio.open_demo()
    studio.profile(TOKENS)
    kept = session.plan.kept_LE.copy()
    kept[:, 3] = False
    session.apply_plan(session.plan.with_kept(kept), "drop expert 3 of every layer")
    tuned = tune_with_entropy(studio)

    page = studio.open("select")
    page.views.show_view("compare")
    view = page.views.current
    view.desk.menu.aboutToShow.emit()
    entry = next(e for e in view.desk.menu.actions() if e.data() == tuned.name)
    entry.trigger()
    studio.wait(lambda: view.b.currentText() == tuned.name)
    assert view.a.currentText() == "all domains"
    studio.click(view.what.button("layers"))

    sources = view.desk.sources()
    before, after = sources[0].profile, sources[-1].profile
    assert after.model_fingerprint != before.model_fingerprint
    assert after.experts == (15,) * 8
    panels = {panel.key: panel for panel in view.beside.charts.panels}
    entropy = panels["entropy_nats"]
    tokens = before.tokens.sum(axis=0)
    np.testing.assert_allclose(entropy.values_L, before.entropy_sum.sum(axis=0) / tokens)
    np.testing.assert_allclose(
        entropy.other_L, after.entropy_sum.sum(axis=0) / after.tokens.sum(axis=0)
    )
    # What the penalty is there for.
    assert (entropy.other_L < entropy.values_L).mean() > 0.8
    share = after.count.sum(axis=0) / after.count.sum(axis=(0, 2))[:, None]
    assert panels["largest_share"].other_L == pytest.approx(share.max(axis=1))
    assert f"{entropy.values_L.mean():.2f} → {entropy.other_L.mean():.2f}" in view.summary.full_text

    # The numbers can be taken away, and the command line gives the same.
    page.takeaway.save_csv(tmp_path / "layers.csv")
    rows = list(csv.DictReader((tmp_path / "layers.csv").read_text().splitlines()))
    assert [row["experts_b"] for row in rows] == ["15"] * 8
    studio.wait(sources[0].path.is_file)
    words = shlex.split(page.command())
    assert words[words.index("--plan") + 1].endswith("plan.json")
    from core.cli import app

    done = CliRunner().invoke(app, [*words[1:], "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)["by_layer"]
    np.testing.assert_allclose([row["entropy_b"] for row in found], entropy.other_L)
    np.testing.assert_allclose(
        [row["entropy_a"] for row in found], [float(row["entropy_nats_a"]) for row in rows]
    )
