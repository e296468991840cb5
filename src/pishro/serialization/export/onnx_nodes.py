"""The nodes of a graph and their names."""

__all__ = ["Nodes", "require_onnx"]

import importlib
from typing import Any

import numpy as np
import numpy.typing as npt

from pishro.errors import SettingError
from pishro.serialization.export.program import Program, Value


def require_onnx() -> Any:
    """The package onnx, which is an extra.

    Raises
    ------
    SettingError
        If it is not installed.
    """
    try:
        onnx = importlib.import_module("onnx")
    except ImportError:
        raise SettingError(
            "Writing ONNX needs the packages onnx and onnxruntime, which are not installed; "
            'install them by pip install "pishro[onnx]".'
        ) from None
    return onnx


class Nodes:
    """Collects nodes and constants.

    Attributes
    ----------
    onnx, program : the package, and what is written.
    dtype : of the numbers.
    nodes, constants : of the graph.
    """

    def __init__(self, onnx: Any, program: Program, dtype: "np.dtype[Any]") -> None:
        self.onnx = onnx
        self.program = program
        self.dtype = dtype
        self.wide = program.wide("day") if dtype == np.float32 else set()
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._named: dict[tuple[Any, ...], str] = {}
        self._kept: list[Any] = []
        self._made: set[str] = set()

    def finish(self, made: str, value: Value) -> None:
        """Call the tensor that a step made by its value's name."""
        if made in self._made and self.nodes[-1].output[0] == made:
            self.nodes[-1].output[0] = self.name(value)
        else:
            self.node("Identity", made, out=self.name(value))

    def name(self, value: Value) -> str:
        """Of a value's tensor."""
        return f"v{value.index}"

    def is_wide(self, value: Value) -> bool:
        """Whether a value is float64 in any case."""
        return value.index in self.wide

    def kind(self, value: Value) -> int:
        """The type of a value as ONNX counts them."""
        return self.of_dtype(self.dtype_of(value))

    def dtype_of(self, value: Value) -> "np.dtype[Any]":
        """The type of a value."""
        return np.dtype(np.float64) if self.is_wide(value) else self.dtype

    def of_dtype(self, dtype: "np.dtype[Any]") -> int:
        """A type as ONNX counts them."""
        return int(self.onnx.helper.np_dtype_to_tensor_dtype(dtype))

    def node(self, kind: str, *inputs: str, out: str | None = None, domain: str = "", **settings: Any) -> str:
        """Append a node; returns the name of its output."""
        if out is None:
            out = f"t{len(self._made)}"
            self._made.add(out)
        self.nodes.append(self.onnx.helper.make_node(kind, list(inputs), [out], domain=domain, **settings))
        return out

    def constant(self, array: npt.ArrayLike, dtype: "np.dtype[Any] | type | None" = None) -> str:
        """The name of a constant; equal small ones and the same large one are kept once."""
        given = np.asarray(array)
        wanted = np.dtype(self.dtype if dtype is None else dtype)
        most = np.finfo(wanted).max if wanted.kind == "f" else None
        cast = (given if most is None else np.clip(given, -most, most)).astype(wanted)
        self._kept.append(given)  # an array that is gone may leave its number to another
        key = (cast.tobytes() if cast.size < 64 else id(array), cast.shape, wanted.str)
        if key not in self._named:
            self._named[key] = name = f"c{len(self._named)}"
            self.constants.append(self.onnx.numpy_helper.from_array(cast, name))
        return self._named[key]

    def like(self, value: Value, array: npt.ArrayLike) -> str:
        """A constant of a value's type."""
        return self.constant(array, self.dtype_of(value))

    def cast(self, name: str, dtype: "np.dtype[Any] | type") -> str:
        """The same tensor in another type."""
        return self.node("Cast", name, to=self.of_dtype(np.dtype(dtype)))

    def narrow(self, value: Value) -> str:
        """A value in the usual type."""
        return self.cast(self.name(value), self.dtype) if self.is_wide(value) else self.name(value)

    def column(self, place: int) -> str:
        """Name of a raw column's tensor; no output of the graph may be called the same."""
        name = self.program.columns[place].name
        return f"{name} (column)" if name in {*self.program.outputs, "prediction"} else name

    def inputs(self) -> list[Any]:
        """The graph's inputs, (N, 1) each, or the one of a row's shape."""
        info, types = self.onnx.helper.make_tensor_value_info, self.onnx.TensorProto
        if self.program.shape:
            return [info("x", self.of_dtype(self.dtype), ["rows", *self.program.shape])]
        kinds = {"number": self.of_dtype(self.dtype), "day": types.DOUBLE}
        return [
            info(self.column(place), kinds.get(column.kind, types.STRING), ["rows", 1])
            for place, column in enumerate(self.program.columns)
        ]
