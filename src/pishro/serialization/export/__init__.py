"""A fitted model outside pishro: as NumPy-only Python, C, ONNX and MATLAB source."""

from pishro.serialization.export.exporting import SUFFIXES, Exported, export_model
from pishro.serialization.export.lowering import ExportSettings

__all__ = ["SUFFIXES", "ExportSettings", "Exported", "export_model"]
