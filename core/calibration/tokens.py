"""Documents to token ids, by the model's own tokenizer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, cast

from core.errors import InputError


class Tokenizer(Protocol):
    """What is needed of transformers' tokenizers."""

    pad_token_id: int | None
    eos_token_id: int | None
    chat_template: str | None

    def __call__(self, text: list[str], **options: Any) -> Any:
        """Encode a batch."""

    def decode(self, token_ids: Any, **options: Any) -> Any:
        """Decode one sequence."""

    def apply_chat_template(self, conversation: Any, **options: Any) -> Any:
        """Format one conversation."""


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer beside a model's weights; code that comes with a model is never run.

    Raises:
        InputError: The folder has no tokenizer that transformers can load.
    """
    from transformers import AutoTokenizer

    try:
        found = AutoTokenizer.from_pretrained(
            folder, trust_remote_code=False, local_files_only=True
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError) as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise InputError(
            f"the tokenizer in {folder} cannot be loaded: {reason[0][:300]}",
            remedy="copy tokenizer.json and tokenizer_config.json beside the weights",
        ) from error
    return cast("Tokenizer", found)


def as_text(document: object, tokenizer: Tokenizer, *, chat_template: bool) -> str:
    """One document as the text to encode.

    A conversation (a list of messages with role and content) is formatted by the chat template, or
    joined by lines when no template is wanted. A plain text under the template is one user turn.

    Raises:
        InputError: The messages are not messages, or the tokenizer refuses them.
    """
    if isinstance(document, str) and not chat_template:
        return document
    messages = _messages(document)
    if not chat_template:
        return "\n".join(message["content"] for message in messages)
    try:
        return str(tokenizer.apply_chat_template(messages, tokenize=False))
    except (ValueError, TypeError, KeyError, ArithmeticError, RuntimeError) as error:
        raise InputError(
            f"the chat template refuses a conversation: {error}",
            remedy="turn the chat template off, or correct the roles",
        ) from error
    except Exception as error:
        # Templates raise jinja2's own errors; jinja2 is transformers' dependency, not ours.
        if type(error).__module__.partition(".")[0] != "jinja2":
            raise
        raise InputError(
            f"the chat template refuses a conversation: {error}",
            remedy="turn the chat template off, or correct the roles",
        ) from error


def encode(texts: Sequence[str], tokenizer: Tokenizer, *, specials: bool) -> list[list[int]]:
    """Token ids of each text, with the tokenizer's own special tokens if `specials`."""
    if not texts:
        return []
    encoded = tokenizer(
        list(texts),
        add_special_tokens=specials,
        return_attention_mask=False,
        return_token_type_ids=False,
        verbose=False,
    )
    return cast("list[list[int]]", encoded["input_ids"])


def require_chat_template(tokenizer: Tokenizer) -> None:
    """Fail before any text is read.

    Raises:
        InputError: The tokenizer has no chat template.
    """
    if not tokenizer.chat_template:
        raise InputError(
            "this model's tokenizer has no chat template", remedy="turn the chat template off"
        )


def _messages(document: object) -> list[dict[str, str]]:
    if isinstance(document, str):
        return [{"role": "user", "content": document}]
    messages = []
    for turn in document if isinstance(document, list) else [document]:
        role = turn.get("role", turn.get("from")) if isinstance(turn, dict) else None
        content = turn.get("content", turn.get("value")) if isinstance(turn, dict) else None
        if not isinstance(role, str) or not isinstance(content, str):
            raise InputError(
                "a conversation has a message without a role and a text content",
                remedy='write messages as [{"role": "user", "content": "…"}]',
            )
        role = {"human": "user", "gpt": "assistant"}.get(role, role)
        messages.append({"role": role, "content": content})
    return messages
