"""Real errors of core, provoked, have no English sentence left in Korean; facts stay facts."""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calibration import CalibrationOptions, Source
from core.calibration.readers import read_documents
from core.checkpoint import inspect_model, locate_model
from core.errors import StudioError
from core.evaluation.tasks.formats import items_of
from core.evaluation.variant import Variant
from core.export.staging import check_space, check_target
from core.families import FAMILIES, REFUSED, family_for, refused, support_table
from core.messages import translated
from core.planning import Bounds, Locks, MadeBy, Plan, check_plan, keep_per_layer
from core.planning.files import write_atomically
from core.planning.plan_json import parse_cells
from core.profiling import load_lens, load_profile, load_profile_of, save_profile
from core.project import create_project, open_project
from core.report.gather import gather
from core.report.page import Look
from core.runtime.streaming_plan import Footprint, plan_stream
from core.scoring import domain_weights_D, metric
from core.tuning.obstacles import of_machine, of_model, of_texts
from core.tuning.options import TuneOptions
from core.tuning.schedule import TopKSchedule
from tests.raw import mixtral, mixtral_config, write_folder
from tests.values import made_info, made_profile

# What a fact may look like in a Korean sentence: options, names of files, formats and programs,
# identifiers, numbers with units.
FACT = re.compile(
    r"--[\w-]+|`[^`]*`|'[^']*'|“[^”]*”"  # options, commands, names
    r"|\S*[/_.\\=<>\[\]{}#:]\S*"  # paths, files, keys
    r"|\b[0-9a-f]{12}|\d[\d,.]*( [kMGT]?B)?"
    r"|[A-Z][A-Z0-9-]+s?(?![a-z])|Top-\w+|[a-z]+(-[a-z]+)+|[A-Za-z-]*[a-z][A-Z]\w*"
)
# Words that are the same in Korean: programs, formats, units, what a user wrote, families.
NAMES = {
    word
    for text in (
        "auto bfloat bf float fp int str list cpu cuda demo global hub id layer lora nat errno",
        "steps none linear cosine",
        "parquet pickle safetensors softmax sigmoid torch transformers train profile plan seer",
        "owner name title date body code prose ko en arXiv Studio Omni export random man msan reap",
        "Hugging Face Parquet Variant Qwen thinker talker vocoder lens",
        *FAMILIES,
    )
    for word in re.findall("[A-Za-z]{2,}", text)
}


def english_left(text: str) -> list[str]:
    """English words of a sentence that are no facts."""
    words = re.findall(r"[A-Za-z]{2,}", FACT.sub(" ", text))
    return [word for word in words if word not in NAMES]


def korean(text: str) -> str:
    """A text in Korean, checked: nothing of English is left, and it is not empty."""
    out = translated(text, "ko")
    assert re.search("[가-힣]", out), (text, out)
    assert not english_left(out), (text, out, english_left(out))
    return out


def model(folder: Path, **config: object) -> Path:
    """A small mixtral folder of three files."""
    return write_folder(folder / "model", mixtral_config(**config), mixtral(), shards=3)


def damaged(folder: Path, damage: Callable[[Path], object]) -> Callable[[], object]:
    place = model(folder)
    damage(place)
    return lambda: inspect_model(place)


def text_file(folder: Path, name: str, content: str | bytes) -> Callable[[], object]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return lambda: list(read_documents(path, "body", most_characters=1000))


def edited_plan(**changes: object) -> Callable[[], object]:
    data = Plan.keep_all(made_info()).to_json() | changes
    return lambda: Plan.from_json(data)


SHARD = "model-00002-of-00003.safetensors"
INDEX = "model.safetensors.index.json"
TIGHT = Footprint(layers=32, layer=4 * 10**9, copies=2, working=10**9, parked=10**8)


def _index(folder: Path, change: Callable[[dict[str, str]], object]) -> None:
    path = folder / INDEX
    data = json.loads(path.read_text())
    change(data["weight_map"])
    path.write_text(json.dumps(data))


