"""θ is one vector: the layout that names its parts.

A network with P parameters keeps them in one flat tensor (P,), or (K, P) for K members of the same shape. A `Layout`
knows where each named parameter lies and hands out *views*: writing into a view writes into θ. The gradient has the
same layout, so a backward path writes each layer's part straight into one flat gradient.
"""

__all__ = ["Block", "Layout"]

import dataclasses
import math
from collections.abc import Iterable

import torch
from torch import Tensor

from pishro.errors import ShapeError


@dataclasses.dataclass(frozen=True)
class Block:
    """One named parameter: its shape, and where it starts in θ."""

    name: str
    shape: tuple[int, ...]
    start: int

    @property
    def stop(self) -> int:
        """First index behind the block."""
        return self.start + math.prod(self.shape)

    @property
    def size(self) -> int:
        """Number of entries."""
        return math.prod(self.shape)

    def view(self, theta: Tensor) -> Tensor:
        """The view (…, *shape) into a tensor (…, P)."""
        return theta.narrow(-1, self.start, self.size).view(*theta.shape[:-1], *self.shape)


@dataclasses.dataclass(frozen=True)
class Layout:
    """Names, shapes and places of the P parameters in θ.

    Examples
    --------
    >>> import torch
    >>> layout = Layout.of([("weight", (2, 3)), ("bias", (3,))])
    >>> layout.size
    9
    >>> views = layout.views(torch.zeros(5, 9))      # five members
    >>> views["weight"].shape
    torch.Size([5, 2, 3])
    """

    blocks: tuple[Block, ...]

    @classmethod
    def of(cls, shapes: Iterable[tuple[str, tuple[int, ...]]]) -> "Layout":
        """Lay the named shapes one behind the other."""
        blocks: list[Block] = []
        start = 0
        for name, shape in shapes:
            blocks.append(Block(name, tuple(shape), start))
            start = blocks[-1].stop
        return cls(tuple(blocks))

    @property
    def size(self) -> int:
        """P, the number of parameters of one member."""
        return self.blocks[-1].stop if self.blocks else 0

    def views(self, theta: Tensor) -> dict[str, Tensor]:
        """Views (…, *shape) into a tensor (…, P), by name.

        Raises
        ------
        ShapeError
            If the last axis of `theta` is not P long.
        """
        self.check(theta)
        return {b.name: b.view(theta) for b in self.blocks}

    def check(self, theta: Tensor) -> None:
        """Raise `ShapeError` where the last axis of `theta` is not P long."""
        if theta.shape[-1] != self.size:
            raise ShapeError(
                f"Expected {self.size} parameters on the last axis of theta, received shape {tuple(theta.shape)}; "
                "take theta from this network's `init`."
            )

    def groups(self) -> tuple[Tensor, list[str]]:
        """Index (P,) of the block that each parameter belongs to, and the blocks' names."""
        index = torch.cat([torch.full((b.size,), i, dtype=torch.long) for i, b in enumerate(self.blocks)])
        return index, [b.name for b in self.blocks]
