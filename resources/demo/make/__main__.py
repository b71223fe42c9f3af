"""``python -m resources.demo.make``: builds the demo model from nothing; resumes what is there."""

import argparse
from pathlib import Path

from resources.demo.make import tasks, texts, tokenizer, train

_STAGES = ("texts", "tokenizer", "train", "tasks", "card")


def main() -> None:
    """Runs the stages named on the command line, or all of them in order."""
    parser = argparse.ArgumentParser(prog="python -m resources.demo.make", description=__doc__)
    parser.add_argument("stages", nargs="*", metavar="STAGE", help=", ".join(_STAGES))
    parser.add_argument("--work", type=Path, default=Path("build/demo"), help="scratch folder")
    parser.add_argument("--tokens", type=int, default=train.Options.tokens)
    parser.add_argument("--seed", type=int, default=train.Options.seed)
    options = parser.parse_args()
    stages = options.stages or _STAGES
    if unknown := set(stages) - set(_STAGES):
        parser.error(f"no stage {', '.join(sorted(unknown))}; there are {', '.join(_STAGES)}")
    work = options.work.resolve()
    if "texts" in stages:
        texts.make(work, options.seed)
    if "tokenizer" in stages:
        tokenizer.make(work)
    if "train" in stages:
        train.make(work, train.Options(tokens=options.tokens, seed=options.seed))
    if "tasks" in stages:
        tasks.make(options.seed)
    if "card" in stages:
        from resources.demo.make import card  # the engine, which training does without

        card.make(work)


if __name__ == "__main__":
    main()
