"""Write the help page of families from their table: `python -m resources.help.make_families`.

The table's own words are English; the Korean page has them from `KOREAN`, and a sentence that is
missing there is an error, so that the page cannot be half translated.
"""

# ruff: noqa: E501 - Markdown keeps its lines, and Korean letters are wide

from __future__ import annotations

from pathlib import Path

from core.families import Support, refused, support_table

_HERE = Path(__file__).resolve().parent

_HEAD = {
    "en": """# Supported families

{count} families of language models with routed experts, alone or inside of multimodal models: all that the newest transformers has. Any of them can be profiled in memory or
streamed layer by layer, masked, shrunk, measured and exported. `seer families` prints the same table.

- **Groups**: the router may limit a token to some groups of experts; then all groups keep equally many, two at least.
- **Shared**: experts that every token meets; they stay and are not part of the choice.
- **Ragged**: layers may keep different numbers of experts; the result needs the bundled loader (`trust_remote_code=True`).
- **Top-K ≥**: what the experts per token can be lowered to.

| Model type | Routing | Groups | Shared | Ragged | Top-K ≥ |
|---|---|---|---|---|---|
""",
    "ko": """# 지원하는 모델군

라우팅 전문가가 있는 언어 모델 {count}종으로(단독 또는 멀티모달 모델 안), 최신 transformers에 있는 것 전부입니다. 모두 메모리에 올리거나 층 단위로 스트리밍하여 프로파일링하고, 마스크를 씌우고, 줄이고,
측정하고, 내보낼 수 있습니다. `seer families`도 같은 표를 보여 줍니다.

- **그룹**: 라우터가 토큰을 일부 전문가 그룹으로 제한할 수 있습니다. 이때는 모든 그룹이 같은 수를, 적어도 둘씩 남겨야 합니다.
- **공유**: 모든 토큰이 거치는 전문가입니다. 그대로 남으며 선택 대상이 아닙니다.
- **불균일**: 층마다 남는 전문가 수가 달라도 됩니다. 결과를 읽으려면 함께 저장되는 로더가 필요합니다(`trust_remote_code=True`).
- **Top-K ≥**: 토큰당 전문가 수를 어디까지 낮출 수 있는지입니다.

| 모델 유형 | 라우팅 | 그룹 | 공유 | 불균일 | Top-K ≥ |
|---|---|---|---|---|---|
""",
}
_REMARKS = {"en": "\n## Remarks\n\n", "ko": "\n## 참고\n\n"}
_REFUSED = {
    "en": "\n## Not supported\n\nThese have experts too, and are refused by name:\n\n",
    "ko": "\n## 지원하지 않는 모델\n\n전문가가 있지만 다음 이유로 이름을 들어 거부합니다.\n\n",
}
_WORDS = {
    "en": {"yes": "yes", "no": "no", "fixed": "fixed", "also": "{0} (also in {1})"},
    "ko": {"yes": "예", "no": "아니요", "fixed": "고정", "also": "{0} ({1} 안에서도)"},
}

