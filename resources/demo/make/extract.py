"""Turns package files into documents: each a list of paragraphs (or blocks of code)."""

import html.parser
import itertools
import re
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

from resources.demo.make.sources import Source

_BLOCKS = frozenset(("p", "li", "h1", "h2", "h3", "h4", "h5", "dt", "dd", "td", "th", "pre"))
_BLOCKS |= frozenset(("div", "section", "title", "item", "desc", "tr", "ul", "ol", "table"))
_SKIPPED = frozenset(("script", "style", "nav", "header", "footer", "aside", "head", "info"))
_SKIPPED |= frozenset(("noscript", "button"))
_BOILERPLATE = re.compile(
    r"^(prev|next|home|up|이전|다음|처음으로|위로)\b|^\d+(\.\d+)*\.?$|^(figure|table|그림|표)\s|©"
    r"|^document cover|^debian installation|please support us|^related topics$",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")
_HANGUL = re.compile(r"[가-힣]")
_LETTER = re.compile(r"[A-Za-z가-힣]")


class _Paragraphs(html.parser.HTMLParser):
    """Collects the text of block elements; inline elements are joined."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._text: list[str] = []
        self._skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _SKIPPED:
            self._skipping += 1
        elif tag in _BLOCKS:
            self.flush()
        elif tag == "br":
            self._text.append(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass  # an empty element neither opens nor closes anything

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skipping = max(0, self._skipping - 1)
        elif tag in _BLOCKS:
            self.flush()

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self._text.append(data)

    def flush(self) -> None:
        text = _SPACE.sub(" ", "".join(self._text)).strip()
        self._text.clear()
        if len(text) > 2 and not _BOILERPLATE.search(text):
            self.found.append(text)


def documents(source: Source, root: Path) -> Iterator[tuple[str, list[str]]]:
    """Yields (name, paragraphs) for each document of one unpacked source, in name order."""
    if source.domain == "bible":
        yield from _bible(root / source.root / source.pattern)
        return
    for path in sorted((root / source.root).glob(source.pattern)):
        if not path.is_file() or path.is_symlink():
            continue
        name = f"{source.package}/{path.relative_to(root / source.root).as_posix()}"
        text = path.read_text(encoding="utf-8", errors="replace")
        if source.domain in ("python", "c"):
            yield name, _code(text)
        else:
            yield name, _prose(text, korean=source.domain == "korean")


def _prose(text: str, *, korean: bool) -> list[str]:
    parser = _Paragraphs()
    parser.feed(text)
    parser.close()
    parser.flush()
    if not korean:
        return [p for p in parser.found if len(p) >= 25]
    # Korean manuals leave untranslated paragraphs in English: those are another domain.
    return [
        p
        for p in parser.found
        if len(p) >= 10 and len(_HANGUL.findall(p)) >= 0.4 * max(1, len(_LETTER.findall(p)))
    ]


def _code(text: str) -> list[str]:
    """Blocks between blank lines, without the licence header at the top."""
    text = text.replace("\r\n", "\n").expandtabs(8).replace("\f", "")
    blocks = [b.rstrip() for b in re.split(r"\n\s*\n", text)]
    blocks = [b for b in blocks if b.strip()]
    while blocks and re.search(r"copyright|licen[cs]e|warrant", blocks[0], re.IGNORECASE):
        blocks.pop(0)
    # Generated tables (code points, key symbols) are neither prose nor programs.
    return [b for b in blocks if len(b) < 6000 and max(map(len, b.split("\n"))) < 200]


def _bible(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Chapters of the King James Version out of bible-kjv's file of LZW windows."""
    data = path.read_bytes()
    (count,) = struct.unpack_from(">I", data, 0x58)
    starts = struct.unpack_from(f">{count + 1}I", data, 0x5C)
    pieces = []
    for start, end in itertools.pairwise(starts):
        window = b"\x1f\x9d\x90" + data[start:end]
        unpacked = subprocess.run(["gzip", "-dc"], input=window, capture_output=True, check=False)
        pieces.append(unpacked.stdout)
    chapters: dict[str, list[str]] = {}
    for line in b"".join(pieces).decode("ascii", "replace").splitlines():
        match = re.match(r"(\w+?\d+):\d+ (.*)", line)
        if match:
            chapters.setdefault(match[1], []).append(match[2].strip())
    if len(chapters) != 1189:  # chapters in the King James Version
        raise RuntimeError(f"{path}: read {len(chapters)} chapters where 1,189 were expected")
    for name, verses in chapters.items():
        yield f"kjv/{name}", verses