CASES: dict[str, Callable[[Path], Callable[[], object]]] = {
    # checkpoint
    "no folder": lambda d: lambda: locate_model(str(d / "gone")),
    "not a folder": lambda d: lambda: locate_model(str(write(d / "file", ""))),
    "no such hub model": lambda d: lambda: locate_model("nobody/nothing-here"),
    "no config": lambda d: damaged(d, lambda m: (m / "config.json").unlink()),
    "config of no JSON": lambda d: damaged(d, lambda m: write(m / "config.json", "{,")),
    "config that is a list": lambda d: damaged(d, lambda m: write(m / "config.json", "[]")),
    "missing shard": lambda d: damaged(d, lambda m: (m / SHARD).unlink()),
    "truncated shard": lambda d: damaged(d, lambda m: os.truncate(m / SHARD, 4000)),
    "empty shard": lambda d: damaged(d, lambda m: os.truncate(m / SHARD, 0)),
    "longer shard": lambda d: damaged(
        d, lambda m: (m / SHARD).write_bytes((m / SHARD).read_bytes() + b"....")
    ),
    "index of a stranger": lambda d: damaged(
        d, lambda m: _index(m, lambda names: names.update(stranger=SHARD))
    ),
    "index that leaves the folder": lambda d: damaged(
        d, lambda m: _index(m, lambda names: names.update({"model.norm.weight": "../secret"}))
    ),
    "index without map": lambda d: damaged(d, lambda m: write(m / INDEX, "{}")),
    "pickled weights": lambda d: damaged(
        d, lambda m: ([p.unlink() for p in m.glob("model*")], write(m / "pytorch_model.bin", "x"))
    ),
    # families
    "unknown type": lambda d: lambda: family_for({"model_type": "mixtrel"}),
    "no type": lambda d: lambda: family_for({}),
    "more chosen than there are": lambda d: lambda: inspect_model(model(d, num_experts_per_tok=9)),
    "no number of experts": lambda d: lambda: inspect_model(model(d, num_local_experts=0)),
    # calibration
    "no source": lambda d: lambda: CalibrationOptions(sources=()).check(),
    "bad budget": lambda d: (
        lambda: CalibrationOptions(sources=(Source.parse("demo"),), max_tokens=0).check()
    ),
    "missing text": lambda d: lambda: Source.parse(str(d / "gone.txt")).kind,
    "picture as text": lambda d: lambda: Source.parse(str(write(d / "a.png", ""))).kind,
    "folder without text": lambda d: lambda: Source.parse(str(d)).files(),
    "not UTF-8": lambda d: text_file(d, "a.txt", b"abc \xff"),
    "bad line": lambda d: text_file(d, "a.jsonl", '{"body": "x"}\nnot json'),
    "line of a list": lambda d: text_file(d, "a.jsonl", "[1]"),
    "no such field": lambda d: text_file(d, "a.jsonl", '{"title": "x", "date": 1}'),
    "field of a number": lambda d: text_file(d, "a.jsonl", '{"body": 7}'),
    "no fields at all": lambda d: text_file(d, "a.jsonl", "{}"),
    "broken parquet": lambda d: text_file(d, "a.parquet", "x"),
    # planning
    "plan that keeps a stranger": lambda d: edited_plan(layers={"0": {"keep": [9], "experts": 8}}),
    "plan without layers": lambda d: edited_plan(layers={}),
    "plan of no object": lambda d: edited_plan(layers={"0": 3}),
    "plan for another model": lambda d: (
        lambda: Plan.keep_all(made_info()).for_model(made_info(fingerprint="7" * 64))
    ),
    "plan of other shape": lambda d: (
        lambda: Plan.keep_all(made_info()).for_model(
            made_info(experts=(8, 4), fingerprint="7" * 64)
        )
    ),
    "missing plan": lambda d: lambda: Plan.load(d / "gone.json"),
    "damaged plan": lambda d: lambda: Plan.load(write(d / "plan.json", "{")),
    "keeps none": lambda d: (
        lambda: keep_per_layer(
            made_profile().exists_LE * 1.0,
            bounds=Bounds.of(Plan.keep_all(made_info()), made_info()),
            n=0,
        )
    ),
    "bad lock": lambda d: lambda: parse_cells(["3-7"], (0, 1)),
    "lock of a dense layer": lambda d: lambda: parse_cells(["9:1"], (0, 1)),
    "locked both ways": lambda d: lambda: Locks(keep=frozenset({(0, 1)}), drop=frozenset({(0, 1)})),
    # files, project
    "unwritable": lambda d: lambda: write_atomically(write(d / "f", "") / "plan.json", "x"),
    "missing profile": lambda d: lambda: load_profile(d / "gone.safetensors"),
    "damaged profile": lambda d: lambda: load_profile(write(d / "p.safetensors", "nonsense")),
    "profile of another model": lambda d: (
        lambda: load_profile_of(saved_profile(d), made_info(fingerprint="7" * 64))
    ),
    "missing lens": lambda d: lambda: load_lens(d / "gone.safetensors"),
    "missing project": lambda d: lambda: open_project(d),
    "damaged project": lambda d: lambda: open_project(write(d / "project.json", "{").parent),
    "project in a full folder": lambda d: lambda: create_project(write(d / "x", "").parent),
    "project inside a file": lambda d: lambda: create_project(write(d / "x", "") / "project"),
    "damaged variant": lambda d: (
        lambda: Variant.from_json({"name": "x", "kind": "plan", "tasks": 3})
    ),
    # export, memory, tuning, evaluation, report
    "export into the model": lambda d: lambda: check_target(d / "model" / "out", d / "model"),
    "export over something": lambda d: lambda: check_target(write(d / "x", "").parent, d / "m"),
    "export without room": lambda d: lambda: check_space(d / "out", 10**18),
    "too little memory to stream": lambda d: (
        lambda: plan_stream(TIGHT, 8, device="cpu", free=10**9, free_host=10**9)
    ),
    "too little video memory": lambda d: (
        lambda: plan_stream(TIGHT, 8, device="cuda", free=10**9, free_host=10**11)
    ),
    "unknown metric": lambda d: lambda: metric("charm"),
    "unknown domain": lambda d: lambda: domain_weights_D(made_profile(), {"poetry": 1.0}),
    "no weight": lambda d: lambda: domain_weights_D(made_profile(), {"prose": 0.0, "code": 0.0}),
    "no steps": lambda d: lambda: TuneOptions(steps=0).check(),
    "no such schedule": lambda d: lambda: TuneOptions(schedule="slow").check(),
    "rising Top-K": lambda d: (
        lambda: TopKSchedule(
            start=2, target=3, kind="linear", fractional=True, anneal_fraction=0.5, steps=9
        )
    ),
    "no question": lambda d: lambda: items_of([], "quiz.jsonl"),
    "one choice": lambda d: (
        lambda: items_of([{"question": "?", "choices": ["a"], "answer": 0}], "quiz.jsonl")
    ),
    "strange answer": lambda d: (
        lambda: items_of([{"question": "?", "choices": ["a", "b"], "answer": "z"}], "quiz.jsonl")
    ),
    "report of nothing": lambda d: lambda: gather(d),
    "report in an unknown language": lambda d: lambda: Look(language="xx"),
}


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def saved_profile(folder: Path) -> Path:
    save_profile(made_profile(), folder / "p.safetensors")
    return folder / "p.safetensors"


