"""Noise on what passes, in training only: y = x + s ε with ε from a standard Normal.

On the inputs of a network it is a regularization: for small s it adds ½ s² ‖∂ŷ/∂x‖², summed over the rows, to a
squared error, and so asks for a function that changes little where a row changes little.

References
----------
Bishop (1995), Training with noise is equivalent to Tikhonov regularization, Neural Computation 7.
"""

__all__ = ["Noise"]

import dataclasses
from typing import final

import torch
from torch import Generator, Tensor

from pishro.errors import SettingError
from pishro.nn.layer import Parameters
from pishro.nn.parameter_free import ParameterFree


@final
@dataclasses.dataclass(frozen=True)
class Noise(ParameterFree):
    """Add Normal noise in training; the numbers come from the generator that is passed.

    Members draw numbers of their own, unless they still share one x.

    Parameters
    ----------
    deviation : s, at least 0, in units of x; 0.1 is usual where inputs have standard deviation 1.

    Examples
    --------
    >>> Noise(0.1).describe()
    'adds noise of 0.1 in training'
    """

    deviation: float
    kind = "noise"

    def __post_init__(self) -> None:
        if not 0 <= self.deviation < float("inf"):
            raise SettingError(f"Noise has a standard deviation of at least 0, received {self.deviation}.")

    def shape_out(self, shape_in: tuple[int, ...]) -> tuple[int, ...]:
        """As the input."""
        return shape_in

    def forward(
        self, params: Parameters, x: Tensor, *, training: bool = False, generator: Generator | None = None
    ) -> tuple[Tensor, None]:
        """x, or in training x + s ε.

        Raises
        ------
        SettingError
            In training without a generator.
        """
        if not training or self.deviation == 0:
            return x, None
        if generator is None:
            raise SettingError("Noise is drawn in training; pass generator=torch.Generator(), seeded.")
        return torch.empty_like(x).normal_(std=self.deviation, generator=generator).add_(x), None

    def pull(self, saved: None, dy: Tensor) -> Tensor:
        """The derivative is one."""
        return dy

    def pull_outputs(self, saved: None, dy: Tensor) -> Tensor:
        """The derivative is one."""
        return dy

    def push(self, saved: None, dx: Tensor) -> Tensor:
        """The derivative is one."""
        return dx

    def describe(self) -> str:
        """How much."""
        return f"adds noise of {self.deviation:g} in training"
