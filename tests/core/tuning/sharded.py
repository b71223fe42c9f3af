"""`seer run` with accelerate's FSDP2 on CPU processes.

accelerate shards on a list of device kinds that leaves CPUs out, though FSDP2 over gloo runs there.
For the time of this process a group of CPUs goes by the name of one that is in the list; what is
sharded, gathered, saved and loaded is the real thing.
"""

import sys

from accelerate import state
from accelerate.utils import DistributedType

_init = state.PartialState.__init__


def init(self, *args, **kwargs):
    _init(self, *args, **kwargs)
    if self.distributed_type == DistributedType.MULTI_CPU:
        self.distributed_type = DistributedType.MULTI_HPU


state.PartialState.__init__ = init


def main() -> None:
    from core.cli import main as seer
    from core.tuning.trainer import SeerTrainer

    save = SeerTrainer.save_model

    def saved(self, *args, **kwargs):
        kind = type(next(iter(self.model.parameters()))).__name__
        print(f"parameters are {kind}", file=sys.stderr, flush=True)
        save(self, *args, **kwargs)

    SeerTrainer.save_model = saved
    seer()


if __name__ == "__main__":
    main()
