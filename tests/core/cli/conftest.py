"""`seer` run in this process, and a tiny model with two domains of text."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.cli import main
from tests.tiny import TEXT, tiny_model


@dataclass(frozen=True)
class Outcome:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        """The one JSON object on stdout."""
        assert self.code == 0, self.err
        return json.loads(self.out)


Seer = Callable[..., Outcome]


@pytest.fixture
def seer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Seer:
    """Run `seer` with arguments as a shell would give them."""

    def run(*words: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["seer", *map(str, words)])
        with pytest.raises(SystemExit) as caught:
            main()
        out, err = capsys.readouterr()
        code = caught.value.code
        return Outcome(
            code=code if isinstance(code, int) else int(code is not None), out=out, err=err
        )

    return run


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Mixtral: 2 layers of 8 experts, Top-2."""
    return tiny_model("mixtral", tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with prose.txt and code.jsonl."""
    folder = tmp_path_factory.mktemp("texts")
    (folder / "prose.txt").write_text("\n\n".join(f"{n}. {TEXT}" for n in range(40)))
    lines = [json.dumps({"text": f"x = {n}\n{TEXT[::-1]}"}) for n in range(40)]
    (folder / "code.jsonl").write_text("\n".join(lines))
    return folder


@pytest.fixture(scope="session")
def profile(model: Path, texts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile of the tiny model over both domains."""
    from core.calibration import CalibrationOptions, Source, build_calibration, load_tokenizer
    from core.profiling.collect import profile_model
    from core.run import Run
    from core.runtime import load_model

    path = tmp_path_factory.mktemp("profiles") / "p.safetensors"
    sources = (
        Source(path_or_id=str(texts / "prose.txt"), domain="prose"),
        Source(path_or_id=str(texts / "code.jsonl"), domain="code"),
    )
    options = CalibrationOptions(sources=sources, max_tokens=2000, seq_len=64)
    run = Run()
    live = load_model(model, device="cpu", run=run)
    profile_model(
        live, build_calibration(options, load_tokenizer(model), run=run), output=path, run=run
    )
    return path
