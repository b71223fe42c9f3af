"""Every shape that rows come in becomes the prompt that it should; what has no shape is refused."""

import json

import pytest

from core.errors import InputError
from core.evaluation.tasks import load_task
from core.evaluation.tasks.formats import SST5, items_of

MMLU = {"question": "What is 2 + 2?", "choices": ["3", "4", "5", "6"], "subject": "math"}
PROMPT = "What is 2 + 2?\nA. 3\nB. 4\nC. 5\nD. 6\nAnswer:"


@pytest.mark.parametrize("answer", [1, "1", "B", "b", "4"])
def test_a_question_is_lettered_and_its_answer_is_an_index_a_letter_or_the_text(answer):
    (item,) = items_of([{**MMLU, "answer": answer}], "x")
    assert item.answer == 1
    assert item.context == PROMPT
    assert item.choices == (" A", " B", " C", " D")
    assert item.subject == "math"


def test_the_texts_of_the_choices_are_scored_when_asked_for():
    (item,) = items_of([{**MMLU, "answer": 1}], "x", "text")
    assert item.context == "Question: What is 2 + 2?\nAnswer:"
    assert item.choices == (" 3", " 4", " 5", " 6")


def test_the_hub_s_csv_and_arc_layouts_are_read():
    rows = [{"question": "q", "A": "1", "B": "2", "C": "3", "D": "4", "answer": "C"}]
    assert items_of(rows, "x")[0].answer == 2
    arc = [{"question": "q", "choices": {"text": ["a1", "b1"], "label": ["A", "B"]}, "answer": "B"}]
    assert items_of(arc, "x")[0].answer == 1
    listed = [{"question": "q", "choices": '["a1", "b1"]', "answer": "1"}]
    assert items_of(listed, "x")[0].answer == 1


def test_a_context_keeps_its_choices_as_they_stand():
    (item,) = items_of([{"ctx": "Once upon a", "endings": [" time", "way"], "label": "0"}], "x")
    assert (item.context, item.choices, item.answer) == ("Once upon a", (" time", "way"), 0)


def test_labelled_texts_are_asked_for_the_label_s_name():
    rows = [{"text": "fine film", "label": 3}, {"text": "bad", "label": 0}]
    first, second = items_of(rows, "x")
    assert first.context == "Review: fine film\nSentiment:"
    assert first.choices == tuple(f" {name}" for name in SST5)
    assert (first.answer, second.answer) == (3, 0)
    named = [
        {"text": "a", "label": 10, "label_text": "good"},
        {"text": "b", "label": 2, "label_text": "bad"},
        {"text": "c", "label": 10, "label_text": "good"},
    ]
    items = items_of(named, "x")
    assert items[0].choices == (" bad", " good")
    assert [item.answer for item in items] == [1, 0, 1]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"question": "q", "choices": ["a1", "b1"], "answer": 2}, "answer 2 of row 1 of x"),
        ({"question": "q", "choices": ["a1", "b1"], "answer": "E"}, "none of its 2 choices"),
        ({"question": "q", "choices": ["a1", " "], "answer": 0}, "empty choice"),
        ({"question": "q", "choices": ["a1"], "answer": 0}, "at least 2 choices"),
        ({"question": "q", "choices": ["a1", "b1"]}, "no field answer"),
        ({"question": "q", "answer": 0}, "no field choices"),
        ({"title": "q"}, "no field choices"),
        ({"text": "q"}, "no label; it has text"),
        ({"text": "q", "label": 7}, "label 7 of x has no name"),
    ],
)
def test_a_row_of_no_shape_is_refused_with_what_it_lacks(row, words):
    with pytest.raises(InputError, match=words) as error:
        items_of([row], "x")
    assert error.value.remedy


def test_a_task_is_a_file_or_a_folder_whose_files_are_subjects(tmp_path):
    for name in ("algebra", "biology"):
        lines = [json.dumps({**MMLU, "subject": name, "answer": n}) for n in range(3)]
        bare = [line.replace(f', "subject": "{name}"', "") for line in lines]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(bare))
    task = load_task(f"mine={tmp_path}")
    assert (task.name, len(task), task.chance) == ("mine", 6, 0.25)
    assert [item.subject for item in load_task(str(tmp_path), limit=2).items] == [
        "algebra",
        "biology",
    ]
    assert load_task(str(tmp_path / "algebra.jsonl")).name == "algebra"
    for missing in (tmp_path / "none.jsonl", tmp_path / "algebra.txt"):
        with pytest.raises(InputError, match="there is no task"):
            load_task(str(missing))
    (tmp_path / "empty.jsonl").write_text("\n")
    with pytest.raises(InputError, match="holds no question"):
        load_task(str(tmp_path / "empty.jsonl"))


def test_a_task_of_the_hub_fails_clearly_without_a_network():
    with pytest.raises(InputError, match="cannot read the data set cais/mmlu from the hub"):
        load_task("hub:cais/mmlu:abstract_algebra:test")


def test_the_bundled_questions_have_one_right_answer_and_no_choice_twice():
    task = load_task("demo")
    assert len(task) == 360
    assert {item.subject for item in task.items} == {
        "bible",
        "manuals",
        "korean",
        "python",
        "c",
        "math",
    }
    assert all(len(set(item.choices)) == len(item.choices) == 4 for item in task.items)
    counts = [sum(item.answer == at for item in task.items) for at in range(4)]
    assert min(counts) > 60  # no place is the right one by itself
