"""`seer lens`: one text through a model, every token's experts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.options import AsJson, Device, Dtype, Force, Model, PlanFile, Quiet, Stream
from core.cli.options import StreamChoice as Streaming
from core.cli.terminal import Terminal
from core.cli.words import percent

if TYPE_CHECKING:
    from rich.table import Table

    from core.profiling import Lens, Lost

Text = Annotated[
    str | None, typer.Option("--text", metavar="TEXT", help="The text.", show_default=False)
]
TextFile = Annotated[
    Path | None,
    typer.Option(
        "--file",
        metavar="FILE",
        help="Read the text from a UTF-8 file; - reads stdin.",
        show_default=False,
    ),
]


def lens(
    model: Model,
    *,
    text: Text = None,
    file: TextFile = None,
    plan: PlanFile = None,
    max_tokens: Annotated[
        int, typer.Option("--max-tokens", min=1, metavar="N", help="Tokens to read at most.")
    ] = 4096,
    seq_len: Annotated[
        int,
        typer.Option(
            "--seq-len", min=1, metavar="N", help="Tokens that see each other; more are cut."
        ),
    ] = 2048,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="LENS.safetensors", help="Keep it in a file.",
            show_default=False,
        ),
    ] = None,
    device: Device = "auto",
    dtype: Dtype = "auto",
    stream: Stream = Streaming.AUTO,
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:  # fmt: skip
    """Show what each token of a text does: its experts, gates and entropy in every layer.

    With --plan, also which of its experts the plan drops, and which share of its gates they hold.
    """
    if (text is None) == (file is None):
        raise typer.BadParameter("give either --text or --file", param_hint="--text")
    with Terminal(as_json=as_json, quiet=quiet) as terminal:
        from core.calibration import load_tokenizer, read_passage
        from core.checkpoint import inspect_model, locate_model
        from core.cli.files import writable
        from core.planning import Plan
        from core.profiling import lens_json, lost_under, save_lens

        if output is not None:
            writable(output)
        folder = locate_model(model)
        chosen = None
        if plan is not None:
            chosen = Plan.load(plan).for_model(inspect_model(folder), force=force)
        words = text if text is not None else _read(file)
        passage = read_passage(words, load_tokenizer(folder), most=max_tokens)
        if passage.cut:
            terminal.warn(
                f"reads the first {passage.tokens:,} of {passage.tokens + passage.cut:,} tokens: "
                "--max-tokens reads more"
            )
        from core.profiling.look import look_at
        from core.runtime import load_model

        live = load_model(folder, device=device, dtype=dtype, stream=stream.value, run=terminal.run)
        seen = look_at(live, passage, seq_len=seq_len, run=terminal.run)
        lost = None if chosen is None else lost_under(seen, chosen.kept_LE)
        if output is not None:
            save_lens(seen, output)
        result = lens_json(seen, lost) | {"output": None if output is None else str(output)}
        terminal.show(result, lambda: lens_table(seen, lost))


def _read(file: Path | None) -> str:
    """The text of a file or of stdin.

    Raises:
        InputError: It cannot be read, or is not UTF-8.
    """
    from core.errors import InputError

    assert file is not None
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return data.decode("utf-8")
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{file} is not UTF-8: byte {error.start}", remedy="a text file in UTF-8"
        ) from error


def lens_table(seen: Lens, lost: Lost | None) -> Table:
    """A line per token: where it is least sure, and what the plan takes from it."""
    from core.cli.tables import grid

    rows = []
    for t, piece in enumerate(seen.pieces):
        row = int(seen.entropy[t].argmax())
        cells = [
            repr(piece)[1:-1] or "·",
            f"{float(seen.entropy[t].mean()):.2f}",
            f"L{seen.layer_ids[row]} {float(seen.entropy[t, row]):.2f}",
        ]
        if lost is not None:
            worst = int(lost.share_TL[t].argmax())
            share = float(lost.share_TL[t, worst])
            cells += [
                percent(float(lost.share_T[t])),
                f"L{seen.layer_ids[worst]} {percent(share)}" if share > 0 else "",
            ]
        rows.append(cells)
    header = ["token", "entropy", "most"]
    return grid(header + (["gates lost", "most"] if lost is not None else []), rows)
