"""A project that somebody worked in for months: long names, and many of everything."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt

from app.jobs.measuring import original_variant, plan_variant
from app.jobs.task import Task
from app.pages import subject
from core.checkpoint import ModelInfo
from core.run import Run
from tests.screens import made
from tests.screens.scene import Scene
from tests.values import made_info, made_profile

NAME = "a-model-whose-name-somebody-thought-about-for-a-long-time-and-then-made-longer-still"
PLAN = "plan {} of a long afternoon, under a name that no column has room for"
STEP = "a step that somebody gave a name as long as a sentence usually is, and then some"
# By what they are named after: experts of each layer, and dense layers below them.
MODELS = {
    "many-layers-and-experts": ((512,) * 94, 0),
    "one-layer": ((8,), 0),
    "dense-layers": ((128,) * 45, 3),
}
DOMAINS = tuple(f"domain number {at}" for at in range(12))
PLANS, VARIANTS, RUNS, JOBS = 30, 12, 60, 40


def info_of(kind: str, folder: Path) -> ModelInfo:
    """A model in a folder with a path of more than 200 characters."""
    experts, dense = MODELS[kind]
    place = folder / ("deep-" + "x" * 90) / ("deeper-" + "y" * 60) / NAME
    info = made_info(experts=experts, first_layer=dense, hidden=256, inner=128)
    assert len(str(place)) > 200
    problems = (
        "The tokenizer has no chat template, so that conversations are read as plain text.",
    )
    return dataclasses.replace(info, path=place, problems=problems)


def fill(scene: Scene, info: ModelInfo) -> None:
    """A profile, plans, measurements, runs and a step to undo."""
    session = scene.session
    session.set_model(info, name=str(info.path))
    profile = made_profile(experts=info.experts, domains=DOMAINS, top_k=info.top_k)
    session.set_profile(dataclasses.replace(profile, layer_ids=info.moe_layers))
    model = subject.current(session)
    session.add_variant(_measured(original_variant(model), 18.0))
    plan, rng = session.plan, np.random.default_rng(0)
    for at in range(PLANS):
        kept = plan.kept_LE.copy()
        kept[:, rng.integers(0, kept.shape[1], 3)] = False
        cut, name = plan.with_kept(kept), PLAN.format(at)
        session.keep_plan(name, cut)
        if at < VARIANTS:
            session.add_variant(_measured(plan_variant(model, cut, name), 18.5 + at, name))
    session.apply_plan(cut, STEP)
    for number in range(1, RUNS + 1):
        made.make_run(info, scene.runs, number=number, weights=False)


def _measured(variant, overall: float, name: str = ""):
    out = made.measured(variant, overall, name)
    each = {domain: overall + at for at, domain in enumerate(DOMAINS)}
    return dataclasses.replace(out, perplexity={"overall": overall, **each})


def queue(scene: Scene) -> list:
    """Many jobs of long names; the first runs until it is cancelled."""

    def work(run: Run) -> None:
        while True:
            run.check()
            time.sleep(0.005)

    title = f"Profile {NAME} over many texts"
    return [
        scene.session.start(Task(title=f"{title} {at}", kind="work", function=work))
        for at in range(JOBS)
    ]


def walk(scene: Scene) -> Iterator[str]:
    """Bring up what has long names or many lines in it."""
    yield from _pages(scene)
    yield from _views(scene)
    tune = scene.window.pages["tune"]
    scene.page("tune")
    tune.tabs.setCurrentIndex(1)
    model = tune.runs.model
    for line in range(4):
        checked = Qt.CheckState.Checked.value
        model.setData(model.index(line, 0), checked, Qt.ItemDataRole.CheckStateRole)
    scene.settle()
    yield "tune-runs"
    evaluate = scene.window.pages["evaluate"]
    scene.page("evaluate")
    evaluate.table.selectRow(3)
    evaluate.domains_button.click()
    scene.settle()
    yield "evaluate-domains"
    jobs = queue(scene)
    scene.window.dock.show()
    for key in ("select", "welcome"):
        scene.page(key)
        yield f"jobs-{key}"
    for job in reversed(jobs):
        job.cancel()
    scene.wait(lambda: all(job.over for job in jobs))


def _pages(scene: Scene) -> Iterator[str]:
    for key in ("model", "calibrate", "select", "tune", "evaluate", "export"):
        scene.page(key)
        if key == "calibrate":
            scene.window.pages[key].tabs.setCurrentIndex(1)
            scene.settle()
        yield key


def _views(scene: Scene) -> Iterator[str]:
    select = scene.window.pages["select"]
    scene.page("select")
    select.map.set_cursor_cell(0, 5)
    for key in ("layer", "network", "compare", "plans"):
        select.views.show_view(key)
        scene.settle()
        yield f"select-{key}"
    select.views.show_view("map")
    select.lower.show_table.click()
    scene.settle()
    yield "select-table"
    select.lower.show_charts.click()
