"""The report: whole, self-contained, and deaf to whatever names are put into it."""

from __future__ import annotations

import base64
import json
import re
import shutil
import struct
import subprocess
import zlib
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from core.checkpoint import inspect_model
from core.errors import InputError
from core.evaluation.variant import Provenance, Variant
from core.planning import Locks, MadeBy, Merge, Plan
from core.project import create_project
from core.report.gather import Subject, gather
from core.report.maps import ramp
from core.report.origin import FACTS, origins
from core.report.page import Look, report_html, write_report
from core.report.png import png
from core.tuning.events import StepReport
from core.tuning.work import Work
from tests.core.export.plans import export, plan_of
from tests.core.profiling.examples import make_profile
from tests.raw import mixtral, mixtral_config, write_folder

EVIL = "<script>alert(1)</script>\"'><img src=http://evil.example/x onerror=alert(2)>&amp;"
ADDRESS = re.compile(r"https?://", re.IGNORECASE)


class Reader(HTMLParser):
    """Notes every tag with its attributes, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += f"{data} "


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    return reader


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    return write_folder(tmp_path_factory.mktemp("models") / "tiny", mixtral_config(), mixtral())


def subject_of(model: Path, name: str = "my project", *, evil: str = "") -> Subject:
    info = inspect_model(model)
    profile = make_profile(
        experts=(8, 8),
        domains=(evil or "prose", "code"),
        fingerprint=info.fingerprint,
        sources=(evil or "demo",),
        options={"seq_len": 256, "seed": 3, "max_tokens": 4096, "note": evil},
        versions={"torch": evil or "2.13"},
    )
    kept = Plan.keep_all(info).kept_LE.copy()
    kept[:, 5:] = False
    locks = Locks(keep=frozenset({(0, 1)}))
    made_by = MadeBy(
        metric="reap",
        scope="layer",
        options={"keep": evil or "5"},
        profile=profile.fingerprint,
        locks=locks,
    )
    plan = Plan.keep_all(info).with_kept(kept, made_by=made_by)
    texts = Provenance(texts="t" * 64, sources=(evil or "demo",), tokens=512, command=evil)
    base = Variant(
        name=evil or "tiny",
        kind="original",
        provenance=texts,
        perplexity={"overall": 10.0, evil or "prose": 9.0},
        bytes=2_000_000,
    )
    mine = replace(
        base,
        name=evil or "reap 10/16",
        kind="plan",
        kept=plan.keep,
        perplexity={"overall": float("inf"), evil or "prose": 12.5},
        kl=0.1234,
        bytes=1_500_000,
    )
    return Subject(
        name=evil or name,
        model=evil or "demo",
        info=info,
        profile=profile,
        plan=plan,
        variants=(mine, base),
        missing=(evil,) if evil else (),
    )


def test_a_report_shows_maps_plan_cost_quality_and_what_made_them(model: Path) -> None:
    page = read(report_html(subject_of(model)))
    shown = " ".join(page.text.split())
    assert "my project" in shown
    assert "10 of 16" in shown
    for metric in ("soft-count", "reap", "weighted-ean-sum"):
        assert metric in shown
    assert "5–7" in shown
    assert "Routed experts" in shown
    assert "FLOPs per token, total" in shown
    assert "12.50" in shown
    assert "∞" in shown
    assert "0.1234" in shown
    assert "seer profile demo --source demo --max-tokens 4096 --seq-len 256 --seed 3" in shown
    assert "--metric reap --keep 5 --lock-keep 0:1" in shown
    # The original comes first, and the perplexity figure names it.
    assert shown.index("tiny original") < shown.index("reap 10/16 plan")


def test_a_report_asks_for_nothing_and_runs_nothing(model: Path) -> None:
    text = report_html(subject_of(model))
    page = read(text)
    for tag, attributes in page.tags:
        assert tag not in {"script", "link", "iframe", "object", "embed", "base", "form"}
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href"):
            value = attributes.get(name) or ""
            assert value.startswith(("data:image/png;base64,", "#")) or not value
    assert not ADDRESS.search(text)
    assert "default-src 'none'" in text
    assert "@import" not in text
    assert all(found.startswith("#") for found in re.findall(r"url\(([^)]*)\)", text))


def test_hostile_names_stay_text(model: Path) -> None:
    text = report_html(subject_of(model, evil=EVIL))
    page = read(text)
    assert "<script" not in text
    tags = {tag for tag, _ in page.tags}
    assert "img" not in tags
    assert not any(name.startswith("on") for _, found in page.tags for name in found)
    # Where names are shown they are shown as they are.
    assert page.text.count("alert(1)") >= 8


def test_each_cells_colour_is_its_share_of_the_layers_highest(model: Path) -> None:
    subject = subject_of(model)
    text = report_html(subject)
    pictures = [base64.b64decode(p) for p in re.findall(r"data:image/png;base64,([\w+/=]+)", text)]
    assert len(pictures) >= 8
    cells = pixels(pictures[0])
    scores_LE = subject.profile.soft_count.sum(axis=0)
    assert (cells.argmax(axis=1) == scores_LE.argmax(axis=1)).all()
    assert (cells.max(axis=1) == 253).all()
    order = np.argsort(scores_LE[0])
    assert (np.diff(cells[0][order].astype(int)) >= 0).all()


def pixels(picture: bytes) -> np.ndarray:
    """The palette indices of a picture that `png` made, read back by the format's rules."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    at, data, size = 8, b"", (0, 0)
    while at < len(picture):
        length, kind = struct.unpack(">I4s", picture[at : at + 8])
        body = picture[at + 8 : at + 8 + length]
        (check,) = struct.unpack(">I", picture[at + 8 + length : at + 12 + length])
        assert check == zlib.crc32(kind + body)
        if kind == b"IHDR":
            size = struct.unpack(">II", body[:8])
        elif kind == b"IDAT":
            data += body
        at += 12 + length
    lines = np.frombuffer(zlib.decompress(data), np.uint8).reshape(size[1], size[0] + 1)
    assert (lines[:, 0] == 0).all()
    return lines[:, 1:]


