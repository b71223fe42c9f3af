"""The Korean interface is complete: no string is missing, and no placeholder is lost."""

from __future__ import annotations

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

from resources.i18n.update import HERE, LANGUAGES, ROOT, tool

PLACEHOLDER = re.compile(r"\{[^}]*\}")


def messages(path: Path) -> list[tuple[str, str, str]]:
    """(context, source, translation) of every string of a .ts file."""
    return [
        (
            context.findtext("name") or "",
            message.findtext("source") or "",
            message.findtext("translation") or "",
        )
        for context in ET.parse(path).iter("context")
        for message in context.iter("message")
    ]


def test_every_string_of_the_window_is_translated(tmp_path: Path) -> None:
    sources = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "app").rglob("*.py"))
    for language in LANGUAGES:
        fresh = tmp_path / f"seer_{language}.ts"
        shutil.copy(HERE / fresh.name, fresh)
        subprocess.run(
            [tool("pyside6-lupdate"), *sources, "-no-obsolete", "-ts", str(fresh)],
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        missing = [(where, source) for where, source, text in messages(fresh) if not text.strip()]
        assert not missing, "run python -m resources.i18n.update and translate"


def test_translations_keep_their_placeholders() -> None:
    for language in LANGUAGES:
        wrong = [
            source
            for _, source, text in messages(HERE / f"seer_{language}.ts")
            if sorted(PLACEHOLDER.findall(source)) != sorted(PLACEHOLDER.findall(text))
        ]
        assert not wrong


def test_the_compiled_file_is_made_from_the_translations(tmp_path: Path) -> None:
    for language in LANGUAGES:
        compiled = tmp_path / f"seer_{language}.qm"
        subprocess.run(
            [
                tool("pyside6-lrelease"),
                "-silent",
                str(HERE / f"seer_{language}.ts"),
                "-qm",
                str(compiled),
            ],
            check=True,
        )
        assert compiled.read_bytes() == (HERE / compiled.name).read_bytes()
