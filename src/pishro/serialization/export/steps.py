"""The kinds of steps that a program is made of."""

__all__ = [
    "Affine",
    "Beside",
    "Clip",
    "Combine",
    "Convolve",
    "Dense",
    "Distance",
    "Finite",
    "Function",
    "Gather",
    "Impute",
    "Join",
    "Leaky",
    "Lookup",
    "Map",
    "MemberMean",
    "Month",
    "NormalQuantile",
    "Outer",
    "Pairing",
    "Pool",
    "Read",
    "Softmax",
    "Standardize",
    "Step",
    "Take",
    "Total",
]

import dataclasses
from typing import Literal, final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

# fmt: off
Function = Literal[
    "tanh", "sigmoid", "relu", "softplus", "erf", "exp", "log", "abs", "square", "sqrt", "reciprocal", "sine", "cosine",
    "floor", "positive", "not_negative",
]
# fmt: on
"""Functions of one number; "positive" is 1 where z > 0, "not_negative" 1 where z ≥ 0, else 0."""

Pairing = Literal["add", "subtract", "multiply", "divide", "maximum"]


@dataclasses.dataclass(frozen=True, eq=False)
class Step:
    """One step; frozen."""

    def constants(self) -> list[Array]:
        """The arrays that it holds."""
        fields = (getattr(self, field.name) for field in dataclasses.fields(self))
        return [value for value in fields if isinstance(value, np.ndarray)]


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Read(Step):
    """Raw numbers of these columns, NaN where missing."""

    columns: tuple[int, ...]


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Lookup(Step):
    """The row of `table` (codes, size) that a column's code says."""

    column: int
    table: Array


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Finite(Step):
    """1 where x is a finite number, else 0."""


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Impute(Step):
    """X, and `stand_in` (size) where x is not a finite number."""

    stand_in: Array


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Month(Step):
    """The month, 0 to 11, of whole days since 1970-01-01 in the Gregorian calendar."""


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Affine(Step):
    """X · factor + shift; numbers (), or (size)."""

    factor: Array
    shift: Array


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Standardize(Step):
    """(x − center) · factor; numbers (), or (size)."""

    center: Array
    factor: Array


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Clip(Step):
    """X cut at both bounds, one of which may be infinite."""

    low: float
    high: float


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Map(Step):
    """A function of each entry."""

    function: Function


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Leaky(Step):
    """X above zero and slope · x elsewhere; slope (size) or (members, size)."""

    slope: Array


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Combine(Step):
    """A function of two values entry by entry."""

    function: Pairing


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Dense(Step):
    """X W + b, W (…, size in, size) and b (…, size)."""

    weight: Array
    bias: Array


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Distance(Step):
    """Σ_d w_jd (x_d − c_jd)² for each unit j; centers and weights (…, size, size in)."""

    centers: Array
    weights: Array


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Convolve(Step):
    """Convolution of images (channels, *grid) by weight (…, channels out, channels, *window), plus bias."""

    weight: Array
    bias: Array
    shape_in: tuple[int, int, int]
    shape_out: tuple[int, int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Pool(Step):
    """The largest entry, or the mean, of each window of images (channels, *grid)."""

    kind: Literal["max", "average"]
    window: tuple[int, int]
    shape_in: tuple[int, int, int]
    shape_out: tuple[int, int, int]
    stride: tuple[int, int]


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Take(Step):
    """The entries from `start` until before `stop`."""

    start: int
    stop: int


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Gather(Step):
    """The entries of these numbers, in this order."""

    index: tuple[int, ...]


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Join(Step):
    """The entries of several values side by side."""


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Total(Step):
    """The sum of the entries."""


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Softmax(Step):
    """e^x divided by its sum over the entries."""


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Outer(Step):
    """All products x_i y_j, those of the first entry of x first."""


@final
@dataclasses.dataclass(frozen=True, eq=False)
class MemberMean(Step):
    """The mean over the members."""


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Beside(Step):
    """The members' entries side by side, member by member."""


@final
@dataclasses.dataclass(frozen=True, eq=False)
class NormalQuantile(Step):
    """The value that an equal mixture of Normals does not exceed with probability `level`, by bisection.

    It reads centers and scales (size each) and lies between low and high, the smallest and the largest quantile of the
    components, which are center + `normal` · scale with the standard Normal's quantile.
    """

    level: float
    normal: float
    halvings: int = 60
