"""What ranks do in the tests: run as a script, it forks real processes that meet over gloo.

`python -m tests.core.rank_jobs FOLDER` prints one JSON object: by scenario what each rank came to.
Torch is imported once, in the process that forks.
"""

import json
import os
import signal
import socket
import sys
import time
from pathlib import Path

import core.evaluation.measure
from core.calibration import load_tokenizer
from core.errors import Cancelled, StudioError
from core.evaluation.tasks import Item, Task
from core.evaluation.tasks.score import TaskOptions, run_tasks
from core.profiling import ProfileOptions, profile_model, state
from core.run import Note, Progress, Run
from core.runtime import load_model, streaming_model
from core.runtime.ranks import Ranks
from tests.core.live import random_set

SMALL = {"sequences": 7, "seq_len": 20, "batch_size": 2}  # 8 batches: no multiple of three


def meet(job, size: int) -> list:
    """Run a job on some ranks; what each of them returned, None for one that was killed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    pids, ends = [], []
    for rank in range(size):
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            os.environ |= {
                "RANK": str(rank), "WORLD_SIZE": str(size), "LOCAL_RANK": str(rank),
                "LOCAL_WORLD_SIZE": str(size), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port),
            }  # fmt: skip
            os.write(writing, json.dumps(said(job)).encode())
            os._exit(0)
        os.close(writing)
        pids.append(pid)
        ends.append(reading)
    found = [os.read(end, 1 << 16) for end in ends]
    for pid in pids:
        os.waitpid(pid, 0)
    return [json.loads(text) if text else None for text in found]


def said(job) -> dict:
    """What a rank came to, or why it did not."""
    began = time.monotonic()
    try:
        with Ranks.of_environment() as ranks, ranks.together():
            result = job(ranks)
    except Cancelled:
        result = {"cancelled": True}
    except StudioError as error:
        result = {"error": error.line()}
    return {**result, "seconds": time.monotonic() - began}


def profiled(folder: Path, *, stream: str = "never", output: Path | None = None, **options):
    """A job that profiles."""
    resume, seed = options.get("resume", False), options.get("seed", 0)

    def job(ranks: Ranks) -> dict:
        live = load_model(
            folder, device="cpu", dtype="float32", stream=stream, ranks=ranks, run=Run()
        )
        texts = random_set(**SMALL, seed=seed(ranks) if callable(seed) else seed)
        notes, trouble = [], options.get("trouble")

        def on_event(event: object) -> None:
            if isinstance(event, Note):
                notes.append(event.text)
            if trouble is not None:
                trouble(ranks, run, event)

        run = Run(on_event)
        found = profile_model(
            live,
            texts,
            output=output,
            resume=resume,
            options=ProfileOptions(group=1),
            ranks=ranks,
            run=run,
        )
        return {
            "fingerprint": found.fingerprint, "batches": found.batches,
            "sequences": found.sequences, "tokens": found.total_tokens, "streamed": found.streamed,
            "notes": [note for note in notes if note.startswith(("going", "starting"))],
        }  # fmt: skip

    return job


def evaluated(folder: Path, *, stream: str = "never"):
    """A job that measures a masked model against the original."""

    def job(ranks: Ranks) -> dict:
        live = load_model(
            folder, device="cpu", dtype="float32", stream=stream, ranks=ranks, run=Run()
        )
        found = core.evaluation.measure.evaluate(
            live, random_set(**SMALL), reference=live, top_k=1, ranks=ranks, run=Run()
        )
        return {"perplexity": dict(found.perplexity), "kl": found.kl, "tokens": found.tokens}

    return job


def answered(folder: Path, *, stream: str = "never"):
    """A job that asks a masked model and the original the same questions."""

    def job(ranks: Ranks) -> dict:
        live = load_model(
            folder, device="cpu", dtype="float32", stream=stream, ranks=ranks, run=Run()
        )
        items = tuple(
            Item(context=f"{n} + {n} =", choices=(f" {2 * n}", " lazy dog", f" {n}"), answer=0)
            for n in range(7)
        )
        found, original = run_tasks(
            live,
            [Task(name="sums", items=items)],
            load_tokenizer(folder),
            reference=live,
            top_k=1,
            options=TaskOptions(batch_size=3, cache=folder / f"scores-{ranks.size}-{stream}"),
            ranks=ranks,
            run=Run(),
        )
        return {"right": found["sums"].right, "original": original["sums"].right}

    return job


def at(rank: int, tokens: int, deed):
    """Trouble on one rank once some tokens are reported."""

    def trouble(ranks: Ranks, run: Run, event: object) -> None:
        here = isinstance(event, Progress) and event.stage == "profile" and event.done >= tokens
        if here and ranks.rank == rank:
            deed(run)

    return trouble


def fail(_run: Run) -> None:
    raise StudioError("the disk of this rank is on fire", remedy="water")


def kill(_run: Run) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path) -> dict:
    """Every scenario."""
    state.OVERHEAD = 1e9  # save whenever it may
    model, tokens = folder / "qwen3_moe", random_set(**SMALL).tokens
    found = {}
    profiled(model)(Ranks())  # so that what is imported late is imported before forking
    for stream in ("never", "always"):
        for size in (1, 2, 3):
            found[f"profile {stream} {size}"] = meet(profiled(model, stream=stream), size)
            found[f"evaluate {stream} {size}"] = meet(evaluated(model, stream=stream), size)
            found[f"tasks {stream} {size}"] = meet(answered(model, stream=stream), size)
    output = folder / "layers.safetensors"
    stop = at(1, tokens // 2, Run.cancel)
    found["stopped between layers"] = meet(
        profiled(model, stream="always", output=output, trouble=stop), 2
    )
    found["waiting"] = sorted(path.name for path in folder.glob(".layers*"))
    again = profiled(model, stream="always", output=output, resume=True)
    found["gone on between layers"] = meet(again, 2)
    found["left between layers"] = sorted(path.name for path in folder.glob("*layers*"))
    few = streaming_model.plan_stream
    streaming_model.plan_stream = lambda footprint, batches, **free: few(
        footprint, min(batches, 2), **free
    )
    for stream in ("never", "always"):
        output = folder / f"{stream}.safetensors"
        half = at(1, tokens // 2, fail)
        first = profiled(model, stream=stream, output=output, trouble=half)
        again = profiled(model, stream=stream, output=output, resume=True)
        found[f"fails {stream}"] = meet(first, 2)
        found[f"resumed {stream}"] = meet(again, 3)
        found[f"left {stream}"] = sorted(path.name for path in folder.glob(f"*{stream}*"))
    stop = at(1, tokens // 2, Run.cancel)
    output = folder / "stopped.safetensors"
    found["cancelled"] = meet(profiled(model, output=output, trouble=stop), 2)
    found["gone on alone"] = meet(profiled(model, output=output, resume=True), 1)
    found["killed"] = meet(profiled(model, trouble=at(1, tokens // 2, kill)), 2)
    found["other text"] = meet(profiled(model, seed=lambda ranks: ranks.rank), 2)
    return found


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
