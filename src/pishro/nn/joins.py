"""Joins: sum, product and concatenation of branches, so that a network may skip layers and meet again.

    sum            y = Σ_i x_i         dJ/dx_i = dJ/dy
    product        y = Π_i x_i         dJ/dx_i = dJ/dy ⊙ Π_{j≠i} x_j     (a gate; no division, so zeros do no harm)
    concatenation  y = (x_1; x_2; …)   dJ/dx_i = its part of dJ/dy

References
----------
He, Zhang, Ren, Sun (2016), Deep residual learning for image recognition, CVPR (sum: the skip connection).
"""

__all__ = ["Concatenate", "Product", "Sum"]

import dataclasses
import functools
import operator
from typing import Self, final

import torch
from torch import Tensor

from pishro.errors import ShapeError
from pishro.nn.join import Join

Row = tuple[int, ...]


@final
@dataclasses.dataclass(frozen=True)
class Sum(Join):
    """y = Σ x_i of rows of one shape.

    Examples
    --------
    >>> Sum().shape_out(((20,), (20,)))
    (20,)
    """

    kind = "sum"

    def shape_out(self, shapes_in: tuple[Row, ...]) -> Row:
        """As each source."""
        return _same(shapes_in, "A sum")

    def forward(self, xs: tuple[Tensor, ...]) -> tuple[Tensor, int]:
        """Σ x_i; keeps how many there are."""
        return functools.reduce(operator.add, xs), len(xs)

    def backward(self, saved: int, dy: Tensor) -> tuple[Tensor, ...]:
        """The same for each source."""
        return (dy,) * saved

    def jacobian(self, saved: int, dy: Tensor) -> tuple[Tensor, ...]:
        """The same for each source."""
        return (dy,) * saved

    def jvp(self, saved: int, dxs: tuple[Tensor | None, ...]) -> Tensor:
        """Σ dx_i."""
        return functools.reduce(operator.add, [dx for dx in dxs if dx is not None])


@final
@dataclasses.dataclass(frozen=True)
class Product(Join):
    """y = Π x_i of rows of one shape: one branch gates another.

    Parameters
    ----------
    row : shape of a source's row; a network fills it in.

    Examples
    --------
    >>> Product().shape_out(((8, 5, 5), (8, 5, 5)))
    (8, 5, 5)
    """

    row: Row = ()
    kind = "product"

    def settle(self, shapes_in: tuple[Row, ...]) -> Self:
        """Note the shape of the rows."""
        return dataclasses.replace(self, row=self.shape_out(shapes_in))

    def shape_out(self, shapes_in: tuple[Row, ...]) -> Row:
        """As each source."""
        return _same(shapes_in, "A product")

    def forward(self, xs: tuple[Tensor, ...]) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Π x_i; keeps for each source the product of the others."""
        before = [torch.ones_like(xs[0])]
        for x in xs[:-1]:
            before.append(before[-1] * x)
        others, behind = [before[-1]], xs[-1]
        for x, front in zip(reversed(xs[:-1]), reversed(before[:-1]), strict=True):
            others.append(front * behind)
            behind = behind * x
        return behind, tuple(reversed(others))

    def backward(self, saved: tuple[Tensor, ...], dy: Tensor) -> tuple[Tensor, ...]:
        """dy times the product of the other sources."""
        return tuple(dy * others for others in saved)

    def jacobian(self, saved: tuple[Tensor, ...], dy: Tensor) -> tuple[Tensor, ...]:
        """The same for each raw output."""
        return tuple(dy * others.unsqueeze(-len(self.row) - 1) for others in saved)

    def jvp(self, saved: tuple[Tensor, ...], dxs: tuple[Tensor | None, ...]) -> Tensor:
        """Σ dx_i times the product of the other sources."""
        parts = [dx * others for dx, others in zip(dxs, saved, strict=True) if dx is not None]
        return functools.reduce(operator.add, parts)


@final
@dataclasses.dataclass(frozen=True)
class Concatenate(Join):
    """The sources' features, or channels, one behind the other: the first axis of a row; the others are equal.

    Parameters
    ----------
    rows : shapes of the sources' rows; a network fills them in.

    Examples
    --------
    >>> Concatenate().shape_out(((20,), (3,)))
    (23,)
    >>> Concatenate().shape_out(((8, 5, 5), (1, 5, 5)))
    (9, 5, 5)
    """

    rows: tuple[Row, ...] = ()
    kind = "concatenate"

    def settle(self, shapes_in: tuple[Row, ...]) -> Self:
        """Note the shapes of the rows."""
        return dataclasses.replace(self, rows=tuple(shapes_in))

    def shape_out(self, shapes_in: tuple[Row, ...]) -> Row:
        """(Σ features, *the other axes)."""
        _several(shapes_in, "A concatenation")
        if len({shape[1:] for shape in shapes_in}) > 1 or len({len(shape) for shape in shapes_in}) > 1:
            raise ShapeError(
                f"a concatenation joins rows whose axes but the first are equal, received {_list(shapes_in)}; "
                "flatten them, or bring them to one size by pooling."
            )
        return (sum(shape[0] for shape in shapes_in), *shapes_in[0][1:])

    def forward(self, xs: tuple[Tensor, ...]) -> tuple[Tensor, None]:
        """The sources one behind the other."""
        return self._joined(list(xs)), None

    def backward(self, saved: None, dy: Tensor) -> tuple[Tensor, ...]:
        """Each source's part."""
        return torch.split(dy, [row[0] for row in self.rows], self._axis)

    def jacobian(self, saved: None, dy: Tensor) -> tuple[Tensor, ...]:
        """Each source's part."""
        return self.backward(saved, dy)

    def jvp(self, saved: None, dxs: tuple[Tensor | None, ...]) -> Tensor:
        """The changes one behind the other, zero where there is none."""
        known = next(dx for dx in dxs if dx is not None)
        lead = known.shape[: known.ndim - len(self.rows[0])]
        changes = [known.new_zeros(*lead, *row) if dx is None else dx for dx, row in zip(dxs, self.rows, strict=True)]
        return self._joined(changes)

    @property
    def _axis(self) -> int:
        return -len(self.rows[0])

    def _joined(self, parts: list[Tensor]) -> Tensor:
        # a source that all members share has no members axis, and is read by each of them
        axes = len(self.rows[0])
        lead = max((part.shape[: part.ndim - axes] for part in parts), key=len)
        return torch.cat([part.expand(*lead, *part.shape[-axes:]) for part in parts], self._axis)


def _several(shapes: tuple[Row, ...], what: str) -> None:
    if len(shapes) < 2:
        raise ShapeError(f"{what} joins at least 2 layers, received {len(shapes)}; name the others as its sources too.")


def _same(shapes: tuple[Row, ...], what: str) -> Row:
    _several(shapes, what)
    if len(set(shapes)) > 1:
        raise ShapeError(
            f"{what} joins rows of one shape, received {_list(shapes)}; bring them to one shape by a dense or a "
            "convolution layer, or concatenate them."
        )
    return shapes[0]


def _list(shapes: tuple[Row, ...]) -> str:
    return ", ".join(map(str, shapes))