def test_a_picture_comes_back_as_it_went_in() -> None:
    cells = np.arange(12, dtype=np.uint8).reshape(3, 4)
    palette = np.zeros((12, 3), dtype=np.uint8)
    assert (pixels(png(cells, palette)) == cells).all()


def test_a_project_without_its_model_is_reported_with_the_gap_named(model, tmp_path) -> None:
    info = inspect_model(model)
    project = create_project(tmp_path / "p", model=str(tmp_path / "gone"))
    project = project.with_plan(Plan.keep_all(info))
    project.save()
    subject = gather(tmp_path / "p")
    assert subject.info is None
    shown = read(report_html(subject)).text
    assert "could not be read" in shown
    assert "There is no profile here" in shown


def test_an_exported_checkpoint_is_reported_from_its_own_record(model, tmp_path) -> None:
    export(model, tmp_path / "out", plan_of(model, lambda _: [0, 1, 2, 3]))
    subject = gather(tmp_path / "out")
    shown = " ".join(read(report_html(subject)).text.split())
    assert "8 of 16" in shown
    assert "4–7" in shown
    assert "Exported checkpoint: out" in shown
    assert "Verified yes" in shown


@pytest.mark.parametrize(
    "record", ["{", "[]", '{"plan": {"seer_plan": 1}}', '{"plan": null}', "[" * 100_000]
)
def test_a_damaged_record_is_an_error_with_a_remedy(model, tmp_path, record) -> None:
    from core.errors import StudioError

    folder = tmp_path / "out"
    shutil.copytree(model, folder)
    (folder / "seer.json").write_text(record)
    with pytest.raises(StudioError):
        gather(folder)


def test_a_folder_that_is_neither_is_refused(tmp_path) -> None:
    with pytest.raises(InputError, match="neither a project nor an exported checkpoint"):
        gather(tmp_path)


def test_curves_of_tuning_runs_are_drawn(model, tmp_path) -> None:
    work = Work(folder=tmp_path / "runs" / "tune-1")
    work.folder.mkdir(parents=True)
    work.write_curve(
        tuple(
            StepReport(step=n, steps=10, tokens=n * 100, loss=3 - n / 10, entropy=1.5, k=2.0)
            for n in range(1, 11)
        )
    )
    with (work.folder / "curve.jsonl").open("a") as file:
        file.write('{"step": 11, "ste')  # cut off by a crash
    page = read(report_html(replace(subject_of(model), runs=(tmp_path / "runs",))))
    lines = [found for tag, found in page.tags if tag == "polyline"]
    assert len(lines) == 3
    points = [tuple(map(float, p.split(","))) for p in lines[0]["points"].split()]
    assert len(points) == 10
    assert points == sorted(points), "the loss falls, so y, counted from above, rises"
    assert "10 of 10 steps" in " ".join(page.text.split())


def test_a_report_of_the_largest_models_is_small_and_made_at_once(model) -> None:
    experts = (384,) * 61
    profile = make_profile(experts=experts, fingerprint="f" * 64)
    keep = tuple(tuple(range(e % 2, 384, 2)) for e in range(61))  # the most runs there can be
    plan = Plan(
        model_fingerprint="f" * 64,
        model_type="mixtral",
        layer_ids=tuple(range(61)),
        experts=experts,
        keep=keep,
    )
    text = report_html(Subject(name="large", profile=profile, plan=plan))
    assert len(text) < 3_000_000


def test_every_fact_has_a_name(model) -> None:
    for origin in origins(subject_of(model)):
        assert {key for key, _ in origin.facts} <= set(FACTS)


