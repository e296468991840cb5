"""Dropout: in training each input is left out with some probability, so that no unit can rely on one other unit.

    y = m ⊙ x/(1 − p),   m ∈ {0, 1} with P(m = 0) = p

The division ("inverted" dropout) keeps the mean of y at x, so that nothing has to be rescaled afterwards: outside
training the layer returns its input.

References
----------
Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov (2014), Dropout: a simple way to prevent neural networks from
overfitting, J. Machine Learning Research 15.
"""

__all__ = ["Dropout"]

import dataclasses
from typing import Self, final

import torch
from torch import Generator, Tensor

from pishro.errors import SettingError
from pishro.nn.layer import Parameters
from pishro.nn.parameter_free import ParameterFree

SHARES = 2**16
"""Steps that a rate is rounded to: a hundred-thousandth is far below what anybody can tell."""

APART = 61
"""Entries from where one member begins to read to where the next does: a prime, so that no two units always meet."""


@final
@dataclasses.dataclass(frozen=True)
class Dropout(ParameterFree):
    """Leave out entries with probability p in training; the numbers come from the generator that is passed.

    Members have masks of their own, unless they still share one x. They read one drawing, each from another place on:
    an entry's chances are independent of its neighbours' and of the same entry's in other members, at the price of one
    mask.

    Parameters
    ----------
    rate : p, at least 0 and less than 1.
    row : shape of an input row; a network fills it in.

    Examples
    --------
    >>> Dropout(0.2).describe()
    'leaves out 0.2 in training'
    """

    rate: float
    kind = "dropout"
    row: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.rate < 1:
            raise SettingError(
                f"Dropout leaves out a part of at least 0 and less than 1, received {self.rate}; 0.2 to 0.5 is usual."
            )

    def settle(self, shape_in: tuple[int, ...]) -> Self:
        """Note the shape of the rows."""
        return dataclasses.replace(self, row=tuple(shape_in))

    def shape_out(self, shape_in: tuple[int, ...]) -> tuple[int, ...]:
        """As the input."""
        return shape_in

    def forward(
        self, params: Parameters, x: Tensor, *, training: bool = False, generator: Generator | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """x, or in training m ⊙ x/(1 − p); keeps the mask m/(1 − p).

        Raises
        ------
        SettingError
            In training without a generator.
        """
        if not training or self.rate == 0:
            return x, None
        if generator is None:
            raise SettingError("Dropout draws random numbers in training; pass generator=torch.Generator(), seeded.")
        apart = x.ndim > len(self.row) + 1
        one = x[0] if apart else x
        further = APART * (len(x) - 1) if apart else 0
        drawn = x.new_empty(one.numel() + further)
        # compared straight into x's type: a mask of booleans takes four times as long
        torch.ge(_shares(drawn, generator), round(self.rate * SHARES) - SHARES // 2, out=drawn)
        drawn.div_(1 - self.rate)
        mask = drawn[: one.numel()].view(one.shape)
        if apart:
            mask = mask.as_strided(x.shape, (APART, *mask.stride()))
        return x * mask, mask

    def pull(self, saved: Tensor | None, dy: Tensor) -> Tensor:
        """The same mask."""
        return dy if saved is None else dy * saved

    def pull_outputs(self, saved: Tensor | None, dy: Tensor) -> Tensor:
        """The same mask for each raw output."""
        return dy if saved is None else dy * saved.unsqueeze(-len(self.row) - 1)

    def push(self, saved: Tensor | None, dx: Tensor) -> Tensor:
        """The same mask."""
        return dx if saved is None else dx * saved

    def describe(self) -> str:
        """The part left out."""
        return f"leaves out {self.rate:g} in training"


def _shares(x: Tensor, generator: Generator) -> Tensor:
    """Whole numbers from −2¹⁵ to 2¹⁵ − 1, evenly, one for each of x (M,): four of one draw of 64 bits.

    A draw for each entry was a sixth of a step's time where dropout is behind every layer, and torch's own Bernoulli
    numbers take three times as long again.
    """
    draws = torch.empty(-(-x.numel() // 4), dtype=torch.int64, device=x.device)
    return draws.random_(-(2**63), None, generator=generator).view(torch.int16)[: x.numel()]
