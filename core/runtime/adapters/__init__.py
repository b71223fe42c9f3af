"""The true exceptions: one small file for each family whose blocks need code, saying why."""

from __future__ import annotations

from core.runtime.adapters.dbrx import Dbrx
from core.runtime.adapters.gemma4 import Gemma4
from core.runtime.adapters.jetmoe import JetMoe
from core.runtime.adapters.llama4 import Llama4
from core.runtime.adapters.longcat_flash import LongcatFlash
from core.runtime.adapters.step3p5 import Step3p5
from core.runtime.adapters.zaya import Zaya
from core.runtime.contract import Contract

ADAPTERS: dict[str, type[Contract]] = {
    "dbrx": Dbrx,
    "gemma4_text": Gemma4,
    "jetmoe": JetMoe,
    "llama4_text": Llama4,
    "longcat_flash": LongcatFlash,
    "step3p5": Step3p5,
    "zaya": Zaya,
}


def contract_for(model_type: str) -> Contract:
    """How to read the blocks of a model type."""
    return ADAPTERS.get(model_type, Contract)()
