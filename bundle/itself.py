"""What the engine asks of a Python of its own, answered by the program: a bundle has none."""

import sys

# `core.checkpoint.config_only` starts itself anew, so that its caller never imports torch.
QUESTION = ["-m", "core.checkpoint.config_only"]


def answered() -> bool:
    """Answer, if this process was started for that; False for every other start."""
    if sys.argv[1:3] != QUESTION:
        return False
    from core.checkpoint.config_only import main  # noqa: PLC0415 - a window starts without it

    main(sys.argv[3])
    return True
