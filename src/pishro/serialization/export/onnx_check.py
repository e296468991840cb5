"""Asks onnxruntime for the sample rows."""

__all__ = ["run_onnx"]

import importlib
from typing import Any

import numpy as np

from pishro.errors import SettingError
from pishro.serialization.export.program import Array, Program
from pishro.serialization.export.samples import Samples


def run_onnx(model: Any, program: Program, samples: Samples) -> tuple[dict[str, Array], tuple[Any, ...]]:
    """Outputs by name, and the predicted labels, of the sample rows.

    Raises
    ------
    SettingError
        If onnxruntime is not installed.
    """
    try:
        runtime = importlib.import_module("onnxruntime")
    except ImportError:
        raise SettingError(
            'An ONNX file is checked by onnxruntime, which is not installed; install it by pip install "pishro[onnx]".'
        ) from None
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    session = runtime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    feed = {}
    for place, given in enumerate(session.get_inputs()):
        dtype = {"tensor(float)": np.float32, "tensor(double)": np.float64}.get(given.type)
        if program.shape:
            feed[given.name] = samples.codes.reshape(-1, *program.shape).astype(dtype)
        elif dtype is None:
            cells = ["" if cell is None else cell for cell in samples.cells[program.columns[place].name]]
            feed[given.name] = np.array(cells, object)[:, None]
        else:
            feed[given.name] = samples.codes[:, [place]].astype(dtype)
    found = dict(zip([o.name for o in session.get_outputs()], session.run(None, feed), strict=True))
    labels = tuple(found.pop("prediction").tolist()) if program.classes else ()
    return found, labels
