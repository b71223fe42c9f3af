"""`seer profile`: one pass over text, all statistics."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.options import (
    AsJson,
    BatchSize,
    ChatTemplate,
    Device,
    Dtype,
    MaxTokens,
    Model,
    NoPack,
    Quiet,
    Seed,
    SeqLen,
    Sources,
    Stream,
    StreamChoice,
)
from core.cli.texts import packed
from core.cli.words import count, duration, size

if TYPE_CHECKING:
    from rich.table import Table

    from core.profiling import Profile


def profile(
    model: Model,
    *,
    source: Sources,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="P.safetensors", help="Where the profile is written."
        ),
    ],
    max_tokens: MaxTokens = 200_000,
    seq_len: SeqLen = 256,
    batch_size: BatchSize = 8,
    seed: Seed = 0,
    device: Device = "auto",
    dtype: Dtype = "auto",
    stream: Stream = StreamChoice.AUTO,
    chat_template: ChatTemplate = False,
    no_pack: NoPack = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where a stopped run of the same options was.")
    ] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Run a model over text and record how every expert is used.

    One pass gives the statistics of all metrics. Ctrl-C stops at the next batch; --resume goes on.

    Several GPUs or machines share the text under torchrun, and give the profile of one process:
    torchrun --nproc-per-node 4 --no-python seer profile …
    """
    from core.cli.ranks import launched

    with launched(as_json=as_json, quiet=quiet) as (ranks, terminal):
        from core.checkpoint import locate_model
        from core.cli.files import writable

        if ranks.leads:
            writable(output)
        folder = locate_model(model)
        texts = packed(
            folder,
            source,
            "calibration",
            terminal,
            max_tokens=max_tokens,
            seq_len=seq_len,
            batch_size=batch_size,
            seed=seed,
            pack=not no_pack,
            chat_template=chat_template,
        )
        from core.profiling.collect import profile_model
        from core.runtime import load_model

        live = load_model(
            folder,
            device=ranks.device(device),
            dtype=dtype,
            stream=stream.value,
            ranks=ranks,
            run=terminal.run,
        )
        observed = profile_model(
            live, texts, output=output, resume=resume, ranks=ranks, run=terminal.run
        )
        terminal.show(
            profile_result(observed, output) | {"ranks": ranks.size},
            lambda: _profile_table(observed, output),
        )


def profile_result(observed: Profile, output: Path) -> dict[str, object]:
    """The JSON object of `seer profile`."""
    seconds = observed.seconds
    return {
        "tokens": observed.total_tokens,
        "sequences": observed.sequences,
        "domains": list(observed.domains),
        "seconds": seconds,
        "tokens_per_second": observed.total_tokens / seconds if seconds > 0 else None,
        "streamed": observed.streamed,
        "peak_rss_bytes": observed.peak_rss_bytes,
        "peak_device_bytes": observed.peak_device_bytes,
        "output": str(output),
    }


def _profile_table(observed: Profile, output: Path) -> Table:
    from core.cli.tables import facts

    by_domain = zip(observed.domains, observed.tokens_D.tolist(), strict=True)
    speed = observed.total_tokens / observed.seconds if observed.seconds > 0 else 0.0
    return facts(
        [
            ("tokens", f"{observed.total_tokens:,} in {observed.sequences:,} sequences"),
            ("domains", ", ".join(f"{name} {tokens:,}" for name, tokens in by_domain)),
            ("time", f"{duration(observed.seconds)}, {count(speed)} tokens/s"),
            ("memory", size(observed.peak_rss_bytes)),
            ("written", str(output)),
        ]
    )
