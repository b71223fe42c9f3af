from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from core.calibration import (
    CalibrationOptions,
    CalibrationSet,
    Source,
    Tokenizer,
    build_calibration,
    load_tokenizer,
)
from core.errors import Cancelled, InputError
from core.run import Progress, Run
from tests.tiny import tiny_tokenizer

BOS = 1


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    return load_tokenizer(tiny_tokenizer(tmp_path_factory.mktemp("tokenizer")))


def write_jsonl(path: Path, texts: Iterable[object], field: str = "text") -> Path:
    path.write_text("".join(json.dumps({field: text}) + "\n" for text in texts), encoding="utf-8")
    return path


def build(tokenizer: Tokenizer, *sources: str, **options: object) -> CalibrationSet:
    chosen = CalibrationOptions(sources=tuple(map(Source.parse, sources)), **options)
    return build_calibration(chosen, tokenizer, run=Run())


def stream(found: CalibrationSet, domain: int = 0) -> list[int]:
    return [int(i) for sequence in found.sequences_by_domain[domain] for i in sequence]


def test_packing_joins_documents_in_order_and_keeps_every_token(tokenizer, tmp_path):
    texts = [f"document {i} says little" for i in range(9)]
    found = build(tokenizer, str(write_jsonl(tmp_path / "a.jsonl", texts)), seq_len=7)
    expected = [i for text in texts for i in tokenizer([text])["input_ids"][0]]
    assert stream(found) == expected
    assert {len(s) for s in found.sequences_by_domain[0][:-1]} == {7}
    assert found.tokens == len(expected)
    assert stream(found).count(BOS) == len(texts)


