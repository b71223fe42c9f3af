"""The names of facts in the window's language; the engine's are those of its report."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

translate = QCoreApplication.translate  # the name that lupdate looks for


def kind_text(kind: str) -> str:
    """What sort of thing it is."""
    return {
        "model": translate("Origins", "Model"),
        "profile": translate("Origins", "Profile"),
        "plan": translate("Origins", "Plan"),
        "variant": translate("Origins", "Measurement"),
        "export": translate("Origins", "Exported checkpoint"),
    }[kind]


def by_hand_text() -> str:
    """Why a plan has no command."""
    return translate("Origins", "No single command makes this: hands were in it.")


def value_text(value: str) -> str:
    """A fact as it is, but for the two words that every language has."""
    words = {"yes": translate("Origins", "yes"), "no": translate("Origins", "no")}
    return words.get(value, value)


def fact_text(key: str) -> str:
    """What a fact is called; the keys are those of `core.report.origin.FACTS`."""
    return _fact_texts()[key]


def _fact_texts() -> dict[str, str]:
    return {
        "path": translate("Origins", "Folder"),
        "model": translate("Origins", "Model"),
        "model_type": translate("Origins", "Model type"),
        "fingerprint": translate("Origins", "Fingerprint"),
        "model_fingerprint": translate("Origins", "Model's fingerprint"),
        "sources": translate("Origins", "Texts"),
        "calibration": translate("Origins", "Packed texts"),
        "domains": translate("Origins", "Domains"),
        "tokens": translate("Origins", "Tokens"),
        "sequences": translate("Origins", "Sequences"),
        "max_tokens": translate("Origins", "Token budget"),
        "seq_len": translate("Origins", "Sequence length"),
        "batch_size": translate("Origins", "Batch size"),
        "seed": translate("Origins", "Seed"),
        "pack": translate("Origins", "Documents joined"),
        "chat_template": translate("Origins", "Chat template"),
        "dtype": translate("Origins", "Dtype"),
        "device": translate("Origins", "Device"),
        "streamed": translate("Origins", "Streamed"),
        "top_k": translate("Origins", "Top-K"),
        "seconds": translate("Origins", "Seconds"),
        "made_at": translate("Origins", "Made at (UTC)"),
        "versions": translate("Origins", "Versions"),
        "metric": translate("Origins", "Metric"),
        "scope": translate("Origins", "Scope"),
        "options": translate("Origins", "Rule"),
        "profile": translate("Origins", "Profile"),
        "plan": translate("Origins", "Plan"),
        "locks": translate("Origins", "Locked experts"),
        "protected": translate("Origins", "Protected super-experts"),
        "kept": translate("Origins", "Experts kept"),
        "bytes": translate("Origins", "Bytes"),
        "files": translate("Origins", "Files"),
        "verified": translate("Origins", "Verified"),
        "expert": translate("Origins", "Expert"),
        "weights": translate("Origins", "Domain weights"),
        "job": translate("Origins", "Job"),
        "measured_as": translate("Origins", "Measured as"),
        "start": translate("Origins", "Starts from"),
        "train": translate("Origins", "What is trained"),
        "schedule": translate("Origins", "Schedule"),
        "steps": translate("Origins", "Steps"),
        "learning_rate": translate("Origins", "Learning rate"),
        "run": translate("Origins", "Run"),
        "trial": translate("Origins", "Trial"),
        "step": translate("Origins", "Step"),
        "context": translate("Origins", "Tokens of context"),
        "memory": translate("Origins", "Memory by part"),
        "free": translate("Origins", "Free"),
        "flops": translate("Origins", "FLOPs of the run"),
        "entropy_weight": translate("Origins", "Entropy weight λ"),
        "distill": translate("Origins", "Distillation α"),
    }
