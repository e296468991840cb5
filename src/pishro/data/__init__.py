"""Tables: reading them, describing them, and turning them into numbers."""

from pishro.atomic import replacing
from pishro.data.encoders import TableEncoder
from pishro.data.examples import EXAMPLES, load_example
from pishro.data.files import read_table, separator_of, write_table
from pishro.data.frames import frame_from
from pishro.data.inference import infer_inputs, infer_schema
from pishro.data.lags import Lags, column_name
from pishro.data.schema import Column, Label, LeftOut, Schema
from pishro.data.splits import folds, holdout, last_rows, others
from pishro.data.streams import too_large
from pishro.data.targets import (
    ClassTarget,
    NumericTarget,
    NumericTargets,
    target_encoder,
    target_from_json,
    usable_rows,
)

__all__ = [
    "EXAMPLES",
    "ClassTarget",
    "Column",
    "Label",
    "Lags",
    "LeftOut",
    "NumericTarget",
    "NumericTargets",
    "Schema",
    "TableEncoder",
    "column_name",
    "folds",
    "frame_from",
    "holdout",
    "infer_inputs",
    "infer_schema",
    "last_rows",
    "load_example",
    "others",
    "read_table",
    "replacing",
    "separator_of",
    "target_encoder",
    "target_from_json",
    "too_large",
    "usable_rows",
    "write_table",
]
