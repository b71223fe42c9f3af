"""`python -m core …` is `seer …`."""


def main() -> None:
    """Run the command line; Ctrl-C while it is still being imported says nothing, either."""
    try:
        from core.cli import main as run
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    run()


if __name__ == "__main__":
    main()