@pytest.mark.parametrize("name", CASES)
def test_what_goes_wrong_is_said_in_korean(name, tmp_path) -> None:
    provoke = CASES[name](tmp_path)
    with pytest.raises(StudioError) as caught:
        provoke()
    korean(caught.value.what)
    if caught.value.remedy:
        korean(caught.value.remedy)


def test_numbers_names_and_paths_stay_what_they_are(tmp_path) -> None:
    folder = tmp_path / "a file of is missing" / "x"
    with pytest.raises(StudioError) as caught:
        plan_stream(TIGHT, 8, device="cpu", free=10**9, free_host=10**9)
    assert "9.1 GB" in korean(caught.value.what)
    assert "RAM" in korean(caught.value.what)
    with pytest.raises(StudioError) as caught:
        locate_model(str(folder))
    assert str(folder) in translated(caught.value.what, "ko")


def test_findings_about_a_plan_and_their_fixes_are_korean() -> None:
    info = made_info(experts=(16,) * 12, n_group=4, topk_group=2)
    whole = Plan.keep_all(info)
    kept_LE = whole.kept_LE.copy()
    kept_LE[:7, 3:] = False
    uneven = whole.with_kept(kept_LE, made_by=MadeBy(metric="manual", scope="layer"))
    locked = replace(
        uneven,
        made_by=replace(
            uneven.made_by,
            locks=Locks(drop=frozenset((r, e) for r in range(7) for e in range(3, 16))),
        ),
    )
    plain, hashed = made_info(experts=(16,) * 12), made_info(experts=(16,) * 12, hash_layers=(0,))
    one_LE = whole.kept_LE.copy()
    one_LE[0, 1:] = False
    one = whole.with_kept(one_LE, made_by=uneven.made_by)
    seven_LE = whole.kept_LE.copy()
    seven_LE[:, 9:] = False
    seven = whole.with_kept(seven_LE, made_by=uneven.made_by)
    problems = [
        problem
        for plan, model in (
            (uneven, info),
            (locked, info),
            (one, plain),
            (one, hashed),
            (seven, plain),
            (one.with_top_k(1), replace(plain, group_best=2)),
        )
        for problem in check_plan(plan, model)
    ]
    assert {p.kind for p in problems} >= {
        "below_top_k", "below_group_best", "groups", "ragged", "hash_routed", "not_multiple_of_8",
    }  # fmt: skip
    for problem in problems:
        assert korean(problem.text).endswith(".")
        assert not korean(problem.text).endswith("..")
        korean(problem.text.rstrip("."))  # as an export refuses it
        if problem.fix_text:
            assert korean(problem.fix_text) == korean(problem.fix_text.lower())


