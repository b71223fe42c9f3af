"""SEER Studio's engine: profile, score, plan, prune, evaluate and export Mixture-of-Experts models.

A plain library. It knows nothing of any window, and importing it does not import torch.
"""

__version__ = "0.1.0"
