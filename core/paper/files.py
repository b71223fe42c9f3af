"""Where a result is kept: the values, the tables, the plot. No torch."""

from __future__ import annotations

from pathlib import Path

from core.paper.markdown import markdown
from core.paper.picture import picture
from core.paper.result import RESULT_FILE, PaperResult
from core.planning.files import write_atomically

# Beside the result: what a try that was stopped goes on with (`core.paper.trying`).
TRYING = ".trying"


def keep(result: PaperResult, folder: Path) -> dict[str, str]:
    """Write paper.json, paper.md and paper.svg into a folder; their paths by kind."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {
        "result": folder / RESULT_FILE,
        "markdown": folder / "paper.md",
        "plot": folder / "paper.svg",
    }
    result.save(paths["result"])
    write_atomically(paths["markdown"], markdown(result))
    write_atomically(paths["plot"], picture(result))
    return {kind: str(path) for kind, path in paths.items()}
