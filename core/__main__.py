"""`python -m core …` is `seer …`."""


def main() -> None:
    """Run the command line; Ctrl-C while it is still being imported says nothing, either."""
    try:
        from core.cli import main as run
        from core.cli.process import leave, one_of_many
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    try:
        run()
    except SystemExit as ended:
        if one_of_many():
            # What gloo's threads hold of Python's is given back while the interpreter goes, which
            # now and then aborts it (pytorch#190489) although everything is written by then.
            leave(ended.code)
        raise


if __name__ == "__main__":
    main()
