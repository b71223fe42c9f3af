"""Load a model whole, as `from_pretrained` does it, but with a say: progress, and a way to stop.

transformers reads tensors in threads of its own and asks nobody in between. Here it is handed
tensors that are read when they are indexed, by plain file reads that look whether to stop every
few megabytes; the calling thread waits, reports and listens.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from pathlib import Path
from typing import Any

from core.checkpoint import Checkpoint
from core.run import Run
from core.runtime.own_config import config_class
from core.runtime.ragged import model_class
from core.runtime.streaming_reader import LazyTensor, TensorReader

LOOK_SECONDS = 0.1
# transformers' word for reading each tensor when it is converted, and not all of them ahead.
_IN_TURN = "HF_DEACTIVATE_ASYNC_LOAD"


class _Stopped(BaseException):
    """Ends a reading thread; not an Exception, which transformers would take note of and go on."""


def from_pretrained(
    folder: Path, options: Mapping[str, object], *, stage: str, total: int, run: Run
) -> Any:
    """What `AutoModelForCausalLM.from_pretrained` returns for a folder.

    Args:
        folder: A safetensors checkpoint.
        options: Its other arguments.
        stage: Names the progress.
        total: Bytes to read.
        run: Checked ten times a second; a stop is honoured within a few megabytes of reading.

    Raises:
        Cancelled: The run was stopped; nothing of the model stays in memory.
        Exception: Whatever transformers says is wrong with the folder.
    """
    reader, stop = TensorReader(folder), threading.Event()

    def check() -> None:
        if stop.is_set():
            raise _Stopped

    tensors = Checkpoint.open(folder).tensors
    lazy = {name: LazyTensor(ref, reader, check) for name, ref in tensors.items()}
    loader = _reading(model_class(folder), folder, lazy)
    with _in_turn(), ThreadPoolExecutor(1, thread_name_prefix="model-loader") as pool:
        future = pool.submit(loader, folder, **options)
        try:
            while not future.done():
                run.check()
                run.progress(stage, min(reader.bytes_read, total), total, "bytes")
                with contextlib.suppress(NotYet):
                    future.result(timeout=LOOK_SECONDS)
            return future.result()
        except BaseException:
            stop.set()
            raise


@contextlib.contextmanager
def _in_turn() -> Iterator[None]:
    """Read no further ahead than what is being converted.

    Experts that wait to be stacked would take as much memory as the model once more.
    """
    before = os.environ.get(_IN_TURN)
    os.environ[_IN_TURN] = "1"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(_IN_TURN, None)
        else:
            os.environ[_IN_TURN] = before


def _reading(chosen: Any, folder: Path, lazy: Mapping[str, LazyTensor]) -> Any:
    """A class's `from_pretrained` that takes its tensors from `lazy`; the class stays as it is."""
    stock = _concrete(chosen, folder)
    if stock is None:
        return chosen.from_pretrained

    def load(model: Any, _state: None, _files: object, load_config: Any, *more: Any) -> Any:
        return stock._load_pretrained_model(model, dict(lazy), None, load_config, *more)  # noqa: SLF001

    own: dict[str, Any] = {
        "__module__": stock.__module__,
        "_load_pretrained_model": staticmethod(load),
    }
    if chosen is not stock:
        own["config_class"] = config_class(folder, stock)
    ours: Any = type(stock.__name__, (stock,), own)

    def from_pretrained(*words: Any, **options: Any) -> Any:
        found = ours.from_pretrained(*words, **options)
        model = found[0] if isinstance(found, tuple) else found
        model.__class__ = stock
        return found

    return from_pretrained


def _concrete(chosen: Any, folder: Path) -> Any:
    """The stock class behind an Auto class; None if only transformers can tell."""
    from transformers import AutoConfig, PreTrainedModel
    from transformers.models.auto.auto_factory import _get_model_class

    if isinstance(chosen, type) and issubclass(chosen, PreTrainedModel):
        return chosen
    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    mapping = chosen._model_mapping  # noqa: SLF001 - an Auto class has no public name for it
    return _get_model_class(config, mapping) if type(config) in mapping else None
