"""A tuning run that kills itself with SIGKILL when it has reported a step."""

import os
import signal
import sys
from pathlib import Path

import torch

from core.run import Event, Run, Snapshot
from tests.core.tuning.runs import tuned


def main(folder: str, output: str, changes: str, step: str) -> None:
    torch.set_num_threads(1)

    def listen(event: Event) -> None:
        if isinstance(event, Snapshot) and event.value.step == int(step):
            os.kill(os.getpid(), signal.SIGKILL)

    tuned(Path(folder), Path(output), run=Run(listen), changes=eval(changes))


if __name__ == "__main__":
    main(*sys.argv[1:])
