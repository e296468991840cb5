"""Model files."""

from pishro.serialization.model_file import load_model, save_model
from pishro.serialization.row_model_file import RowModel, load_row_model, row_model, save_row_model

__all__ = ["RowModel", "load_model", "load_row_model", "row_model", "save_model", "save_row_model"]
