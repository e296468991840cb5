"""What a join is: a node that reads several others and has no parameters, such as a sum.

Its sources may differ in the members axis: one may be (N, *row) and another (K, N, *row).
"""

__all__ = ["Join"]

import abc
from typing import Any, ClassVar, Self

from torch import Tensor

from pishro.nn.layer import plain


class Join(abc.ABC):
    """A function of several outputs; frozen, its rules in closed form.

    Attributes
    ----------
    kind : name of the kind in files and summaries.
    """

    kind: ClassVar[str]

    @abc.abstractmethod
    def shape_out(self, shapes_in: tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
        """Shape of one output row for those shapes of the sources' rows; raises `ShapeError` where they do not fit."""

    def settle(self, shapes_in: tuple[tuple[int, ...], ...]) -> Self:
        """The join with what it leaves open decided for those shapes of the sources' rows; most leave nothing open."""
        del shapes_in
        return self

    @abc.abstractmethod
    def forward(self, xs: tuple[Tensor, ...]) -> tuple[Tensor, Any]:
        """Output (…, N, *row), and what the other rules need again."""

    @abc.abstractmethod
    def backward(self, saved: Any, dy: Tensor) -> tuple[Tensor, ...]:
        """dJ/dx of each source, (…, N, *row)."""

    @abc.abstractmethod
    def jacobian(self, saved: Any, dy: Tensor) -> tuple[Tensor, ...]:
        """Return d raw/dx of each source, (…, N, C, *row), from d raw/d(output), (…, N, C, *row)."""

    @abc.abstractmethod
    def jvp(self, saved: Any, dxs: tuple[Tensor | None, ...]) -> Tensor:
        """Change of the output along the changes of the sources (None for no change; not all are None)."""

    def describe(self) -> str:
        """Few words for a summary."""
        return self.kind

    def to_json(self) -> dict[str, Any]:
        """Kind and settings as plain data."""
        return {"kind": self.kind} | plain(self)
