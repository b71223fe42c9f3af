"""The paper's claims, tried on a model: dropped experts, Top-1 with and without tuning, in one go.

SEER-MoE (arXiv 2404.05089) says: experts that are used least can be dropped; counting by router
probability finds them; and fine-tuning under an entropy penalty while Top-K falls makes one expert
per token as good as two. Here each of it is measured, with seeds, against a fair control, and
reported as it came out.

Values need no torch; `reproduce` imports it when it is called.
"""

from core.paper.options import ARMS, PaperOptions
from core.paper.result import Arm, Claim, Drop, PaperResult, Spread

__all__ = ["ARMS", "Arm", "Claim", "Drop", "PaperOptions", "PaperResult", "Spread"]