KOREAN = {
    "Sparse mixer: each choice has a softmax of its own over the near-best experts.": (
        "희소 혼합기: 선택마다 최선에 가까운 전문가들에 대한 softmax를 따로 계산합니다."
    ),
    "No other Top-K: its router makes a gate for a first and a second choice, one after the "
    "other.": "Top-K를 바꿀 수 없음: 라우터가 첫째와 둘째 선택의 게이트를 차례로 만듭니다.",
    "No ragged plans: its config demands that all layers of one kind of attention are alike.": (
        "불균일한 계획 불가: 설정이 같은 종류의 어텐션을 쓰는 층은 모두 같을 것을 요구합니다."
    ),
    "Experts stand beside a dense feed-forward in each layer.": (
        "각 층에서 전문가가 밀집 피드포워드와 나란히 있습니다."
    ),
    "The first layers route by a hash of the token; they keep all their experts, so that every "
    "plan is ragged.": (
        "처음 몇 층은 토큰의 해시로 라우팅하며 전문가를 모두 남깁니다. 따라서 모든 계획이 불균일합니다."
    ),
    "No other Top-K: the tables of its hash-routed layers name as many experts for each token.": (
        "Top-K를 바꿀 수 없음: 해시 라우팅 층의 표에 토큰마다 그만큼의 전문가가 적혀 있습니다."
    ),
    "Router rows beyond the experts weigh the shared experts; they stay.": (
        "전문가 수를 넘는 라우터 행은 공유 전문가의 가중치를 정하며, 그대로 남습니다."
    ),
    "The router's last row lets a token skip the experts; it stays.": (
        "라우터의 마지막 행은 토큰이 전문가를 건너뛰게 하며, 그대로 남습니다."
    ),
    "Router rows beyond the experts are of zero-compute experts; they stay. transformers' loop "
    "over experts fails with a single choice.": (
        "전문가 수를 넘는 라우터 행은 계산이 없는 전문가의 것이며, 그대로 남습니다. transformers의 "
        "전문가 반복문은 하나만 선택하면 실패합니다."
    ),
    "No ragged plans: its number of experts is in a config of its own, which no layer can "
    "override.": "불균일한 계획 불가: 전문가 수가 별도의 설정에 있어 층마다 바꿀 수 없습니다.",
    "Attention has experts too, under the same number; they are left whole, and every plan needs "
    "the bundled loader.": (
        "어텐션에도 같은 수의 전문가가 있으며, 그대로 두므로 어떤 계획이든 함께 저장되는 로더가 필요합니다."
    ),
    "No other Top-K: attention has experts too, and as many of them are chosen.": (
        "Top-K를 바꿀 수 없음: 어텐션에도 전문가가 있고 같은 수를 선택합니다."
    ),
    "Gates weigh what goes into an expert; ‖f‖ is of the weighed input.": (
        "게이트가 전문가의 입력에 곱해지므로, ‖f‖는 곱해진 입력에 대한 출력의 크기입니다."
    ),
    "it is an encoder-decoder, and both stacks have experts; only causal language models are "
    "profiled and pruned": (
        "인코더-디코더이고 양쪽에 모두 전문가가 있습니다. 인과 언어 모델만 프로파일링하고 줄입니다"
    ),
    "The multimodal model is loaded by AutoModelForImageTextToText and runs over text alone; what "
    "is not its language model is exported byte for byte.": (
        "멀티모달 모델은 AutoModelForImageTextToText로 불러와 텍스트로만 실행하며, 언어 모델이 아닌 부분은 "
        "바이트 그대로 내보냅니다."
    ),
    "one number in its config counts the experts for text and those for images, and text shows the "
    "use of the first kind only": (
        "설정의 한 숫자가 텍스트용 전문가와 이미지용 전문가를 함께 세는데, 텍스트로는 앞의 것이 쓰이는 모습만 "
        "볼 수 있습니다"
    ),
    "Of the three models of a Qwen3-Omni checkpoint the thinker is run and pruned; the talker and "
    "the vocoder stay as they are, and with them no plan can be ragged.": (
        "Qwen3-Omni 체크포인트의 세 모델 가운데 thinker만 실행하고 줄입니다. talker와 보코더는 그대로 남으며, "
        "이들이 함께 있으면 불균일한 계획을 쓸 수 없습니다."
    ),
    "It needs transformers 5.24.0 or newer.": "transformers 5.24.0 이상이 필요합니다.",
    "The multimodal model needs transformers 5.24.0 or newer.": (
        "멀티모달 모델에는 transformers 5.24.0 이상이 필요합니다."
    ),
    "it runs some layers several times for each token with the same experts; a profile and a "
    "streamed pass take each layer once, so only the last time would count": (
        "일부 층을 같은 전문가로 토큰마다 여러 번 실행하는 모델입니다. 프로파일과 스트리밍은 층을 한 번씩만 다루므로 "
        "마지막 실행만 집계됩니다"
    ),
    "it does not predict the next token, so there is no routing of a text to observe": (
        "다음 토큰을 예측하는 모델이 아니므로 관찰할 텍스트 라우팅이 없습니다"
    ),
    "its experts are rows of an embedding table that queries retrieve by product keys, 16,384 of "
    "one vector each: there is no expert network to drop": (
        "전문가가 곱 키로 찾는 임베딩 표의 행(벡터 하나씩 16,384개)이므로 없앨 전문가 망이 없습니다"
    ),
}


def page(language: str) -> str:
    """The page in a language.

    Raises:
        KeyError: `KOREAN` lacks a sentence of the table.
    """
    rows, words = support_table(), _WORDS[language]

    def said(sentence: str) -> str:
        return sentence if language == "en" else KOREAN[sentence]

    def name(row: Support) -> str:
        own = f"`{row.model_type}`"
        return words["also"].format(own, f"`{row.multimodal}`") if row.multimodal else own

    def line(row: Support) -> str:
        least = words["fixed"] if row.least_top_k is None else str(row.least_top_k)
        flags = (
            words["yes"] if row.groups else "",
            words["yes"] if row.shared else "",
            words["yes"] if row.ragged else words["no"],
        )
        return f"| {name(row)} | {row.routing} | {' | '.join(flags)} | {least} |\n"

    by_remark: dict[str, list[str]] = {}
    for row in rows:
        if row.remarks:
            text = " ".join(said(sentence) for sentence in row.remarks)
            by_remark.setdefault(text, []).append(f"`{row.model_type}`")
    remarks = [f"- {', '.join(names)}: {text}\n" for text, names in by_remark.items()]
    by_reason: dict[str, list[str]] = {}
    for model_type, reason in refused():
        by_reason.setdefault(reason, []).append(f"`{model_type}`")
    reasons = [f"- {', '.join(names)}: {said(why)}.\n" for why, names in by_reason.items()]
    table = "".join(line(row) for row in rows)
    return (
        _HEAD[language].format(count=len(rows))
        + table
        + _REMARKS[language]
        + "".join(remarks)
        + _REFUSED[language]
        + "".join(reasons)
    )


def main() -> None:
    """Write the page in every language."""
    for language in _HEAD:
        (_HERE / language / "families.md").write_text(page(language), encoding="utf-8")


if __name__ == "__main__":
    main()
