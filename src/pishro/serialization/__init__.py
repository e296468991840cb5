"""Model files."""

from pishro.serialization.model_file import load_model, save_model

__all__ = ["load_model", "save_model"]
