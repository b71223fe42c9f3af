"""Where the bundled `seer` begins."""

from itself import answered

from core.__main__ import main

if __name__ == "__main__" and not answered():
    main()