def test_only_the_remainder_is_padded_and_padding_is_masked(tokenizer, tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", ["the quick brown fox"] * 5)
    found = build(tokenizer, str(path), seq_len=8, batch_size=2)
    batches = list(found.batches())
    assert sum(batch.tokens for batch in batches) == found.tokens
    for batch in batches[:-1]:
        assert batch.mask.all()
    ids = [
        int(i) for b in batches for row, m in zip(b.input_ids, b.mask, strict=True) for i in row[m]
    ]
    assert ids == stream(found)


def test_batch_size_changes_no_sequence(tokenizer, tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", [f"text {i}" * (i + 1) for i in range(20)])
    small = build(tokenizer, str(path), batch_size=1, seq_len=16)
    large = build(tokenizer, str(path), batch_size=64, seq_len=16)
    assert stream(small) == stream(large)
    assert small.fingerprint != large.fingerprint  # resuming counts batches


def test_without_packing_one_document_is_one_sequence(tokenizer, tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", ["a", "the quick brown fox jumps over", "", "b c"])
    found = build(tokenizer, str(path), pack=False, seq_len=5, batch_size=8)
    assert [len(s) for s in found.sequences_by_domain[0]] == [2, 5, 3 + (found.tokens - 10)]
    (batch,) = found.batches()
    assert batch.mask.sum() == found.tokens
    assert (batch.input_ids[:, 0] == BOS).all()
    assert (batch.input_ids[~batch.mask] == tokenizer.pad_token_id).all()


def test_a_text_shorter_than_a_sequence_is_one_short_sequence(tokenizer, tmp_path):
    (tmp_path / "short.txt").write_text("fox", encoding="utf-8")
    found = build(tokenizer, str(tmp_path / "short.txt"), seq_len=512)
    assert found.sequences == 1
    assert 1 < found.tokens < 512


def test_the_budget_is_split_evenly_to_the_token(tokenizer, tmp_path):
    a = write_jsonl(tmp_path / "a.jsonl", ["the quick brown fox"] * 50)
    b = write_jsonl(tmp_path / "b.jsonl", ["one two three"] * 50)
    found = build(tokenizer, str(a), str(b), max_tokens=101)
    assert found.tokens_by_domain == (51, 50)


def test_a_short_domain_leaves_its_rest_to_the_others(tokenizer, tmp_path):
    a = write_jsonl(tmp_path / "a.jsonl", ["fox"])
    b = write_jsonl(tmp_path / "b.jsonl", ["one two three"] * 50)
    c = write_jsonl(tmp_path / "c.jsonl", ["the lazy dog"] * 50)
    found = build(tokenizer, str(a), str(b), str(c), max_tokens=200)
    short, *others = found.tokens_by_domain
    assert found.tokens == 200
    assert short == len(tokenizer(["fox"])["input_ids"][0])
    assert abs(others[0] - others[1]) <= 1


def test_a_budget_beyond_the_text_takes_all_of_it(tokenizer, tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", ["one two three"] * 3)
    found = build(tokenizer, str(path), max_tokens=10**9)
    assert found.tokens == 3 * len(tokenizer(["one two three"])["input_ids"][0])


def test_the_seed_chooses_documents_and_keeps_their_order(tokenizer, tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", [f"document {i:03}" for i in range(200)])
    sets = [build(tokenizer, str(path), max_tokens=200, seed=seed) for seed in (0, 0, 1)]
    assert sets[0].fingerprint == sets[1].fingerprint != sets[2].fingerprint
    for found in sets:
        whole = re.findall(r"document (\d{3})", tokenizer.decode(stream(found)))
        numbers = [int(number) for number in whole]
        assert numbers == sorted(numbers)
        assert numbers[-1] > 100  # not merely the first ones


def test_batches_hold_one_domain_and_the_domains_take_turns(tokenizer, tmp_path):
    a = write_jsonl(tmp_path / "a.jsonl", ["the quick brown fox"] * 30)
    b = write_jsonl(tmp_path / "b.jsonl", ["one two three"] * 30)
    found = build(tokenizer, str(a), str(b), seq_len=8, batch_size=2, max_tokens=160)
    assert [batch.domain for batch in found.batches()] == [0, 1] * 5
    assert [batch.index for batch in found.batches()] == list(range(len(found)))
    again = [b.input_ids.tolist() for b in found.batches()]
    assert again == [found.batch(i).input_ids.tolist() for i in range(len(found))]


def test_sources_of_one_domain_are_merged_and_equal_names_are_told_apart(tokenizer, tmp_path):
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        write_jsonl(tmp_path / name / "train.jsonl", [f"from {name}"])
    x, y = (str(tmp_path / name / "train.jsonl") for name in ("x", "y"))
    assert build(tokenizer, x, y).domains == ("x/train", "y/train")
    merged = build(tokenizer, f"both={x}", f"both={y}")
    assert merged.domains == ("both",)
    assert "from x" in tokenizer.decode(stream(merged))
    assert "from y" in tokenizer.decode(stream(merged))


def test_demo_gives_six_balanced_domains_and_splits_that_differ(tokenizer):
    options = CalibrationOptions(sources=(Source.parse("demo"),), max_tokens=6_000)
    sets = [
        build_calibration(options, tokenizer, demo_split=split, run=Run())
        for split in ("calibration", "heldout")
    ]
    for found in sets:
        assert found.domains == ("bible", "c", "korean", "manuals", "math", "python")
        assert found.tokens_by_domain == (1_000,) * 6
    assert sets[0].fingerprint != sets[1].fingerprint


def test_the_preview_takes_the_domains_in_turn(tokenizer, tmp_path):
    a = write_jsonl(tmp_path / "a.jsonl", ["the quick brown fox"] * 30)
    b = write_jsonl(tmp_path / "b.jsonl", ["one two three"])
    found = build(tokenizer, str(a), str(b), seq_len=8)
    seen = found.preview(4)
    assert [s.domain for s in seen] == ["a", "b", "a", "a"] or len(seen) == 4
    assert seen[0].ids == tuple(found.sequences_by_domain[0][0])
    assert len(found.preview(10_000)) == found.sequences


def test_a_plain_text_under_the_chat_template_is_one_user_turn(tokenizer, tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", ["hello"])
    found = build(tokenizer, str(path), chat_template=True)
    assert tokenizer.decode(stream(found)) == "user: hello\n"


def test_conversations_go_through_the_template_or_are_joined_by_lines(tokenizer, tmp_path):
    talk = [{"role": "user", "content": "hi"}, {"from": "gpt", "value": "yes"}]
    path = write_jsonl(tmp_path / "a.jsonl", [talk], field="messages")
    formatted = build(tokenizer, str(path), chat_template=True)
    assert tokenizer.decode(stream(formatted)) == "user: hi\nassistant: yes\n"
    plain = build(tokenizer, str(path))
    assert tokenizer.decode(stream(plain)) == "<s>hi\nyes"


def test_a_missing_chat_template_is_an_error_before_any_text_is_read(tokenizer, tmp_path):
    bare = load_tokenizer(tiny_tokenizer(tmp_path))
    bare.chat_template = None
    with pytest.raises(InputError, match="no chat template"):
        build(bare, str(write_jsonl(tmp_path / "a.jsonl", ["x"])), chat_template=True)


def test_a_bad_conversation_is_named(tokenizer, tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", [[{"role": "user"}]], field="messages")
    with pytest.raises(InputError, match="without a role"):
        build(tokenizer, str(path))


def test_a_template_that_refuses_gives_an_error_with_a_remedy(tokenizer, tmp_path):
    strict = load_tokenizer(tiny_tokenizer(tmp_path))
    strict.chat_template = "{{ raise_exception('roles must alternate') }}"
    with pytest.raises(InputError, match="roles must alternate") as caught:
        build(strict, str(write_jsonl(tmp_path / "a.jsonl", ["x"])), chat_template=True)
    assert "chat template off" in caught.value.remedy


@pytest.mark.parametrize("texts", [[], ["", "  \n"]])
def test_a_source_without_text_is_an_error(tokenizer, tmp_path, texts):
    with pytest.raises(InputError, match="holds no text"):
        build(tokenizer, str(write_jsonl(tmp_path / "a.jsonl", texts)))


@pytest.mark.parametrize(
    ("option", "value"), [("max_tokens", 0), ("seq_len", 1), ("batch_size", 0), ("seed", -1)]
)
def test_a_size_below_its_least_is_refused_with_the_number(tokenizer, option, value):
    with pytest.raises(InputError, match=str(value)):
        build(tokenizer, "demo", **{option: value})


def test_no_source_is_refused(tokenizer):
    with pytest.raises(InputError, match="no text is given"):
        build(tokenizer)


def test_a_cancelled_run_stops_and_progress_reaches_the_budget(tokenizer, tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", ["one two three"] * 100)
    options = CalibrationOptions(sources=(Source.parse(str(path)),), max_tokens=300)
    events: list[object] = []
    build_calibration(options, tokenizer, run=Run(events.append))
    last = [e for e in events if isinstance(e, Progress)][-1]
    assert (last.done, last.total, last.unit) == (300, 300, "tokens")
    run = Run()
    run.cancel()
    with pytest.raises(Cancelled):
        build_calibration(options, tokenizer, run=run)


def test_a_huge_text_file_is_read_no_further_than_the_pool(tokenizer, tmp_path):
    path = tmp_path / "big.txt"
    path.write_text("the lazy dog " * 400_000, encoding="utf-8")
    found = build(tokenizer, str(path), max_tokens=100)
    assert found.tokens == 100


def test_documents_that_encode_to_nothing_are_passed_over(tmp_path):
    class Deaf:
        pad_token_id, eos_token_id, chat_template = None, None, None

        def __call__(self, text, **options):
            return {"input_ids": [[] if "a" in t else [7] for t in text]}

    path = write_jsonl(tmp_path / "a.jsonl", ["a"] * 40 + ["b"])
    found = build(Deaf(), str(path))
    assert stream(found) == [7]
    assert found.pad_id == 0
    assert found.batch(0).input_ids.dtype == np.int64


def test_a_folder_without_a_tokenizer_is_an_error_that_names_it(tmp_path):
    with pytest.raises(InputError, match="tokenizer in") as caught:
        load_tokenizer(tmp_path)
    assert "tokenizer.json" in caught.value.remedy
