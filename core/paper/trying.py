"""What was tried so far, on disk: a try that was stopped goes on with its next experiment.

tried.json           what is tried, and what came of it
profile.safetensors  what experts were counted on
arm/                 the tuning run that is under way, with its own checkpoint
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.checkpoint.files import read_json
from core.errors import StudioError
from core.paper.result import PaperResult
from core.planning.files import write_atomically
from core.run import Run

TRIED = "tried.json"


@dataclass(frozen=True, kw_only=True)
class Trying:
    """The folder of one try.

    Attributes:
        folder: Where it is; it need not exist yet.
        identity: What decides the numbers: another try does not go on with them.
    """

    folder: Path
    identity: Mapping[str, object]

    @property
    def profile(self) -> Path:
        """The counted experts."""
        return self.folder / "profile.safetensors"

    @property
    def arm(self) -> Path:
        """The tuning run that is under way."""
        return self.folder / "arm"

    def begin(self, *, resume: bool, run: Run) -> PaperResult | None:
        """What there is to go on with; None begins anew, in an empty folder.

        Args:
            resume: Go on with what is there, if it is of the same try.
            run: Told why not.
        """
        found = self._read(run) if resume else None
        if found is None:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        return found

    def keep(self, result: PaperResult) -> None:
        """Write what there is, whole or not at all."""
        data = {"identity": self.identity, "result": result.to_json()}
        write_atomically(self.folder / TRIED, json.dumps(data, ensure_ascii=False) + "\n")

    def remove(self) -> None:
        """All of it is in the result."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _read(self, run: Run) -> PaperResult | None:
        if not (self.folder / TRIED).is_file():
            return None
        try:
            data = read_json(self.folder / TRIED)
            if data.get("identity") != json.loads(json.dumps(self.identity)):
                run.note("starting over: the stopped try was of other options or versions")
                return None
            result = data["result"]
            return PaperResult.from_json(result if isinstance(result, dict) else {})
        except (StudioError, KeyError) as error:
            run.note(f"starting over: {error}", "warning")
            return None
