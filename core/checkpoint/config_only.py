"""The tensors that a config.json would have, from the model built on torch's `meta` device.

`expected_tensors` starts this very module as a process of its own, so the caller never imports
torch. Names are those of the live module; the family table knows both spellings.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from core.checkpoint.files import CONFIG, read_json
from core.checkpoint.header import BITS, TensorRef
from core.errors import CheckpointError
from core.families import family_for

# Building on meta allocates nothing; importing torch and transformers takes the time.
_PATIENCE_SECONDS = 600


def expected_tensors(folder: Path) -> dict[str, TensorRef]:
    """Names, dtypes and shapes of the parameters of the model that a config describes.

    Raises:
        CheckpointError: transformers cannot build it, or is not installed.
    """
    root = Path(__file__).resolve().parents[2]
    paths = [str(root), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(paths),
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_VERBOSITY": "error",
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "core.checkpoint.config_only", str(folder.resolve())],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
            timeout=_PATIENCE_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CheckpointError(f"the model of {folder}/config.json could not be built") from error
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise CheckpointError(
            f"transformers cannot build the model of {folder}/config.json: {reason[:300]}",
            remedy="a config.json that AutoConfig loads",
        )
    refs = {}
    for name, dtype, shape in json.loads(done.stdout.splitlines()[-1]):
        ref = TensorRef(name, "", dtype, tuple(shape), 0, 0)
        refs[name] = ref._replace(end=ref.elements * BITS[dtype] // 8)
    return refs


def main(folder: str) -> None:
    """Print `[[name, dtype, shape], …]` for the model of a folder's config.json."""
    from transformers import AutoConfig

    # Before the slow imports, since this is where a bad config fails.
    config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    import torch
    import transformers

    raw = read_json(Path(folder) / CONFIG)
    chosen = getattr(transformers, family_for(raw).auto_class(raw))
    whole = transformers.AutoModelForMultimodalLM  # where one class loads a part only
    auto_class = chosen if hasattr(chosen, "from_config") else whole
    with torch.device("meta"):
        model = auto_class.from_config(config, trust_remote_code=False)
    names = {
        torch.float32: "F32",
        torch.float16: "F16",
        torch.bfloat16: "BF16",
        torch.int64: "I64",
    }
    seen: set[int] = set()
    rows = []
    for name, tensor in model.state_dict(keep_vars=True).items():
        if id(tensor) in seen:  # a head tied to the embedding
            continue
        seen.add(id(tensor))
        rows.append([name, names.get(tensor.dtype, "F32"), list(tensor.shape)])
    sys.stdout.write("\n" + json.dumps(rows) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
