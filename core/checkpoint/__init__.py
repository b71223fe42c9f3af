"""A safetensors folder as bytes: headers → index → what the model is. No torch."""

from core.checkpoint.files import Checkpoint
from core.checkpoint.geometry import Geometry
from core.checkpoint.header import TensorRef
from core.checkpoint.info import ModelInfo, MtpInfo, ParameterCount, inspect_model
from core.checkpoint.layout import Layout, read_layout
from core.checkpoint.locate import locate_model

__all__ = [
    "Checkpoint",
    "Geometry",
    "Layout",
    "ModelInfo",
    "MtpInfo",
    "ParameterCount",
    "TensorRef",
    "inspect_model",
    "locate_model",
    "read_layout",
]