def test_a_report_is_written_whole_or_not_at_all(model, tmp_path) -> None:
    from core.errors import StudioError

    target = tmp_path / "missing" / "r.html"
    with pytest.raises(StudioError):
        write_report(subject_of(model), target)
    size = write_report(subject_of(model), tmp_path / "r.html")
    assert (tmp_path / "r.html").stat().st_size == size
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]


CHROMIUM = next(
    (p for p in ("chromium", "chromium-browser", "google-chrome") if shutil.which(p)), ""
)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")
def test_a_real_browser_draws_and_prints_it(model, tmp_path) -> None:
    evil, good = tmp_path / "evil.html", tmp_path / "good.html"
    write_report(subject_of(model), good)
    write_report(subject_of(model, evil=EVIL.replace("alert(1)", "document.title='hacked'")), evil)
    korean = tmp_path / "korean.html"
    write_report(subject_of(model), korean, look=Look(language="ko"))
    for page in (good, korean):
        browse(tmp_path, f"--screenshot={tmp_path / 'page.png'}", "--window-size=1200,2400", page)
        assert colours(tmp_path / "page.png") > 200, "an empty page"
    browse(tmp_path, f"--print-to-pdf={tmp_path / 'page.pdf'}", good)
    pdf = (tmp_path / "page.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    boxes = {tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox \[([\d. ]+)\]", pdf)}
    width, height = next(iter(boxes))[2:]
    assert abs(width - 595) < 2
    assert abs(height - 842) < 2, "not A4"
    dom = browse(tmp_path, "--dump-dom", evil)
    assert "<title>hacked" not in dom
    assert "<script" not in dom
    assert "<img" not in dom


def browse(home: Path, *words: object) -> str:
    """Run Chromium with a new profile."""
    user = home / f"user-{len(list(home.iterdir()))}"
    *flags, page = words
    done = subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={user}", *map(str, flags), f"file://{page}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def colours(picture: Path) -> int:
    """How many different colours a screenshot has."""
    from PySide6.QtGui import QImage

    image = QImage(str(picture)).convertToFormat(QImage.Format.Format_RGB32)
    data = np.frombuffer(image.constBits(), np.uint32)
    return len(np.unique(data))


def test_the_command_writes_the_file_and_says_so(model, tmp_path) -> None:
    from typer.testing import CliRunner

    from core.cli import app

    project = create_project(tmp_path / "p", model=str(model))
    project.with_profile(make_profile(experts=(8, 8))).with_plan(
        Plan.keep_all(inspect_model(model))
    ).save()
    target = tmp_path / "r.html"
    done = CliRunner().invoke(app, ["report", str(tmp_path / "p"), "-o", str(target), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["bytes"] == target.stat().st_size
    before = target.read_text()
    words = ["report", str(tmp_path / "p"), "-o", str(target), "--colours"]
    assert CliRunner().invoke(app, [*words, "amber"]).exit_code == 0
    assert ramp("amber", 2)[0] in target.read_text()
    assert ramp("amber", 2)[0] not in before
    assert CliRunner().invoke(app, [*words, "rainbow"]).exit_code == 1
    assert CliRunner().invoke(app, [*words, "grey", "--language", "ko"]).exit_code == 0
    assert '<html lang="ko">' in target.read_text()
    assert CliRunner().invoke(app, [*words, "grey", "--language", "xx"]).exit_code == 1
    refused = CliRunner().invoke(app, ["report", str(tmp_path), "-o", str(target)])
    assert refused.exit_code == 1


def test_maps_take_the_colours_that_were_asked_for(model: Path) -> None:
    plain = report_html(subject_of(model))
    grey = report_html(subject_of(model), look=Look(scale="grey"))
    assert plain != grey
    first, last = ramp("grey", 2)
    assert f"linear-gradient(to right, {first}" in grey
    assert f"{last})" in grey
    with pytest.raises(InputError, match="no colour scale"):
        Look(scale="rainbow")


def test_merged_experts_are_drawn_and_listed_apart_from_dropped_ones(model: Path) -> None:
    subject = subject_of(model)
    assert 'id="merge-hatch"' in report_html(subject)
    assert "Merged experts" not in report_html(subject)
    merged = subject.plan.with_merges([[Merge.of(2, {2: 1.0, 6: 1.0})], []])
    text = report_html(replace(subject, plan=merged))
    page = read(text)
    shown = " ".join(page.text.split())
    assert "Merged experts" in shown
    assert "6 → 2" in shown
    assert "5, 7" in shown  # what is dropped in that layer, without the merged one
    assert "1 of the others merged" in shown
    paths = {found["id"]: found["d"] for tag, found in page.tags if tag == "path" and "id" in found}
    assert paths["merged"].count("M") == 1
    assert paths["means"].count("M") == 2  # the strokes of one plus
