"""Collect the window's strings into the .ts files and compile them.

python -m resources.i18n.update

Write translations into seer_ko.ts (by hand or with Qt Linguist), then run this again: what is
translated stays, what is new comes in unfinished, what is gone goes. Both tools come with
pyside6-essentials.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LANGUAGES = ("ko",)


def tool(name: str) -> str:
    """The path of a tool of PySide6, beside this interpreter or on the path."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise SystemExit(f"{name} is not installed; try: pip install pyside6-essentials")
    return found


def unfinished(path: Path) -> int:
    """How many strings of a .ts file have no translation yet."""
    messages = ET.parse(path).iter("message")  # noqa: S314 - a file of this repository
    return sum(not (message.findtext("translation") or "").strip() for message in messages)


def main() -> int:
    """Update and compile every language; say what is left to translate."""
    sources = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "app").rglob("*.py"))
    for language in LANGUAGES:
        ts, qm = HERE / f"seer_{language}.ts", HERE / f"seer_{language}.qm"
        update = [tool("pyside6-lupdate"), *sources, "-no-obsolete", "-locations", "none"]
        update += ["-target-language", language]
        subprocess.run([*update, "-ts", str(ts.relative_to(ROOT))], cwd=ROOT, check=True)
        subprocess.run([tool("pyside6-lrelease"), "-silent", str(ts), "-qm", str(qm)], check=True)
        sys.stdout.write(f"{language}: {unfinished(ts)} left to translate\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
