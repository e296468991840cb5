"""ONNX: the program as a graph, one input a raw column, built node by node.

A value is a tensor (N, size), or (K, N, size) for K members. Numbers are float32 or float64; dates enter as float64
days and are scaled in float64 either way. Texts enter as they are and find their code in a table of the levels' usual
spellings. The runtime knows the error function and convolutions in float32 only, so these are computed in it.
"""

__all__ = ["IR_VERSION", "ML_OPSET", "OPSET", "onnx_model"]

from typing import Any, Literal

import numpy as np

from pishro.serialization.export.onnx_nodes import Nodes, require_onnx
from pishro.serialization.export.onnx_steps import write_step
from pishro.serialization.export.program import Program

Precision = Literal["float32", "float64"]

OPSET, ML_OPSET, IR_VERSION = 17, 2, 8
"""Of 2022: every runtime of the last years reads it."""


def onnx_model(program: Program, precision: Precision) -> Any:
    """The model as an `onnx.ModelProto`, checked for shape and type.

    Raises
    ------
    SettingError
        If the package onnx is not installed.
    """
    onnx = require_onnx()
    nodes = Nodes(onnx, program, np.dtype(precision))
    for value, step, reads in program.steps:
        write_step(nodes, value, step, reads)
    outputs = []
    for name, value in program.outputs.items():
        nodes.node("Identity", nodes.name(value), out=name)
        outputs.append(onnx.helper.make_tensor_value_info(name, nodes.kind(value), ["rows", value.size]))
    if program.classes:
        outputs.insert(0, _labels(onnx, nodes, program))
    graph = onnx.helper.make_graph(nodes.nodes, "pishro", nodes.inputs(), outputs, nodes.constants)
    opsets = [onnx.helper.make_opsetid("", OPSET), onnx.helper.make_opsetid("ai.onnx.ml", ML_OPSET)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="pishro")
    model.doc_string = "\n".join(program.notes)
    onnx.helper.set_model_props(model, _properties(program))
    onnx.checker.check_model(model, full_check=True)
    return model


def _labels(onnx: Any, nodes: Nodes, program: Program) -> Any:
    """The label of the first most probable class."""
    best = nodes.node("ArgMax", nodes.name(program.outputs["probabilities"]), axis=-1, keepdims=0)
    kind = type(program.classes[0])
    types = {str: onnx.TensorProto.STRING, int: onnx.TensorProto.INT64, bool: onnx.TensorProto.BOOL}
    form = types.get(kind, onnx.TensorProto.DOUBLE)
    values = [label.encode() for label in program.classes] if kind is str else list(program.classes)
    nodes.constants.append(onnx.helper.make_tensor("labels", form, [len(values)], values))
    nodes.node("Gather", "labels", best, out="prediction", axis=0)
    return onnx.helper.make_tensor_value_info("prediction", form, ["rows"])


def _properties(program: Program) -> dict[str, str]:
    """What a reader should know of the columns, as text."""
    kinds = {"number": "a number, NaN where missing", "day": "days since 1970-01-01, NaN where missing"}
    texts = {c.name: kinds.get(c.kind, "a text without spaces around it, empty where missing") for c in program.columns}
    level = {} if program.level is None else {"interval": f"{program.level:g}"}
    return {"target": program.target, **{f"column {name}": text for name, text in texts.items()}, **level}
