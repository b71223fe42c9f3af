"""Run every benchmark of this folder, print one table and keep it as JSON.

python -m tests.benchmarks [NAME ...] [--json FILE]
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import json
import os
import platform
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from rich.console import Console
from rich.table import Table

from tests.benchmarks.rows import Row

HERE = Path(__file__).parent
VERDICTS = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}


def collect(names: list[str]) -> list[Row]:
    """Run the named benchmarks (all when none is named), each module's `run()` in turn."""
    console = Console(stderr=True)
    rows: list[Row] = []
    for path in sorted(HERE.glob("bench_*.py")):
        name = path.stem.removeprefix("bench_")
        if names and name not in names:
            continue
        console.print(f"[dim]{name} …[/]")
        rows += importlib.import_module(f"tests.benchmarks.{path.stem}").run()
    return rows


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="benchmarks to run, e.g. export planning")
    parser.add_argument("--json", type=Path, default=Path("build/benchmarks.json"))
    options = parser.parse_args()
    rows = collect(options.names)
    table = Table("what", "value", "target", "", "detail")
    for row in rows:
        sign = "≤" if row.better == "smaller" else "≥"
        target = "" if row.target is None else f"{sign} {row.target:g} {row.unit}"
        table.add_row(
            row.name, f"{row.value:.3g} {row.unit}", target, VERDICTS[row.met], row.detail
        )
    Console().print(table)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    machine = {
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }
    payload = {**machine, "rows": [dataclasses.asdict(row) | {"met": row.met} for row in rows]}
    options.json.write_text(
        json.dumps(payload, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
