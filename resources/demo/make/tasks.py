"""Multiple choice for the demo model: what comes next, in texts that it never saw.

Bible, manuals and Korean: a sentence without its last words, and the last words of four sentences
of that domain. Python and C: four lines of a file, and four lines that could come next. Math: the
next number of a sequence or the last step of an equation, behind two solved ones.
Wrong choices are real endings of other documents, so that only the context tells them from the
right one.
"""

import json
import random
import re
from collections.abc import Iterator

from resources import demo_tasks_dir, demo_texts_dir
from resources.demo.make import texts
from resources.demo.make.sources import DOMAINS

PER_SUBJECT = 60
CHOICES = 4
_LAST_WORDS = 2
_CONTEXT_LINES = 4
_SENTENCE = re.compile(r"[^\n.!?]{40,200}[.!?]")
_LINE_LENGTH = range(8, 60)


def make(seed: int) -> None:
    """Writes a file per domain and the licence note beside them."""
    folder = demo_tasks_dir()
    folder.mkdir(parents=True, exist_ok=True)
    for domain in DOMAINS:
        rows = questions(domain, seed)
        lines = (json.dumps(row, ensure_ascii=False) for row in rows)
        (folder / f"{domain}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{domain:8} {len(rows):4} questions")
    (folder / "LICENSES.md").write_text(_LICENCES, encoding="utf-8")


def questions(domain: str, seed: int) -> list[dict[str, object]]:
    """The questions of one domain, drawn from the held-out texts."""
    rng = random.Random(f"{seed}-tasks-{domain}")
    if domain == "math":
        return [_exercise(rng) for _ in range(PER_SUBJECT)]
    cut = _lines if domain in ("python", "c") else _sentences
    documents = texts.read(demo_texts_dir("heldout"), domain)
    pairs = [(number, *pair) for number, text in enumerate(documents) for pair in cut(text)]
    rng.shuffle(pairs)
    found: list[dict[str, object]] = []
    for number, context, right in pairs:
        wrong = _others(pairs, number, right, rng)
        found.append(_question(context, right, wrong, domain, rng))
        if len(found) == PER_SUBJECT:
            break
    return found


def _sentences(text: str) -> Iterator[tuple[str, str]]:
    """Sentences as (all but the last words, the last words)."""
    for match in _SENTENCE.finditer(text):
        words = match[0].strip().split(" ")
        if len(words) >= 3 * _LAST_WORDS and all(words):
            yield " ".join(words[:-_LAST_WORDS]), " " + " ".join(words[-_LAST_WORDS:])


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Places in a file as (some lines, the next one)."""
    lines = text.split("\n")
    for at in range(_CONTEXT_LINES, len(lines)):
        if len(lines[at].strip()) in _LINE_LENGTH and lines[at - 1].strip():
            yield "\n".join(lines[at - _CONTEXT_LINES : at]) + "\n", lines[at]


def _others(
    pairs: list[tuple[int, str, str]], number: int, right: str, rng: random.Random
) -> list[str]:
    """Endings of other documents, all different."""
    found: list[str] = []
    while len(found) < CHOICES - 1:
        other, _, ending = rng.choice(pairs)
        if other != number and ending != right and ending not in found:
            found.append(ending)
    return found


def _exercise(rng: random.Random) -> dict[str, object]:
    """The next number of a sequence, or the last step of an equation, behind two solved ones."""
    kind = rng.choice((_sequence, _equation))
    solved = "".join(f"{context} {result}\n" for context, result in (kind(rng), kind(rng)))
    context, result = kind(rng)
    near = [n for n in range(max(result - 20, 0), result + 21) if n != result]
    wrong = [f" {n}" for n in rng.sample(near, CHOICES - 1)]
    return _question(solved + context, f" {result}", wrong, "math", rng)


def _sequence(rng: random.Random) -> tuple[str, int]:
    start, step = rng.randrange(1, 40), rng.randint(1, 12)
    return ", ".join(str(start + step * i) for i in range(7)) + ",", start + step * 7


def _equation(rng: random.Random) -> tuple[str, int]:
    x, m, b = rng.randrange(2, 60), rng.randint(2, 9), rng.randrange(1, 60)
    return f"{m}x + {b} = {m * x + b} => {m}x = {m * x} => x =", x


def _question(
    context: str, right: str, wrong: list[str], subject: str, rng: random.Random
) -> dict[str, object]:
    choices = [right, *wrong]
    rng.shuffle(choices)
    return {
        "context": context,
        "choices": choices,
        "answer": choices.index(right),
        "subject": subject,
    }


_LICENCES = """\
# Licences of the demo questions

The questions are made by `python -m resources.demo.make tasks` of short excerpts from the held-out
texts in `../texts/heldout`; each excerpt keeps the licence of the package that it comes from: see
`../texts/LICENSES.md`, which lists them by domain. The exercises in `math.jsonl` are generated and
in the public domain (CC0-1.0).
"""
