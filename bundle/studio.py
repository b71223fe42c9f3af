"""Where the bundled `seer-studio` begins."""

import sys

from itself import answered

from app.__main__ import main

if __name__ == "__main__":
    sys.exit(0 if answered() else main())