def test_obstacles_of_tuning_and_their_ways_out_are_korean() -> None:
    info = made_info()
    options = TuneOptions(steps=100, train="all", distill=1.0, batch_size=4)
    found = [
        *of_model(info, options, None, 3),
        *of_model(
            replace(info, files=0, config={"quantization_config": {"quant_method": "fp8"}}),
            options,
            None,
            2,
        ),
        *of_model(info, replace(options, schedule="none"), None, 1),
        *of_model(info, options, None, 1),
        *of_machine(options, needed=10**12, free=10**9, cuda=True, disk=10**18, output=Path("out")),
        *of_texts(1),
    ]
    assert len({problem.code for problem in found}) >= 7
    for problem in found:
        korean(problem.text)
        korean(problem.fix)


def test_every_remark_on_a_family_and_every_refusal_is_korean() -> None:
    remarks = {remark for row in support_table() for remark in row.remarks}
    assert len(remarks) > 10
    for remark in remarks:
        assert korean(remark).endswith(".")
    for _, why in refused():
        korean(why)
    for name in REFUSED:
        with pytest.raises(StudioError) as caught:
            family_for({"model_type": name})
        korean(caught.value.what)
    for family in FAMILIES.values():
        assert "after" not in translated(family.routing, "ko")
        assert "groups" not in translated(family.routing, "ko")


def test_problems_of_a_checkpoint_are_korean(tmp_path) -> None:
    tensors = [raw for raw in mixtral() if "experts.3." not in raw.name]
    info = inspect_model(write_folder(tmp_path, mixtral_config(layers=3), tensors))
    assert len(info.problems) >= 3
    for problem in info.problems:
        korean(problem)


def test_errors_of_the_system_are_korean_too() -> None:
    for number in (errno.ENOSPC, errno.EACCES, errno.EROFS, errno.ENOENT, errno.EDQUOT):
        said = os.strerror(number)
        assert said not in korean(f"cannot save the project in /home/me: {said}")
        told = korean(f"/home/me/seer.json cannot be read ({OSError(number, said, '/x')})")
        assert said not in told
        assert "/home/me/seer.json" in told


def test_other_peoples_sentences_stay_as_they_are() -> None:
    for text in (
        "RuntimeError: expected a tensor of shape [2, 3] to be contiguous, but it is not",
        "The quick brown fox jumps over the lazy dog and or to of is.",
        "RuntimeError: use the other device instead of this",
        "layer norm weights came from this place to that",
        "", "7", "mixtral", "/a/b c/d",
    ):  # fmt: skip
        assert translated(text, "ko") == text
    assert translated("there is no plan to try", "en") == "there is no plan to try"


@given(st.text(max_size=200))
def test_any_text_comes_back_as_a_text(text) -> None:
    assert isinstance(translated(text, "ko"), str)
    # In a place, a fact keeps its letters whatever they are.
    if not re.search(r"[;:,.]| (and|or) ", text) and "\n" not in text:
        out = translated(f"there is no lens at '{text}'", "ko")
        assert f"'{text}'" in out


@pytest.mark.parametrize("seam", [": ", "; ", ", ", " and ", ". "])
def test_a_long_hostile_text_costs_neither_time_nor_the_stack(seam) -> None:
    text = seam.join(["x"] * 20_000)
    assert translated(text, "ko").replace(" ", "").startswith("x")


def test_a_sentence_whose_period_was_cut_off_is_known_by_its_whole() -> None:
    text = "L0 keeps 1, but a token chooses 2, and locks leave no more."
    whole = translated(text, "ko")
    assert whole == "L0: 1개를 유지하지만 토큰은 2개를 고릅니다. 잠금 때문에 더 남길 수 없습니다."
    assert translated(text.rstrip("."), "ko") == whole.rstrip(".")
    assert translated("there is no lens at /a/b", "ko") == "/a/b에 토큰 렌즈가 없습니다"
    assert translated("there is no lens at /a/b.", "ko") == "/a/b.에 토큰 렌즈가 없습니다"


def test_words_joined_by_and_or_or_are_joined_in_korean() -> None:
    for text, korean_text in (
        ("score or loss", "score 또는 loss"),
        ("a or b or c", "a 또는 b 또는 c"),
        ("a, b and c", "a, b, c"),
        ("x and y and z", "x, y, z"),
    ):
        assert translated(text, "ko") == korean_text
    for text in ("a b and c", "and", "a and", "black and white film", "salt, pepper"):
        assert translated(text, "ko") == text


def test_a_list_of_words_and_messages_in_messages_are_translated() -> None:
    assert translated("L3, L7 and L9 keep 1, but a token chooses 2.", "ko").startswith(
        "L3, L7, L9:"
    )
    assert translated(
        "L1, L2, L3 and 5 more route by a fixed token table: no expert there can go.", "ko"
    ).startswith("L1, L2, L3 외 5개:")
    outer = "the model of “x” cannot be opened: model.safetensors is missing from /m"
    assert korean(outer) == "“x”의 모델을 열 수 없습니다: /m에 model.safetensors 파일이 없습니다"
