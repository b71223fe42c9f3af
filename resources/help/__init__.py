"""The help pages, in Markdown, one file per page and language.

A page begins with its title as `# …`. A setting's section begins with a comment that holds its
key, `<!-- seq-len -->`, and a `## …` heading below it, so that the files read well as they are and
the window can show one section alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_HERE = Path(__file__).resolve().parent
LANGUAGES = ("en", "ko")
# In the order of the list of topics; a page that is not named here comes after them by name.
ORDER = (
    "welcome", "model", "calibrate", "select", "scores", "tune", "evaluate", "export", "jobs",
)  # fmt: skip

_SECTION = re.compile(r"^<!-- ([a-z0-9-]+) -->\n##+ (.+)$", re.MULTILINE)
_HEADING = re.compile(r"^##? ", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class HelpSection:
    """What a setting is and how to choose it.

    Attributes:
        key: Its name in the code, e.g. "seq-len".
        title: Its heading.
        text: Markdown below the heading.
    """

    key: str
    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class HelpPage:
    """One page of help.

    Attributes:
        key: The file's name, e.g. "calibrate".
        title: Its heading.
        text: The whole page as Markdown, keys taken out.
        sections: The settings on it, by key.
    """

    key: str
    title: str
    text: str
    sections: dict[str, HelpSection]


@lru_cache(maxsize=64)
def help_page(key: str, language: str) -> HelpPage:
    """Read a page in a language, or in English where that language has none.

    Raises:
        KeyError: There is no such page.
    """
    path = next(
        (p for code in (language, "en") if (p := _HERE / code / f"{key}.md").is_file()), None
    )
    if path is None or not re.fullmatch(r"[a-z0-9-]+", key):
        raise KeyError(key)
    raw = path.read_text(encoding="utf-8")
    title = raw.partition("\n")[0].removeprefix("# ").strip()
    sections = {}
    for match in _SECTION.finditer(raw):
        rest = raw[match.end() :]
        end = min((m.start() for p in (_SECTION, _HEADING) if (m := p.search(rest))), default=None)
        sections[match[1]] = HelpSection(
            key=match[1], title=match[2].strip(), text=rest[:end].strip()
        )
    return HelpPage(
        key=key,
        title=title,
        text=re.sub(r"^<!-- [a-z0-9-]+ -->\n", "", raw, flags=re.MULTILINE),
        sections=sections,
    )


def help_pages(language: str) -> tuple[HelpPage, ...]:
    """All pages in the order of the work."""
    keys = {path.stem for path in (_HERE / "en").glob("*.md")}
    ordered = [key for key in ORDER if key in keys] + sorted(keys - set(ORDER))
    return tuple(help_page(key, language) for key in ordered)


def help_section(topic: str, language: str) -> HelpSection:
    """A setting's section by its topic, "page#section".

    Raises:
        KeyError: There is no such page or section.
    """
    page, _, section = topic.partition("#")
    return help_page(page, language).sections[section]
